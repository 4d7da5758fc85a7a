import type { ObjectionScope } from '@waymark/core/privacy';
import { RecordAttendance } from '@waymark/modules/attendance';
import { exportKinds, exportSources } from '@waymark/modules/exports';
import type { AttendanceGroup } from '@waymark/modules/insights/attendance';
import { EndJourney, GiveConsent, HoldSession, ReferPupil, WithdrawConsent } from '@waymark/modules/journey';
import { AllocatePupil } from '@waymark/modules/mentor';
import { DecideObjection, LiftRestriction, RaiseObjection, RestrictProcessing } from '@waymark/modules/pupil';
import { HARBOUR, held, marked, programme, registers, sessions } from '../imports/papers';
import { almighty } from '../support/readers';
import { DAY, type Known, ONE, openKnown, OTHER, papers } from './erasing';

jest.setTimeout(60_000);

const reason = 'The family asked for it.';

const restrict = ({ command, one }: Known): Promise<unknown> =>
  command('pupil', one, RestrictProcessing, { ground: 'ACCURACY_CONTESTED', on: DAY });
const object =
  (scope: ObjectionScope) =>
  ({ command, one }: Known): Promise<unknown> =>
    command('pupil', one, RaiseObjection, { scope, on: DAY });

const session = {
  ...{ session: 'ab0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b19', mentor: 'M-1', on: '2025-11-10', minutes: 60 },
  ...{ mode: 'IN_PERSON', place: 'SCHOOL', phase: 1 },
};
const sendings = {
  'a session': ({ command, of }: Known) => command('journey', of, HoldSession, session),
  'a mark': ({ command, one }: Known) =>
    command('attendance', one, RecordAttendance, {
      school: HARBOUR,
      marks: [{ on: '2025-09-22', am: '/', pm: '\\', at: '2025-09-22T16:00:00Z' }],
    }),
  'a mentor': ({ command, of }: Known) => command('mentor', 'M-2', AllocatePupil, { journey: of, on: DAY }),
  'a referral': ({ command, one }: Known) =>
    command('journey', 'cb0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b19', ReferPupil, {
      ...{ pupil: one, programme: programme.id, school: HARBOUR, on: '2025-09-22', yearGroup: 8 },
    }),
  'consent again': ({ command, of }: Known) => command('journey', of, GiveConsent, { on: DAY }),
  'consent withdrawn': ({ command, of }: Known) => command('journey', of, WithdrawConsent, { on: DAY }),
  'an end': ({ command, of }: Known) =>
    command('journey', of, EndJourney, { ending: 'ENDED_EARLY', reason, on: DAY }),
} satisfies Record<string, (office: Known) => Promise<unknown>>;
type Sending = keyof typeof sendings;

/** The result of a command: the code of its refusal, or `recorded`. */
const outcome = (sending: Promise<unknown>): Promise<string> =>
  sending.then(
    () => 'recorded',
    (error: unknown) => (error as { readonly code: string }).code,
  );

describe('data sent about a pupil', () => {
  const stopped: readonly Sending[] = ['a session', 'a mark', 'a mentor', 'a referral', 'consent again'];
  const mentoring: readonly Sending[] = ['a session', 'a mentor', 'a referral', 'consent again'];
  const ends: readonly Sending[] = ['consent withdrawn', 'an end'];

  it.each([
    ...stopped.map((what) => [what, 'are restricted', restrict, 'PROCESSING_RESTRICTED'] as const),
    ...mentoring.map((what) => [what, 'object', object('MENTORING'), 'MENTORING_OBJECTED_TO'] as const),
    ...ends.map((what) => [what, 'are restricted', restrict, 'recorded'] as const),
    ...ends.map((what) => [what, 'object', object('MENTORING'), 'recorded'] as const),
    ['a mark', 'object', object('MENTORING'), 'recorded'],
    ['a session', 'object', object('RESEARCH'), 'recorded'],
  ] as const)(
    'such as %s, about pupils who %s, are recorded or refused as expected (%#)',
    async (what, _, first, code) => {
      const office = await openKnown();
      await first(office);
      expect(await outcome(sendings[what](office))).toBe(code);
    },
  );

  it('are accepted again once the restriction is lifted or the objection overridden', async () => {
    const office = await openKnown();
    await restrict(office);
    await office.command('pupil', office.one, LiftRestriction, { on: DAY });
    await object('MENTORING')(office);
    const decision = { scope: 'MENTORING', outcome: 'OVERRIDDEN', on: DAY, reason };
    await office.command('pupil', office.one, DecideObjection, decision);
    expect(await outcome(sendings['a session'](office))).toBe('recorded');
  });

  it('are rejected row by row in an import, with the reason', async () => {
    const office = await openKnown();
    await restrict(office);
    const { rows } = await office.take({
      'referrals.csv': papers['referrals.csv'],
      'register.csv': registers(marked(ONE, '2025-09-22'), marked(OTHER, '2025-09-22')),
      'sessions.csv': sessions(held(ONE, '2025-11-10'), held(OTHER, '2025-11-11')),
    });
    expect(rows('referrals.csv')).toEqual(['PROCESSING_RESTRICTED', 'repeated']);
    expect(rows('register.csv')).toEqual(['PROCESSING_RESTRICTED', 'accepted']);
    expect(rows('sessions.csv')).toEqual(['PROCESSING_RESTRICTED', 'accepted']);
  });
});

describe('an export', () => {
  const exported = async (rows: AsyncIterable<object>): Promise<string> => {
    const found: object[] = [];
    for await (const row of rows) found.push(row);
    return JSON.stringify(found);
  };
  const sources = ({ platform }: Known) => exportSources(platform, almighty(), () => undefined);
  const attendance = async (office: Known, by: AttendanceGroup): Promise<string> =>
    exported(
      exportKinds.attendance.rows(await sources(office), { by, from: '2025-09-01', to: '2025-12-31' }),
    );
  const byPupil = (office: Known): Promise<string> => attendance(office, 'pupil');
  const timelines = async (office: Known): Promise<string> =>
    exported(exportKinds.timeline.rows(await sources(office)));

  it.each([
    ['are restricted', restrict, false],
    ['object to the archive', object('EVALUATION_ARCHIVE'), false],
    ['object to research', object('RESEARCH'), false],
    ['object to mentoring', object('MENTORING'), true],
  ])('includes or leaves out pupils who %s, as expected (%#)', async (_, first, isThere) => {
    const office = await openKnown();
    const { one, other } = office;
    for (const made of [await byPupil(office), await timelines(office)]) {
      expect([made.includes(one), made.includes(other)]).toEqual([true, true]);
    }
    await first(office);
    await office.platform.settle();
    for (const made of [await byPupil(office), await timelines(office)]) {
      expect([made.includes(one), made.includes(other)]).toEqual([isThere, true]);
    }
  });

  it('has sums over the same pupils as its rows', async () => {
    const office = await openKnown();
    await restrict(office);
    const pupils = JSON.parse(await byPupil(office)) as { possible: number }[];
    const [area, ...others] = JSON.parse(await attendance(office, 'area')) as { possible: number }[];
    expect(others).toEqual([]);
    expect(area).toMatchObject({ pupils: pupils.length, possible: pupils[0]!.possible });
    expect(pupils).toHaveLength(1);
  });
});
