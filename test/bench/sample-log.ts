import Database from 'better-sqlite3';
import { idOf } from '../support/made-up';
import { addDays } from '@waymark/core/fields';
import { EVENTS_SCHEMA } from '@waymark/stores/sqlite/events/domain';
import { DURABLE, INSERT_EVENT } from '@waymark/stores/sqlite/events/sqlite-event-store';

/** An event as stored in the log's table: serialised to text. */
export type StoredEvent = readonly [
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
];

const id = (...parts: (string | number)[]): string => idOf('bench', ...parts.map(String));

/** The marks of a school week from a Monday on, with an absence every ninth half-day. */
const week = (monday: string, salt: number) =>
  [0, 1, 2, 3, 4].map((day) => ({
    on: addDays(monday, day),
    am: (salt + day) % 9 === 0 ? 'I' : '/',
    pm: (salt + day) % 9 === 4 ? 'O' : '\\',
    at: `${addDays(monday, day)}T16:00:00Z`,
  }));

/** Pupils with a journey, twelve sessions and weekly registers, interleaved as in practice. */
export function* pupilEvents(pupils: number, weeks: number): Generator<StoredEvent> {
  const revisions = new Map<string, number>();
  const event = (stream: string, pupil: string, type: string, on: string, data: object): StoredEvent => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const command = { id: id(stream, revision, 'command'), hash: '0123456789abcdef0123456789abcdef' };
    const metadata = {
      on,
      recordedAt: `${on}T16:00:00.000Z`,
      schema: 1,
      actor: 'bench',
      subject: pupil,
      correlation: command.id,
      causation: command.id,
      command,
    };
    return [stream, revision, id(stream, revision), type, JSON.stringify(data), JSON.stringify(metadata)];
  };
  for (let turn = 0; turn < weeks; turn += 1) {
    const monday = addDays('2023-09-04', turn * 7);
    for (let number = 0; number < pupils; number += 1) {
      const pupil = id('pupil', number);
      const journey = `journey-${id('journey', number)}`;
      const school = String(990_000 + (number % 40));
      if (turn === 0) {
        const model = {
          version: 1,
          weeks: 12,
          sessionMinutes: 60,
          sessionsPerPhase: 3,
          phases: ['1', '2', '3', '4'],
        };
        const referral = { pupil, programme: 'bench', school, on: monday, yearGroup: 8, model };
        yield event(journey, pupil, 'PupilReferred', monday, referral);
        yield event(journey, pupil, 'ConsentGiven', monday, { on: monday });
        yield event(journey, pupil, 'MentorAllocated', monday, {
          mentor: `M-${String(number % 50)}`,
          on: monday,
        });
      }
      if (turn >= 8 && turn < 20) {
        const held = { session: id('session', number, turn), mentor: `M-${String(number % 50)}`, on: monday };
        const how = { minutes: 60, mode: 'IN_PERSON', place: 'SCHOOL', phase: 1 };
        yield event(journey, pupil, 'SessionHeld', monday, { ...held, ...how });
      }
      const marks = { school, week: monday, marks: week(monday, number + turn) };
      yield event(`attendance-${pupil}`, pupil, 'AttendanceRecorded', monday, marks);
    }
  }
}

/** Insert events directly into the log's table, several per transaction. */
export function insertRaw(file: string, events: Iterable<StoredEvent>, perTransaction: number): number {
  const db = new Database(file);
  for (const pragma of DURABLE) db.pragma(pragma);
  db.exec(EVENTS_SCHEMA);
  const insert = db.prepare(INSERT_EVENT);
  const all = db.transaction((some: readonly StoredEvent[]) => {
    for (const event of some) insert.run(...event);
  });
  let count = 0;
  let some: StoredEvent[] = [];
  for (const event of events) {
    count += 1;
    if (some.push(event) < perTransaction) continue;
    all.immediate(some);
    some = [];
  }
  if (some.length > 0) all.immediate(some);
  db.close();
  return count;
}
