import { byKey } from '@waymark/core/projections';
import { EndJourney } from '@waymark/modules/journey';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { mentors as mentorView } from '@waymark/modules/mentor/views/mentors';
import { upnOf } from '../support/made-up';
import { type Office, openProgramme } from './office';
import {
  HARBOUR,
  held,
  marked,
  mentors,
  NORTHGATE,
  persistent,
  programme,
  referrals,
  referred,
  registers,
  sessions,
} from './papers';

const pupils = (count: number): string[] => Array.from({ length: count }, (_, index) => upnOf(index + 1));

/** Refer pupils to a school, with registers that make them eligible. */
const referring = (upns: readonly string[], school = HARBOUR) => ({
  'referrals.csv': referrals(...upns.map((upn) => referred(upn, { school }))),
  'r.csv': registers(...upns.flatMap((upn) => persistent(upn, school))),
});

const caseloadsOf = async ({ platform }: Office): Promise<Record<string, number>> =>
  Object.fromEntries(
    [...(await byKey(platform.rows, mentorView))].map(([id, { caseload }]) => [id, caseload]),
  );

describe('after the registers', () => {
  it('eligibility is assessed for all pupils who have marks in the baseline', async () => {
    const office = await openProgramme();
    const [present, absent, severe, unknown, later] = pupils(5) as [string, string, string, string, string];
    const { report } = await office.take({
      'referrals.csv': referrals(...pupils(5).map((upn) => referred(upn))),
      'r.csv': registers(
        marked(present, '2025-09-15'),
        ...persistent(absent),
        marked(severe, '2025-09-15', 'OO'),
        marked(unknown, '2025-09-15', '##'),
        marked(later, '2025-11-03', 'OO'),
      ),
    });
    expect(report.followUps).toEqual({ assessed: 3, eligible: 1, allocated: 1, notAllocated: {} });
    const rows = await byKey(office.platform.rows, caseloads);
    const eligible = await Promise.all(
      pupils(5).map(async (upn) => rows.get(await office.journey(upn))?.eligible),
    );
    expect(eligible).toEqual([false, true, false, undefined, undefined]);
    // Later marks do not change an assessment. A pupil without one is assessed now.
    const next = await office.take({
      'r.csv': registers(marked(present, '2025-09-16', 'OO'), ...persistent(unknown)),
    });
    expect(next.report.followUps).toEqual({ assessed: 1, eligible: 1, allocated: 1, notAllocated: {} });
  });

  it('the corrections of the same import count, whichever file comes first', async () => {
    const office = await openProgramme();
    const [upn] = pupils(1) as [string];
    const corrected = marked(upn, '2025-09-17', '/\\', { at: '2025-10-01T09:00:00Z' });
    const { report } = await office.take({
      'r-corrections.csv': registers(corrected),
      ...referring([upn]),
    });
    expect(report.followUps).toMatchObject({ assessed: 1, eligible: 0 });
  });

  it('a pupil gets a mentor from the first session on, but not before the consent', async () => {
    const office = await openProgramme();
    const [early, usual] = pupils(2) as [string, string];
    const { report } = await office.take({
      ...referring([early, usual]),
      's.csv': sessions(held(early, '2025-10-06'), held(usual, '2025-11-03')),
    });
    expect(report.followUps).toMatchObject({ allocated: 2, notAllocated: {} });
    const rows = await byKey(office.platform.rows, caseloads);
    const since = await Promise.all(
      [early, usual].map(async (upn) => rows.get(await office.journey(upn))?.allocatedOn),
    );
    expect(since).toEqual(['2025-10-13', '2025-11-03']);
  });

  it('no mentor gets more pupils than the programme allows', async () => {
    const office = await openProgramme({ caseloadCap: 2 });
    const { report } = await office.take(referring(pupils(5)));
    expect(report.followUps).toEqual({
      assessed: 5,
      eligible: 5,
      allocated: 2,
      notAllocated: { CASELOAD_FULL: 3 },
    });
    expect(await caseloadsOf(office)).toEqual({ 'M-1': 2, 'M-2': 0 });
    const rows = await byKey(office.platform.rows, caseloads);
    expect([...rows.values()].filter(({ mentor }) => mentor === 'M-1')).toHaveLength(2);
  });

  it('a released place goes to a pupil of the next import', async () => {
    const office = await openProgramme({ caseloadCap: 1 });
    const [first, second] = pupils(2) as [string, string];
    await office.take(referring([first]));
    expect((await office.take(referring([second]))).report.followUps?.notAllocated).toEqual({
      CASELOAD_FULL: 1,
    });
    const ended = { ending: 'MOVED_AWAY', reason: 'Moved.', on: '2025-12-12' };
    await office.command('journey', await office.journey(first), EndJourney, ended);
    await office.platform.settle();
    const { followUps } = (await office.take({ 'r.csv': registers() })).report;
    expect(followUps).toEqual({ assessed: 0, eligible: 0, allocated: 1, notAllocated: {} });
    expect((await byKey(office.platform.rows, caseloads)).get(await office.journey(second))?.mentor).toBe(
      'M-1',
    );
  });

  it('the pupils of a school without a mentor are counted', async () => {
    const office = await openProgramme({}, mentors({ 'M-1': HARBOUR }));
    const { report } = await office.take(referring(pupils(2), NORTHGATE));
    expect(report.followUps?.notAllocated).toEqual({ NO_MENTOR_AT_SCHOOL: 2 });
    // Once the school has a mentor, its pupils are allocated.
    const next = await office.take({ 'mentors.csv': mentors({ 'M-2': NORTHGATE }) });
    expect(next.report.followUps).toEqual({ assessed: 0, eligible: 0, allocated: 2, notAllocated: {} });
  });

  it('the mentors of one school share its pupils evenly, including the pupils they already have', async () => {
    const office = await openProgramme({}, mentors({ 'M-1': HARBOUR, 'M-2': NORTHGATE }));
    await office.take(referring(pupils(2)));
    expect(await caseloadsOf(office)).toEqual({ 'M-1': 2, 'M-2': 0 });
    await office.take({ 'mentors.csv': mentors({ 'M-3': HARBOUR }), ...referring(pupils(8)) });
    expect(await caseloadsOf(office)).toEqual({ 'M-1': 4, 'M-2': 0, 'M-3': 4 });
  });

  it('a mentor of another programme at the school does not get its pupils', async () => {
    const office = await openProgramme({}, mentors({ 'M-2': HARBOUR }));
    await office.take({
      'other.json': JSON.stringify({ ...programme, id: 'other-2025' }),
      'mentors.csv': mentors({ 'M-1': HARBOUR }),
    });
    const { report } = await office.take({
      'programme.json': JSON.stringify(programme),
      ...referring(pupils(3)),
    });
    expect(report.followUps).toEqual({ assessed: 3, eligible: 3, allocated: 3, notAllocated: {} });
    expect(await caseloadsOf(office)).toEqual({ 'M-1': 0, 'M-2': 3 });
  });

  it('a pupil gets the mentor of the first session, from its day on', async () => {
    const office = await openProgramme();
    const [upn, other] = pupils(2) as [string, string];
    const { report } = await office.take({
      ...referring([upn, other]),
      's.csv': sessions(
        held(upn, '2025-11-10', { mentor: 'M-1' }),
        held(upn, '2025-11-03', { mentor: 'M-2', outcome: 'CANCELLED_MENTOR' }),
      ),
    });
    expect(report.followUps).toMatchObject({ allocated: 2 });
    const rows = await byKey(office.platform.rows, caseloads);
    expect(rows.get(await office.journey(upn))).toMatchObject({ mentor: 'M-2', allocatedOn: '2025-11-03' });
    expect(rows.get(await office.journey(other))).toMatchObject({ mentor: 'M-1', allocatedOn: '2026-03-02' });
  });

  it('a first session with an unknown mentor is counted, and resolved by the corrected file', async () => {
    const office = await openProgramme();
    const [upn] = pupils(1) as [string];
    const first = await office.take({
      ...referring([upn]),
      's.csv': sessions(held(upn, '2025-11-03', { mentor: 'M-9' })),
    });
    expect(first.report.followUps?.notAllocated).toEqual({ UNKNOWN_MENTOR: 1 });
    expect(first.rows('s.csv')).toEqual(['UNKNOWN_MENTOR']);
    const next = await office.take({ 's.csv': sessions(held(upn, '2025-11-03')) });
    expect(next.report.followUps).toMatchObject({ allocated: 1, notAllocated: {} });
    expect(next.rows('s.csv')).toEqual(['accepted']);
  });
});
