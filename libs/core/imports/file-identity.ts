import type { Ids } from '@waymark/core/commands';
import { redactUpns } from '@waymark/core/fields';
import type { ImportedFile } from './outcomes';
import type { SourceFile } from './source-file';

/** Prefix of a keyed hash. A hash without it is a plain SHA-256, which an earlier release recorded. */
const KEYED = '2.';

/** Whether a recorded hash is keyed. A plain hash of a short file would confirm a guess of its content. */
export const isKeyedHash = (recorded: string): boolean => recorded.startsWith(KEYED);

/**
 * A file as an import records it: with a keyed hash of its content, `2.` and 64 hex digits, and without any UPN in its
 * name.
 */
export const recordedFile = (
  ids: Ids,
  { name, kind, sha256, bytes, encoding }: SourceFile,
): ImportedFile => ({
  name: redactUpns(name),
  kind,
  sha256: KEYED + ids.hashOf('file', sha256),
  bytes,
  encoding,
});

/** Whether these are the files that an import recorded, by name and content, whatever the release. */
export const areRecorded = (
  ids: Ids,
  recorded: readonly ImportedFile[],
  files: readonly SourceFile[],
): boolean =>
  recorded.length === files.length &&
  files.every((file, index) => {
    const { name, sha256 } = recorded[index]!;
    const present = recordedFile(ids, file);
    return (
      (name === file.name || name === present.name) && (sha256 === file.sha256 || sha256 === present.sha256)
    );
  });
