import type { Request, Response } from 'express';
import multer from 'multer';
import { diskStorage, type DiskStorageOptions, MulterError } from 'multer';
import { invalid } from '@waymark/core/fields';
import type { SourceFile, Uploads } from '@waymark/core/imports';
import { Refusal } from '@waymark/core/kernel';
import { Problem } from '../problem';

/** The form field of the files. */
export const FIELD = 'files';
export const MOST_FILES = 50;
/** Maximum size of a file, in bytes. */
export const LARGEST_FILE = Number(process.env['WAYMARK_LARGEST_FILE'] ?? 200 * 1_048_576);

/**
 * Store the files of a multipart request and determine the kind of each. If one of them cannot be imported, it throws, and
 * deletes all of them.
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
      `The request is not multipart/form-data. Send the files as multipart/form-data, in the field ${FIELD}.`,
    );
  }
  try {
    await store(request, response, (index) => uploads.folderFor(id, index));
    const { files, unknown } = await uploads.inspect(id);
    if (unknown.length > 0) throw invalid(unknown.map(unknownFile));
    if (files.length === 0)
      throw new Refusal(
        'NOTHING_TO_IMPORT',
        `The request contains no file. Send at least one, in the field ${FIELD}.`,
        'invalid',
      );
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
    'must be a file that can be imported: programme, schools, mentors, referrals, registers or sessions',
});

function store(
  request: Request,
  response: Response,
  placeFor: (index: number) => Promise<string>,
): Promise<void> {
  let count = 0;
  const onDisk: DiskStorageOptions & { readonly flush: boolean } = {
    flush: true, // an answered upload survives a power cut; multer's types lack this option
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

/** A file's name without its folder, reduced to characters that are safe in a path and in a report. */
export function safeName(name: string): string {
  const own = name.split(/[\\/]/).at(-1) ?? '';
  const safe = own.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  return safe.length > 100 ? safe.slice(-100) : safe || 'file';
}

/** The problem with an upload. An error of our disk is returned unchanged. */
function asProblem(error: unknown): Error {
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') {
      return new Problem(
        413,
        'FILE_TOO_LARGE',
        `A file is too large. Send files of at most ${String(LARGEST_FILE)} bytes.`,
      );
    }
    if (error.code === 'LIMIT_FILE_COUNT') {
      return new Problem(
        413,
        'TOO_MANY_FILES',
        `The request contains too many files. Send at most ${String(MOST_FILES)} files.`,
      );
    }
    return new Problem(
      400,
      'MALFORMED_UPLOAD',
      `The form contains something other than files in the field ${FIELD}. Send only such files.`,
    );
  }
  if (error instanceof Error && 'syscall' in error) return error;
  return new Problem(
    400,
    'MALFORMED_UPLOAD',
    'The body is not the multipart/form-data that its headers describe. Check the boundary, and that the body is complete.',
  );
}
