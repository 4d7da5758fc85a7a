import { everywhere } from '@waymark/core/access';
import { registersOf } from '@waymark/modules/imports/views/import-reports';
import { attendanceBy } from '@waymark/modules/insights/attendance';
import { ChangeUpn, MoveSchool } from '@waymark/modules/pupil';
import { temporaryUpnOf, upnOf } from '../support/made-up';
import { type Office, openProgramme } from './office';
import {
  HARBOUR,
  held,
  marked,
  mentors,
  NORTHGATE,
  persistent,
  referrals,
  referred,
  registers,
  sessions,
} from './papers';

const SEPTEMBER = { from: '2025-09-01', to: '2025-09-30' };

const by = ({ platform }: Office, group: 'pupil' | 'school', rest: object = {}) =>
  attendanceBy(platform.rows, { by: group, ...SEPTEMBER, ...rest }, everywhere);

describe('a temporary UPN that was replaced by a permanent one', () => {
  const [temporary, permanent] = [temporaryUpnOf(1), upnOf(1)];

  async function changed(appointed = mentors()): Promise<Office> {
    const office = await openProgramme({}, appointed);
    await office.take({ 'referrals.csv': referrals(referred(temporary)) });
    await office.command('pupil', await office.pupil(temporary), ChangeUpn, { upn: permanent });
    return office;
  }

  it('leads to the pupil, as does the permanent one', async () => {
    const office = await changed();
    const done = await office.take({
      'r.csv': registers(
        marked(temporary, '2025-09-15'),
        marked(permanent, '2025-09-15'),
        marked(permanent, '2025-09-16'),
        marked(temporary, '2025-09-16', 'II'),
      ),
    });
    expect(done.rows('r.csv')).toEqual(['accepted', 'repeated', 'accepted', 'CONFLICTING_MARK']);
    expect(await by(office, 'pupil')).toMatchObject([{ possible: 4, attended: 4 }]);
    const again = await office.take({ 'referrals.csv': referrals(referred(temporary), referred(permanent)) });
    expect(again.rows('referrals.csv')).toEqual(['repeated', 'repeated']);
  });

  it('is the only known UPN before the change', async () => {
    const office = await openProgramme();
    await office.take({ 'referrals.csv': referrals(referred(temporary)) });
    const early = await office.take({ 'r.csv': registers(marked(permanent, '2025-09-15')) });
    expect(early.rows('r.csv')).toEqual(['UNKNOWN_PUPIL']);
    await office.command('pupil', await office.pupil(temporary), ChangeUpn, { upn: permanent });
    const late = await office.take({ 'r.csv': registers(marked(permanent, '2025-09-15')) });
    expect(late.rows('r.csv')).toEqual(['accepted']);
  });

  it.each([
    ['temporary', temporary],
    ['permanent', permanent],
  ])('leads to the mentor of the sessions under the %s UPN', async (_, upn) => {
    const office = await changed(mentors({ 'M-1': HARBOUR, 'M-2': HARBOUR, 'M-3': NORTHGATE }));
    const done = await office.take({
      'r.csv': registers(...persistent(permanent)),
      's.csv': sessions(held(upn, '2025-11-03', { mentor: 'M-3' })),
    });
    expect(done.rows('s.csv')).toEqual(['accepted']);
    const journey = await office.platform.events.readStream(`journey-${await office.journey(temporary)}`);
    expect(journey.find(({ type }) => type === 'MentorAllocated')?.data).toMatchObject({ mentor: 'M-3' });
  });

  it('can be mixed with the permanent one: sessions are imported in the order of the file', async () => {
    const office = await changed();
    const done = await office.take({
      'r.csv': registers(...persistent(permanent)),
      's.csv': sessions(
        held(temporary, '2025-11-03', { phase: '1' }),
        held(temporary, '2025-11-10', { phase: '2' }),
        held(permanent, '2025-11-17', { phase: '3' }),
      ),
    });
    expect(done.rows('s.csv')).toEqual(['accepted', 'accepted', 'accepted']);
  });
});

describe('a pupil who moved to another school', () => {
  it('counts for the school of each day', async () => {
    const office = await openProgramme();
    const upn = upnOf(1);
    await office.take({ 'referrals.csv': referrals(referred(upn)) });
    await office.command('pupil', await office.pupil(upn), MoveSchool, {
      school: NORTHGATE,
      from: '2025-09-17',
    });
    const done = await office.take({
      'r.csv': registers(
        marked(upn, '2025-09-16', 'II'),
        marked(upn, '2025-09-17', '/\\', { urn: NORTHGATE }),
        marked(upn, '2025-09-17'),
        marked(upn, '2025-09-16', '/\\', { urn: NORTHGATE }),
        marked(upn, '2025-09-18', 'O\\', { urn: NORTHGATE }),
        marked(upn, '2025-09-15'),
      ),
    });
    expect(done.rows('r.csv')).toEqual([
      ...['accepted', 'accepted', 'SCHOOL_MISMATCH', 'SCHOOL_MISMATCH', 'accepted', 'accepted'],
    ]);
    expect(await by(office, 'school')).toMatchObject([
      { key: HARBOUR, possible: 4, attended: 2, authorised: 2, pupils: 1 },
      { key: NORTHGATE, possible: 4, attended: 3, unauthorised: 1, pupils: 1 },
    ]);
    expect(await by(office, 'pupil')).toMatchObject([{ possible: 8, attended: 5 }]);
    const again = await office.take({ 'r.csv': registers(marked(upn, '2025-09-16', 'II')) });
    expect(again.rows('r.csv')).toEqual(['repeated']);
  });
});

describe('corrections', () => {
  const upn = upnOf(1);
  const first = registers(marked(upn, '2025-09-15', 'NN'), marked(upn, '2025-09-16', 'OO'));
  const mending = registers(
    marked(upn, '2025-09-15', 'II', { at: '2025-10-01T09:00:00Z' }),
    marked(upn, '2025-09-15', '/\\', { at: '2025-09-20T09:00:00Z' }),
    marked(upn, '2025-09-17', 'L\\', { at: '2025-09-20T09:00:00Z' }),
  );

  it.each([
    ['after', { 'hastings.csv': first, 'hastings-corrections.csv': mending }],
    ['before', { 'hastings-corrections.csv': mending, 'hastings.csv': first }],
  ])('give the same result if they come %s the register', async (_, files) => {
    const office = await openProgramme();
    await office.take({ 'referrals.csv': referrals(referred(upn)) });
    const { report } = await office.take(files);
    expect(registersOf(report)).toEqual({
      hastings: {
        rows: 2,
        accepted: 2,
        repeated: 0,
        rejected: 0,
        rejectedBy: {},
        noMark: 0,
        corrections: 3,
      },
    });
    expect(await by(office, 'pupil')).toMatchObject([
      { possible: 6, authorised: 2, unauthorised: 2, attended: 2, late: 1 },
    ]);
    expect(await by(office, 'pupil', { asKnownAt: '2025-09-20T09:00:00Z' })).toMatchObject([
      { possible: 6, authorised: 0, unauthorised: 2, attended: 4, late: 1 },
    ]);
    expect(await by(office, 'pupil', { asKnownAt: '2025-09-19T00:00:00Z' })).toMatchObject([
      { possible: 4, unauthorised: 4 },
    ]);
  });
});
