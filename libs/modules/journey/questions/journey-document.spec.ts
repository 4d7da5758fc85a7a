import { JOURNEY, MENTOR, mentored, PROGRAMME, PUPIL, SCHOOL } from '@test/support/given';
import { held, id } from '@test/support/journey/given';
import { history, moment } from '@test/support/journey/histories';
import { event } from '@test/support/spec';
import type { Things } from '@waymark/core/commands';
import { type RecordedEvent, Refusal } from '@waymark/core/kernel';
import { journey } from '../journey';
import type { Journey } from '../state';
import { historyThen, journeyOf, recordedBy, type Then } from './journey-document';

const barrier = event('BarrierFound', '2025-11-10', {
  ...{ barrier: id(21), kind: 'TRANSPORT', by: 'PUPIL', severity: 2, on: '2025-11-10' },
});
const referral = event('ReferralMade', '2025-11-12', {
  referral: id(31),
  service: 'camhs',
  on: '2025-11-12',
});
const completed = event('JourneyCompleted', '2026-02-02', { on: '2026-02-02', mentor: MENTOR });
/** Recorded at one event per minute; the second session before the first, and the third after both. */
const log = history([...mentored, held(2), held(1), barrier, referral, held(3), completed]);

const loaded = (events: readonly RecordedEvent[]) => ({
  state: events.reduce<Journey>(
    (state, { type, data, metadata }) =>
      journey.folds.get(type)!(state as never, data as never, metadata.on) as Journey,
    journey.initial,
  ) as never,
  revision: events.at(-1)?.revision ?? ('none' as const),
});

/** The journey, in the form of its stream. */
const things = {
  load: jest.fn<Promise<ReturnType<typeof loaded>>, [string, string]>(async (module, of) =>
    loaded(module === 'journey' && of === JOURNEY ? log : []),
  ),
  replay: jest.fn<Promise<ReturnType<typeof loaded>>, Parameters<Things['replay']>>(
    async (module, of, select) => loaded(module === 'journey' && of === JOURNEY ? select(log) : []),
  ),
};

const then = (at: Then) => journeyOf(things, JOURNEY, at);
const session = (n: number, on: string, phase = 1) => ({
  ...{ session: id(n), outcome: 'held', on, mentor: MENTOR, minutes: 60 },
  ...{ mode: 'IN_PERSON', place: 'SCHOOL', phase },
});

const now = {
  id: JOURNEY,
  revision: 9,
  pupil: PUPIL,
  programme: PROGRAMME,
  school: SCHOOL,
  referredOn: '2025-09-19',
  eligible: true,
  consentOn: '2025-10-13',
  mentor: MENTOR,
  phase: 1,
  model: {
    version: 1,
    phases: [
      'Trust and obstacles',
      'Goals and actions',
      'Action and support network',
      'Reintegration and self-reliance',
    ],
    sessionsPlanned: 12,
  },
  sessions: [session(1, '2025-11-03'), session(2, '2025-11-10'), session(3, '2025-11-17')],
  barriers: [{ barrier: id(21), kind: 'TRANSPORT', severity: 2 }],
  support: [{ referral: id(31), step: 'made' }],
  end: { ending: 'COMPLETED', on: '2026-02-02' },
};

describe('a journey', () => {
  beforeEach(() => jest.clearAllMocks());

  it('is returned as it is now, with lists, and sessions ordered by day', async () => {
    expect(await journeyOf(things, JOURNEY)).toEqual(now);
    expect(await then({})).not.toHaveProperty('asOf');
    expect(things.replay).not.toHaveBeenCalled();
  });

  it('is returned as of a day, including what is about that day', async () => {
    const { end: _end, ...open } = now;
    const on = (asOf: string) => then({ asOf });
    expect(await on('2026-02-02')).toEqual({ ...now, asOf: '2026-02-02' });
    expect(await on('2026-02-01')).toEqual({ ...open, revision: 8, asOf: '2026-02-01' });
    expect(await on('2025-11-09')).toMatchObject({
      sessions: [session(1, '2025-11-03')],
      barriers: [],
      support: [],
    });
  });

  it('is returned as known at a time, including what was recorded at that time', async () => {
    const at = async (asKnownAt: string) => (await then({ asKnownAt })).revision;
    expect(await at(moment(4))).toBe(4);
    expect(await at(moment(4).replace('.000Z', '.999Z'))).toBe(4);
    expect(await then({ asKnownAt: moment(4) })).toMatchObject({
      asKnownAt: moment(4),
      sessions: [session(2, '2025-11-10')],
    });
    expect(await then({ asOf: '2025-11-03', asKnownAt: moment(4) })).toMatchObject({
      sessions: [],
      asOf: '2025-11-03',
    });
    expect(await then({ asOf: '2025-11-03', asKnownAt: moment(5) })).toMatchObject({
      sessions: [session(1, '2025-11-03')],
    });
  });

  it.each([
    ['on an earlier day', { asOf: '2025-09-18' }],
    ['at an earlier moment', { asKnownAt: '2026-02-15T08:59:59.999Z' }],
  ])('is unknown %s', async (_, at) => {
    await expect(then(at)).rejects.toThrow(Refusal);
    await expect(then(at)).rejects.toMatchObject({
      code: 'UNKNOWN_JOURNEY_THEN',
      kind: 'missing',
      message: expect.stringMatching(/^\S.* .*\.$/) as string,
    });
  });

  it('is unknown if it does not exist, now or then', async () => {
    for (const at of [{}, { asOf: '2026-02-02' }])
      await expect(journeyOf(things, id(99), at)).rejects.toMatchObject({
        code: 'UNKNOWN_JOURNEY',
        kind: 'missing',
        message: expect.stringMatching(/^\S.* .*\.$/) as string,
      });
    expect(things.replay).not.toHaveBeenCalled();
  });
});

describe('the events recorded by a time', () => {
  const revisions = (events: readonly RecordedEvent[]) => events.map(({ revision }) => revision);
  // The clock of the process that recorded the second event was two minutes ahead.
  const skewed = history(mentored, [moment(0), moment(3), moment(1), moment(4)]);

  it('are the stream up to the last event recorded by then, even if clocks differ', () => {
    expect(revisions(recordedBy(moment(0), skewed))).toEqual([0]);
    expect(revisions(recordedBy(moment(1), skewed))).toEqual([0, 1, 2]);
    expect(revisions(recordedBy(moment(3), skewed))).toEqual([0, 1, 2]);
    expect(revisions(recordedBy(moment(4), skewed))).toEqual([0, 1, 2, 3]);
    expect(recordedBy('2026-01-01T00:00:00.000Z', skewed)).toEqual([]);
  });

  it('are all events if no time is given', () => {
    expect(recordedBy(undefined, skewed)).toBe(skewed);
    expect(historyThen(skewed, {})).toBe(skewed);
  });
});
