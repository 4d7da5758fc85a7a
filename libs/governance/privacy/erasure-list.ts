import { toMoment } from '@waymark/core/fields';
import { type KeyStore, Refusal, streamName } from '@waymark/core/kernel';
import { ERASED_BEFORE_RESTORE } from '@waymark/core/privacy';
import { erase, type ErasureParts, type ErasureState } from './erasure';
import { type PersonId, personKindNames } from './kinds';

/** Somebody whose key was destroyed, and when: nothing else is known of those who were erased. */
export interface ErasedSubject {
  readonly subject: string;
  readonly destroyedAt: string;
}

/** Keys looked at together. */
const PAGE = 1_000;

/** Everybody whose key was destroyed, in the order of their ids. Kept apart from backups, it brings those up to date. */
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

/** What became of a list of erasures. */
export interface Applied {
  /** Keys that were there, and are no more; or that there never will be. */
  readonly destroyed: number;
  /** Of whose erasure the log did not know, and does now. */
  readonly recorded: readonly PersonId[];
  /** Of those, whose files have yet to go that work is under way with. */
  readonly waiting: number;
}

/**
 * Erase again whoever a list says to have been erased: after a restore, before anything is served. A log from before an
 * erasure has it recorded anew; its own ground stood in what was lost.
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
    // At first the key: whatever else is wrong, what it sealed is not to be read.
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

/** Whether the log knows somebody, and not of their erasure. */
async function isUnerased({ events, submitter }: ErasureParts, { kind, id }: PersonId): Promise<boolean> {
  const [first] = await events.readStream(streamName(kind, id), { limit: 1 });
  if (!first) return false;
  return ((await submitter.load(kind, id)).state as { readonly erasure?: string }).erasure === undefined;
}

/** A list of erasures as it is written: a line of JSON for each. Throws a {@link Refusal} that names the first wrong line. */
export function parseErasures(text: string): ErasedSubject[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const entry = entryIn(line);
      if (!entry)
        throw new Refusal('NO_ERASURE_LIST', `Line ${index + 1} of the file is no erasure.`, 'invalid');
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
