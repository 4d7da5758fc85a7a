import type { Request, Response } from 'express';
import multer from 'multer';
import { diskStorage, type DiskStorageOptions, MulterError } from 'multer';
import { invalid } from '@waymark/core/fields';
import type { SourceFile, Uploads } from '@waymark/core/imports';
import { Refusal } from '@waymark/core/kernel';
import { Problem } from '../problem';

/** The field that files come in. */
export const FIELD = 'files';
export const MOST_FILES = 50;
/** Bytes that a file may have. */
export const LARGEST_FILE = Number(process.env['WAYMARK_LARGEST_FILE'] ?? 200 * 1_048_576);

/**
 * Take the files of a multipart request, and see what each of them is. Throws where one is nothing that can be imported, and
 * then nothing is left of them.
 */
export async function receive(
  request: Request,
  response: Response,
  uploads: Uploads,
  id: string,
): Promise<readonly SourceFile[]> {
  if (!request.is('multipart/form-data')) {
    throw new Problem(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Send files as multipart/form-data, in the field ${FIELD}.`,
    );
  }
  try {
    await store(request, response, (index) => uploads.folderFor(id, index));
    const { files, unknown } = await uploads.inspect(id);
    if (unknown.length > 0) throw invalid(unknown.map(unknownFile));
    if (files.length === 0) throw new Refusal('NOTHING_TO_IMPORT', 'There is no file to import.', 'invalid');
    return files;
  } catch (error) {
    await uploads.discard(id);
    throw error;
  }
}

const unknownFile = (index: number) => ({
  field: `${FIELD}.${String(index)}`,
  code: 'UNKNOWN_FILE',
  message:
    'is none of the files that can be imported: programme, schools, mentors, referrals, registers, sessions',
});

function store(
  request: Request,
  response: Response,
  placeFor: (index: number) => Promise<string>,
): Promise<void> {
  let count = 0;
  const onDisk: DiskStorageOptions & { readonly flush: boolean } = {
    flush: true, // an upload that was answered is there after a power cut; multer's types do not know it yet
    destination: (_request, _file, done) => {
      placeFor(count).then(
        (place) => done(null, place),
        (error: unknown) => done(error as Error, ''),
      );
      count += 1;
    },
    filename: (_request, { originalname }, done) => done(null, safeName(originalname)),
  };
  const limits = { fileSize: LARGEST_FILE, files: MOST_FILES, fields: 0, fieldNameSize: 100 };
  const upload = multer({ storage: diskStorage(onDisk), limits }).array(FIELD);
  return new Promise((resolve, reject) => {
    void upload(request, response, (error: unknown) => {
      if (error === undefined || error === null) resolve();
      else reject(asProblem(error));
    });
  });
}

/** A file's own name, with nothing in it that a path or a report could take for something else. */
export function safeName(name: string): string {
  const own = name.split(/[\\/]/).at(-1) ?? '';
  const safe = own.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  return safe.length > 100 ? safe.slice(-100) : safe || 'file';
}

/** What was wrong with an upload; what was wrong with our disk stays as it is. */
function asProblem(error: unknown): Error {
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') {
      return new Problem(413, 'FILE_TOO_LARGE', `A file may have ${String(LARGEST_FILE)} bytes at most.`);
    }
    if (error.code === 'LIMIT_FILE_COUNT') {
      return new Problem(413, 'TOO_MANY_FILES', `Send ${String(MOST_FILES)} files at most.`);
    }
    return new Problem(400, 'MALFORMED_UPLOAD', `Send files in the field ${FIELD}, and nothing else.`);
  }
  if (error instanceof Error && 'syscall' in error) return error;
  return new Problem(
    400,
    'MALFORMED_UPLOAD',
    'The body is not the multipart/form-data that its headers say.',
  );
}
