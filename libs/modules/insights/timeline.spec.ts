import { newEvent } from '@test/support/events';
import { consented, PUPIL, referred, SCHOOL } from '@test/support/given';
import { type Happening, moment } from '@test/support/journey/histories';
import { event } from '@test/support/spec';
import { marks } from '@test/support/views/given';
import type { EventStore, RecordedEvent } from '@waymark/core/kernel';
import type { Then } from '@waymark/modules/journey/questions/journey-document';
import { timelineOf } from './timeline';

const registered = event('PupilRegistered', '2025-09-01', {
  ...{ upn: 'A823456789012', forename: 'Zara', surname: 'Farouk', dateOfBirth: '2013-02-15' },
  ...{ school: SCHOOL, schoolFrom: '2025-09-01' },
});
const week = marks(['2025-09-18', '/', '\\'], ['2025-09-19', 'I', 'I'], ['2025-09-22', 'O', 'O']);

/** Events of several streams, recorded at one per minute in this order, except for one clock that was behind. */
const log = [
  ['pupil-7', registered],
  ['journey-1', referred],
  ['attendance-7', week],
  ['journey-1', consented],
  ['pupil-7', event('PupilMovedSchool', '2026-01-05', { school: '990402', from: '2026-01-05' })],
  ['journey-2', referred],
].map(([stream, happening], position): RecordedEvent => {
  const { type, data, on } = happening as Happening;
  const before = { 'pupil-7': [0, 4], 'journey-1': [1, 3] }[stream as string] ?? [];
  return {
    ...newEvent(type, data, {
      on,
      recordedAt: moment(position),
      actor: `actor ${position}`,
      schema: position + 1,
      subject: PUPIL,
    }),
    stream: stream as string,
    revision: Math.max(0, before.indexOf(position)),
    position,
  };
});

const readStream = jest.fn(async (stream: string) => log.filter((event) => event.stream === stream));
const events = { readStream } as unknown as EventStore;
const positions = async (then?: Then) =>
  (await timelineOf(events, '1', '7', then)).map(({ position }) => position);

describe('a pupil’s timeline', () => {
  it('contains the events of the journey, the pupil and the register, in order of recording', async () => {
    expect(await positions()).toEqual([0, 1, 2, 3, 4]);
    expect(readStream.mock.calls.map(([stream]) => stream).sort()).toEqual([
      'attendance-7',
      'journey-1',
      'pupil-7',
    ]);
  });

  it('shows the actor, time, day and cause of each event', async () => {
    const [, , , consent] = await timelineOf(events, '1', '7');
    const { id, metadata } = log[3]!;
    expect(consent).toStrictEqual({
      ...{ position: 3, id, type: 'ConsentGiven', schema: 4, stream: 'journey-1', revision: 1 },
      ...{ on: '2025-10-13', recordedAt: moment(3), actor: 'actor 3' },
      correlation: metadata.correlation,
      causation: metadata.causation,
      command: metadata.command.id,
      data: consented.data,
    });
  });

  it('can be shown as known at a time, including what was recorded at that time', async () => {
    expect(await positions({ asKnownAt: moment(2) })).toEqual([0, 1, 2]);
    expect(await positions({ asKnownAt: moment(0) })).toEqual([0]);
    expect(await positions({ asKnownAt: '2026-01-01T00:00:00.000Z' })).toEqual([]);
  });

  it('can be shown as of a day, including what is about that day', async () => {
    expect(await positions({ asOf: '2025-08-31' })).toEqual([]);
    expect(await positions({ asOf: '2025-09-01' })).toEqual([0]);
    expect(await positions({ asOf: '2025-09-19' })).toEqual([0, 1, 2]);
    expect(await positions({ asOf: '2026-01-04' })).toEqual([0, 1, 2, 3]);
    expect(await positions({ asOf: '2026-01-05' })).toEqual([0, 1, 2, 3, 4]);
    expect(await positions({ asOf: '2026-01-05', asKnownAt: moment(3) })).toEqual([0, 1, 2, 3]);
  });

  it('contains only a week’s marks of days up to that day', async () => {
    const marksAsOf = async (asOf: string) =>
      (await timelineOf(events, '1', '7', { asOf })).find(({ type }) => type === 'AttendanceRecorded')?.data;
    expect(await marksAsOf('2025-09-17')).toBeUndefined();
    expect(await marksAsOf('2025-09-18')).toStrictEqual({ ...week.data, marks: week.data.marks.slice(0, 1) });
    expect(await marksAsOf('2025-09-21')).toStrictEqual({ ...week.data, marks: week.data.marks.slice(0, 2) });
    expect(await marksAsOf('2025-09-22')).toStrictEqual(week.data);
  });
});
