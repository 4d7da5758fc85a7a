import { toMoment } from '@waymark/core/fields';
import { type KeyStore, Refusal, streamName } from '@waymark/core/kernel';
import { ERASED_BEFORE_RESTORE } from '@waymark/core/privacy';
import { erase, type ErasureParts, type ErasureState } from './erasure';
import { type PersonId, personKindNames } from './kinds';

/** A person whose key was destroyed, by id, and when. Nothing else is known of an erased person. */
export interface ErasedSubject {
  readonly subject: string;
  readonly destroyedAt: string;
}

/** Number of keys read at once. */
const PAGE = 1_000;

/**
 * Every person whose key was destroyed, ordered by id. This list is kept apart from backups and applied after a
 * restore.
 */
export async function* erasedSubjects(keys: Pick<KeyStore, 'list'>): AsyncGenerator<ErasedSubject> {
  for (let after: string | undefined; ;) {
    const page = await keys.list(after, PAGE);
    for (const { subject, key } of page) {
      if ('destroyedAt' in key) yield { subject, destroyedAt: key.destroyedAt };
    }
    if (page.length < PAGE) return;
    after = page.at(-1)?.subject;
  }
}

/** The result of applying a list of erasures. */
export interface Applied {
  /** Number of keys destroyed, including keys that did not exist and can no longer be created. */
  readonly destroyed: number;
  /** Persons whose erasure was missing from the log and has been recorded. */
  readonly recorded: readonly PersonId[];
  /** Number of those whose files are still in use by running work. */
  readonly waiting: number;
}

/**
 * Erase the persons on a list again, after a restore and before the service starts. If the log does not contain an
 * erasure, it is recorded again; its original ground was in the part of the log that was lost.
 */
export async function applyErasures(
  parts: ErasureParts,
  list: Iterable<ErasedSubject> | AsyncIterable<ErasedSubject>,
  actor: string,
): Promise<Applied> {
  const recorded: PersonId[] = [];
  const states: ErasureState[] = [];
  let destroyed = 0;
  for await (const { subject: id, destroyedAt } of list) {
    const key = (await parts.keys.load([id])).get(id);
    // The key comes first: even if a later step fails, the data encrypted with it can no longer be read.
    if (!key || !('destroyedAt' in key)) {
      await parts.keyring.destroy(id, destroyedAt);
      destroyed += 1;
    }
    for (const kind of personKindNames) {
      if (!(await isUnerased(parts, { kind, id }))) continue;
      states.push(await erase(parts, { kind, id, ground: ERASED_BEFORE_RESTORE, actor }));
      recorded.push({ kind, id });
    }
  }
  return { destroyed, recorded, waiting: states.filter((state) => state === 'waiting').length };
}

/** Whether the log contains a person but not the person's erasure. */
async function isUnerased({ events, submitter }: ErasureParts, { kind, id }: PersonId): Promise<boolean> {
  const [first] = await events.readStream(streamName(kind, id), { limit: 1 });
  if (!first) return false;
  return ((await submitter.load(kind, id)).state as { readonly erasure?: string }).erasure === undefined;
}

/** Parse a list of erasures, one line of JSON each. Throws a {@link Refusal} that names the first invalid line. */
export function parseErasures(text: string): ErasedSubject[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const entry = entryIn(line);
      if (!entry)
        throw new Refusal(
          'NO_ERASURE_LIST',
          `Line ${index + 1} of the file is not an erasure. Give the list as it was written.`,
          'invalid',
        );
      return entry;
    });
}

function entryIn(line: string): ErasedSubject | undefined {
  try {
    const { subject, destroyedAt } = JSON.parse(line) as Partial<ErasedSubject>;
    if (typeof subject !== 'string' || subject === '' || typeof destroyedAt !== 'string') return undefined;
    const moment = toMoment(destroyedAt);
    return moment === undefined ? undefined : { subject, destroyedAt: moment };
  } catch {
    return undefined;
  }
}
