import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { EventMetadata, EventStore, NewEvent } from '@waymark/core/kernel';
import { chaining, Keyring, personalFieldsOf, encrypting } from '@waymark/core/log';
import { recordingModules } from '@waymark/modules';
import { localMasterKey } from '@waymark/stores/files/master-key';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteKeyStore } from '@waymark/stores/sqlite/keys/sqlite-key-store';
import { type Comparison, inFolder, limited, rate, sideBySide } from './measure';
import { rebuildKpis } from './rebuild';
import { pupilEvents, type StoredEvent } from './sample-log';

const domain = recordingModules.map((module) => module.domain);

const CALLERS = 64;
/** One event in this many is followed by an event with a text about the pupil. */
const TEXT_EVERY = 8;
const TEXT =
  'The bus that used to stop near home does not run any more, and nobody can bring the pupil. '.repeat(3);

const personal = personalFieldsOf(domain);

interface ToAppend {
  readonly stream: string;
  readonly event: NewEvent;
}

/** Events about pupils as in practice, including their personal data and texts about them. */
function* lived(events: Iterable<StoredEvent>): Generator<ToAppend> {
  let count = 0;
  for (const [stream, , id, type, data, text] of events) {
    const metadata = JSON.parse(text) as EventMetadata;
    const another = (name: string, of: object): NewEvent => ({
      id: randomUUID(),
      type: name,
      data: of,
      metadata,
    });
    if (type === 'PupilReferred') {
      const upn = `A${String(count).padStart(12, '0')}`;
      const who = { upn, forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15', sex: 'F' };
      const event = another('PupilRegistered', { ...who, school: '990401', schoolFrom: metadata.on });
      yield { stream: `pupil-${metadata.subject!}`, event };
    }
    yield { stream, event: { id, type, data: JSON.parse(data) as object, metadata } };
    count += 1;
    if (count % TEXT_EVERY === 0) {
      const found = { barrier: randomUUID(), kind: 'OTHER', by: 'SCHOOL', on: metadata.on, text: TEXT };
      yield { stream: `journey-of-${metadata.subject!}`, event: another('BarrierFound', found) };
    }
  }
}

/** A log as in the service, with or without encryption of personal fields. */
function logIn(
  folder: string,
  seals: boolean,
): { readonly log: EventStore; readonly close: () => Promise<void> } {
  const events = new SqliteEventStore(join(folder, 'events.sqlite'));
  const keys = new SqliteKeyStore(join(folder, 'keys.sqlite'));
  const keyring = new Keyring({ keys, master: localMasterKey(Buffer.alloc(32, 'm')) });
  return {
    log: seals ? encrypting(chaining(events), keyring, personal) : chaining(events),
    close: async () => {
      await events.close();
      await keys.close();
    },
  };
}

async function append(log: EventStore, events: readonly ToAppend[]): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let at = next++; at < events.length; at = next++) {
      const { stream, event } = events[at]!;
      await log.append(stream, 'any', [event]);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

const appending = (events: readonly ToAppend[], seals: boolean): Promise<number> =>
  inFolder(async (folder) => {
    const { log, close } = logIn(folder, seals);
    const speed = await rate(events.length, () => append(log, events));
    await close();
    return speed;
  });

/** Appends of one event from 64 concurrent callers, with encrypted personal fields, compared with unencrypted ones. */
function appends(): Promise<Comparison> {
  const events = [...lived(limited(pupilEvents(600, 40), 30_000))];
  const count = events.filter(({ event }) => personal.has(event.type)).length;
  const share = Math.round((100 * count) / events.length);
  return sideBySide(
    {
      name: `appends of one event, 64 callers, ${String(share)}% with personal fields: sealed ÷ not sealed`,
      unit: 'events/s',
      target: 0.7,
    },
    { baseline: () => appending(events, false), ours: () => appending(events, true) },
  );
}

/** Rebuilding the KPI view from an encrypted log, compared with an unencrypted one. */
function rebuilds(): Promise<Comparison> {
  return inFolder((sealedFolder) =>
    inFolder(async (clearFolder) => {
      const events = [...lived(limited(pupilEvents(1_200, 130), 150_000))];
      for (const [folder, seals] of [[sealedFolder, true] as const, [clearFolder, false] as const]) {
        const { log, close } = logIn(folder, seals);
        await append(log, events);
        await close();
      }
      const rebuild = (folder: string): Promise<number> =>
        inFolder(async (views) => {
          const log = new SqliteEventStore(join(folder, 'events.sqlite'));
          const speed = await rate(events.length, () => rebuildKpis(log, join(views, 'views.sqlite')));
          await log.close();
          return speed;
        });
      return sideBySide(
        {
          name: `rebuilding the KPI view over ${events.length.toLocaleString('en-GB')} events: sealed ÷ not sealed`,
          unit: 'events/s',
          target: 0.7,
        },
        { baseline: () => rebuild(clearFolder), ours: () => rebuild(sealedFolder) },
      );
    }),
  );
}

export const sealed = async (): Promise<readonly Comparison[]> => [await appends(), await rebuilds()];
