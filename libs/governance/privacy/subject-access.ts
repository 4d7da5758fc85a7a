import type { Submitter } from '@waymark/core/commands';
import { type EventStore, type KeyStore, type RecordedEvent, streamName } from '@waymark/core/kernel';
import type { AccessLog, Read } from '@waymark/governance/access';
import type { ImportState } from '@waymark/modules/imports';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import type { JourneyDocument } from '@waymark/modules/journey/questions/journey-document';
import { governed } from '../governed';
import { type OwnedThing, type PersonId, personKind, thingsOf, unknownPerson } from './kinds';
import { retentionRules } from './retention';
import type { RetentionRule } from '@waymark/core/privacy';
import type { Lookup } from '@waymark/core/kernel';

/** What a subject access document is compiled from. */
export interface AccessSources {
  /** The log with personal fields decrypted. */
  readonly events: EventStore;
  readonly look: Lookup;
  readonly submitter: Submitter;
  readonly keys: Pick<KeyStore, 'load'>;
  readonly accessLog: Pick<AccessLog, 'reads'>;
  /** The current time: UTC, milliseconds. */
  now(): string;
}

/** An event about the person. */
export interface Recorded {
  /** The day that the event is about. */
  readonly on: string;
  readonly recordedAt: string;
  readonly type: string;
  readonly stream: string;
  readonly by: string;
  readonly data: object;
}

/** Who recorded data about the person, and in which import, if any. */
export interface Source {
  readonly by: string;
  readonly import?: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

/** Everything held about a person: UK GDPR Article 15. All of it is personal data and only for that person. */
export interface SubjectAccess extends PersonId {
  readonly madeAt: string;
  /** The person's current data. */
  readonly person: object;
  readonly journeys: readonly JourneyDocument[];
  /** All events, in order of recording. */
  readonly history: readonly Recorded[];
  readonly sources: readonly Source[];
  /** Who was shown the person's records. */
  readonly reads: readonly Omit<Read, 'pupil'>[];
  /** Whether the encrypted data can be read. */
  readonly key: 'held' | 'destroyed' | 'none';
  readonly retention: readonly RetentionRule[];
}

/** Compile everything held about a person. Throws `UNKNOWN_…` if the person does not exist. */
export async function subjectAccess(sources: AccessSources, person: PersonId): Promise<SubjectAccess> {
  const { kind, id } = person;
  const { events, submitter, keys } = sources;
  const { state, revision } = await submitter.load(kind, id);
  if (revision === 'none') throw unknownPerson(person);
  const things = await thingsOf(sources, person);
  const histories = await Promise.all(
    things.map(({ module, id: thing }) => events.readStream(streamName(module, thing))),
  );
  const history = histories.flat().sort((a, b) => a.position - b.position);
  const key = (await keys.load([id])).get(id);
  return {
    ...{ kind, id, madeAt: sources.now() },
    person: personKind(kind).describe(state),
    journeys: [],
    ...(await documentsOf(things, submitter)),
    history: history.map(recorded),
    sources: await sourcesOf(submitter, history),
    reads: await readsOf(sources, id),
    key: key === undefined ? 'none' : 'destroyedAt' in key ? 'destroyed' : 'held',
    retention: retentionRules,
  };
}

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

/** Ids of the persons whose records a document shows: the person, and the pupils whose journeys it names. */
export async function personsIn(
  { submitter }: Pick<AccessSources, 'submitter'>,
  { kind, id, history }: SubjectAccess,
): Promise<string[]> {
  if (kind === 'pupil') return [id];
  const persons = [id];
  for (const named of new Set(JSON.stringify(history).match(UUID))) {
    const journey = await submitter.facts<JourneyFacts>('journey', named);
    if (journey) persons.push(journey.pupil);
  }
  return persons;
}

/** The records for which the module provides a document besides the history, by the plural of their module. */
async function documentsOf(
  things: readonly OwnedThing[],
  submitter: Submitter,
): Promise<Readonly<Record<string, readonly never[]>>> {
  const found: Record<string, object[]> = {};
  for (const { module, id } of things) {
    const { domain, personalData } = governed.get(module)!;
    if (personalData.holds !== 'records' || !personalData.document) continue;
    (found[domain.plural] ??= []).push(await personalData.document(id, submitter));
  }
  return found as Record<string, never[]>;
}

const recorded = ({ type, stream, data, metadata }: RecordedEvent): Recorded => ({
  ...{ on: metadata.on, recordedAt: metadata.recordedAt, type, stream, by: metadata.actor, data },
});

async function readsOf({ accessLog }: AccessSources, pupil: string): Promise<Omit<Read, 'pupil'>[]> {
  const found: Omit<Read, 'pupil'>[] = [];
  for await (const { pupil: _, ...read } of accessLog.reads({ pupil })) found.push(read);
  return found;
}

async function sourcesOf(submitter: Submitter, history: readonly RecordedEvent[]): Promise<Source[]> {
  const found = new Map<string, Source>();
  for (const { metadata } of history) {
    const { actor: by, correlation, recordedAt } = metadata;
    const isImport = (await submitter.facts<ImportState>('import', correlation)) !== undefined;
    const name = isImport ? `${by} ${correlation}` : by;
    const { events, first } = found.get(name) ?? { events: 0, first: recordedAt };
    found.set(name, {
      ...{ by, ...(isImport && { import: correlation }) },
      ...{ events: events + 1, first, last: recordedAt },
    });
  }
  return [...found.values()];
}
