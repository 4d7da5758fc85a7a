import { CorrectSession, VoidSession, WithdrawConsent } from '@waymark/modules/journey';
import { upnOf } from '../support/made-up';
import { type Office, openProgramme, sessionId } from './office';
import { held, marked, misspelt, persistent, referrals, referred, registers, sessions } from './papers';

const [ZARA, AISHA] = [upnOf(1), upnOf(2)];

/** An office with two pupils who are eligible and have consent. */
async function withPupils(): Promise<Office> {
  const office = await openProgramme();
  await office.take({
    'referrals.csv': referrals(referred(ZARA), referred(AISHA)),
    'r.csv': registers(...persistent(ZARA), ...persistent(AISHA)),
  });
  return office;
}

const take = async (office: Office, ...rows: string[]): Promise<string[]> =>
  (await office.take({ 's.csv': sessions(...rows) })).rows('s.csv');

const recorded = async ({ platform, journey }: Office, upn: string): Promise<[string, unknown][]> =>
  (await platform.events.readStream(`journey-${await journey(upn)}`)).map(({ type, data }) => [type, data]);

describe('a session', () => {
  it('is held, or not held for one of eight reasons', async () => {
    const office = await withPupils();
    const outcomes = [
      ...['HELD', 'MISSED_PUPIL_ABSENT', 'MISSED_PUPIL_ILL', 'MISSED_PUPIL_EXAM', 'MISSED_PUPIL_DECLINED'],
      ...['MISSED_PUPIL_DID_NOT_COME', 'CANCELLED_MENTOR', 'CANCELLED_NO_ROOM', 'CANCELLED_SCHOOL_CLOSED'],
    ];
    const rows = outcomes.map((outcome, index) =>
      held(ZARA, `2025-11-${String(10 + index)}`, {
        outcome,
        ...(outcome === 'HELD' ? {} : { minutes: '', phase: '' }),
      }),
    );
    expect(await take(office, ...rows)).toEqual(outcomes.map(() => 'accepted'));
    const events = await recorded(office, ZARA);
    expect(events.find(([type]) => type === 'SessionHeld')?.[1]).toMatchObject({
      mentor: 'M-1',
      on: '2025-11-10',
      minutes: 60,
      mode: 'IN_PERSON',
      place: 'SCHOOL',
      phase: 1,
    });
    const notHeld = events.filter(([type]) => type === 'SessionNotHeld').map(([, data]) => data);
    expect(notHeld.map((data) => (data as { kind: string }).kind)).toEqual([
      ...['acceptable', 'acceptable', 'acceptable', 'unacceptable', 'unacceptable'],
      ...['logistics', 'logistics', 'logistics'],
    ]);
  });

  it.each<[string, string]>([
    ['WRONG_COLUMNS', `${held(ZARA, '2025-11-03')},`],
    ['INVALID_UPN', held(misspelt(ZARA), '2025-11-03')],
    ['UNKNOWN_PUPIL', held(upnOf(3), '2025-11-03')],
    ['INVALID_DATE', held(ZARA, '03/11/2025')],
    ['INVALID_DATE', held(ZARA, '2025-11-31')],
    ['UNKNOWN_OUTCOME', held(ZARA, '2025-11-03', { outcome: 'held' })],
    ['UNKNOWN_OUTCOME', held(ZARA, '2025-11-03', { outcome: '' })],
    ['UNKNOWN_OUTCOME', held(ZARA, '2025-11-03', { outcome: 'constructor' })],
    ['WRONG_FORM', held(ZARA, '2025-11-03', { mentor: '' })],
    ['UNKNOWN_MENTOR', held(ZARA, '2025-11-03', { mentor: 'M-9' })],
    ['UNKNOWN_MENTOR', held(ZARA, '2025-11-03', { mentor: 'M-9', outcome: 'CANCELLED_MENTOR' })],
    ['WRONG_TYPE', held(ZARA, '2025-11-03', { minutes: 'sixty' })],
    ['WRONG_TYPE', held(ZARA, '2025-11-03', { minutes: '52.5' })],
    ['OUT_OF_RANGE', held(ZARA, '2025-11-03', { minutes: '' })],
    ['OUT_OF_RANGE', held(ZARA, '2025-11-03', { minutes: '481' })],
    ['NOT_ONE_OF', held(ZARA, '2025-11-03').replace('IN_PERSON', 'PHONE')],
    ['NOT_ONE_OF', held(ZARA, '2025-11-03').replace('SCHOOL', 'CAFE')],
    ['CONSENT_MISSING', held(ZARA, '2025-10-12')],
    ['PHASE_SKIPPED', held(ZARA, '2025-11-03', { phase: '3' })],
    ['UNKNOWN_PHASE', held(ZARA, '2025-11-03', { phase: '5' })],
    ['SESSION_IN_FUTURE', held(ZARA, '2026-03-04')],
  ])('is rejected with %s: %s', async (reason, row) => {
    const office = await withPupils();
    const before = await recorded(office, ZARA);
    expect(await take(office, row, held(AISHA, '2025-11-03'))).toEqual([reason, 'accepted']);
    expect(await recorded(office, ZARA)).toEqual(before);
  });

  it('recorded after the withdrawal of consent is accepted if it was held before', async () => {
    const office = await openProgramme();
    await office.take({
      'referrals.csv': referrals(referred(ZARA)),
      'r.csv': registers(...persistent(ZARA)),
      's.csv': sessions(held(ZARA, '2025-11-03')),
    });
    await office.command('journey', await office.journey(ZARA), WithdrawConsent, { on: '2025-12-01' });
    const days = ['2025-11-10', '2025-12-01', '2025-12-02'];
    const rows = days.map((day) => held(ZARA, day));
    expect(await take(office, ...rows)).toEqual(['accepted', 'accepted', 'CONSENT_MISSING']);
    expect(await take(office, ...rows)).toEqual(['repeated', 'repeated', 'CONSENT_MISSING']);
  });

  it('is rejected without consent or eligibility', async () => {
    const office = await openProgramme();
    const done = await office.take({
      'referrals.csv': referrals(referred(ZARA, { consentOn: '' }), referred(AISHA)),
      'r.csv': registers(...persistent(ZARA), marked(AISHA, '2025-09-15')),
      's.csv': sessions(held(ZARA, '2025-11-03'), held(AISHA, '2025-11-03')),
    });
    expect(done.rows('s.csv')).toEqual(['CONSENT_MISSING', 'MENTOR_NOT_ALLOCATED']);
    expect(done.report.followUps).toEqual({ assessed: 2, eligible: 1, allocated: 0, notAllocated: {} });
  });

  it('of the next phase advances the journey, and the last planned one completes it', async () => {
    const office = await withPupils();
    const day = (index: number) => new Date(Date.UTC(2025, 10, 3 + 7 * index)).toISOString().slice(0, 10);
    const rows = Array.from({ length: 12 }, (_, index) =>
      held(ZARA, day(index), { phase: String(1 + Math.floor(index / 3)) }),
    );
    const late = held(ZARA, day(12), { phase: '4' });
    expect(await take(office, ...rows, late)).toEqual([...rows.map(() => 'accepted'), 'JOURNEY_ENDED']);
    const events = await recorded(office, ZARA);
    expect(events.filter(([type]) => type === 'PhaseAdvanced')).toHaveLength(3);
    expect(events.filter(([type]) => type === 'JourneyCompleted')).toEqual([
      ['JourneyCompleted', { on: day(11), mentor: 'M-1' }],
    ]);
    expect(await take(office, ...rows, late)).toEqual([...rows.map(() => 'repeated'), 'JOURNEY_ENDED']);
  });

  it('is one session if the file repeats its row, and two if the rows differ', async () => {
    const office = await withPupils();
    const row = held(ZARA, '2025-11-03');
    expect(await take(office, row, row, held(ZARA, '2025-11-03', { minutes: '30' }))).toEqual([
      ...['accepted', 'repeated', 'accepted'],
    ]);
  });

  it('stays corrected or voided when its file is imported again', async () => {
    const office = await withPupils();
    const [corrected, voided, kept] = [
      held(ZARA, '2025-11-03'),
      held(ZARA, '2025-11-10'),
      held(ZARA, '2025-11-17', { outcome: 'CANCELLED_MENTOR' }),
    ];
    await take(office, corrected, voided, kept);
    const journey = await office.journey(ZARA);
    const of = (row: string) => ({ session: sessionId(office, journey, row), reason: 'A slip of the pen.' });
    await office.command('journey', journey, CorrectSession, { ...of(corrected), minutes: 45 });
    await office.command('journey', journey, VoidSession, of(voided));
    await office.command('journey', journey, VoidSession, of(kept));
    const before = await recorded(office, ZARA);
    expect(before.slice(-3).map(([type]) => type)).toEqual([
      ...['SessionCorrected', 'SessionVoided', 'SessionVoided'],
    ]);
    for (let time = 0; time < 2; time += 1) {
      expect(await take(office, corrected, voided, kept)).toEqual(['repeated', 'repeated', 'repeated']);
      expect(await recorded(office, ZARA)).toEqual(before);
    }
  });
});

describe('a warning', () => {
  it('is given if a held session is on a day for which the register shows the pupil absent', async () => {
    const office = await withPupils();
    const done = await office.take({
      'r.csv': registers(
        marked(ZARA, '2025-11-03', 'II'),
        marked(ZARA, '2025-11-04', 'I\\'),
        marked(ZARA, '2025-11-05', '##'),
        marked(ZARA, '2025-11-06', 'O-'),
        marked(ZARA, '2025-11-07', 'II'),
        marked(ZARA, '2025-11-07', 'L\\', { at: '2025-11-08T09:00:00Z' }),
      ),
      's.csv': sessions(
        held(ZARA, '2025-11-03'),
        held(ZARA, '2025-11-04'),
        held(ZARA, '2025-11-05'),
        held(ZARA, '2025-11-06'),
        held(ZARA, '2025-11-07'),
        held(ZARA, '2025-11-03', { outcome: 'MISSED_PUPIL_ABSENT' }),
        held(AISHA, '2025-11-03'),
      ),
    });
    expect(done.file('s.csv')).toMatchObject({ accepted: 7, warnings: 2 });
    expect(done.warned('s.csv')).toEqual([
      [1, 'PUPIL_ABSENT_THAT_DAY'],
      [4, 'PUPIL_ABSENT_THAT_DAY'],
    ]);
    expect(done.rows('s.csv')).toEqual(Array.from({ length: 7 }, () => 'accepted'));
  });

  it('is given twelve weeks after the first session', async () => {
    const office = await withPupils();
    const done = await office.take({
      's.csv': sessions(
        held(ZARA, '2025-11-03'),
        held(ZARA, '2026-01-25'),
        held(ZARA, '2026-01-26'),
        held(ZARA, '2026-01-27', { outcome: 'CANCELLED_NO_ROOM' }),
        held(AISHA, '2026-01-27'),
      ),
    });
    expect(done.warned('s.csv')).toEqual([
      [3, 'LATER_THAN_PLANNED'],
      [4, 'LATER_THAN_PLANNED'],
    ]);
    expect(done.file('s.csv').warningsBy).toEqual({ LATER_THAN_PLANNED: 2 });
  });

  it('is not given for a rejected row', async () => {
    const office = await withPupils();
    const done = await office.take({
      'r.csv': registers(marked(ZARA, '2025-11-03', 'II')),
      's.csv': sessions(held(ZARA, '2025-11-03', { minutes: '0' })),
    });
    expect(done.file('s.csv')).toMatchObject({ rejected: 1, warnings: 0 });
  });
});
