import { WithdrawConsent } from '@waymark/modules/journey';
import { temporaryUpnOf, upnOf } from '../support/made-up';
import { type Office, openProgramme } from './office';
import { misspelt, persistent, programme, referrals, referred, registers } from './papers';

const ZARA = upnOf(1);

const refer = async (office: Office, ...rows: string[]): Promise<string[]> =>
  (await office.take({ 'referrals.csv': referrals(...rows) })).rows('referrals.csv');

const typesOf = async ({ platform }: Office, stream: string): Promise<string[]> =>
  (await platform.events.readStream(stream)).map(({ type }) => type);

describe('a referral', () => {
  it('starts a journey, with consent and barriers', async () => {
    const office = await openProgramme();
    expect(await refer(office, referred(ZARA))).toEqual(['accepted']);
    expect(await typesOf(office, `pupil-${await office.pupil(ZARA)}`)).toEqual(['PupilRegistered']);
    expect(await typesOf(office, `journey-${await office.journey(ZARA)}`)).toEqual([
      ...['PupilReferred', 'ConsentGiven', 'BarrierFound', 'BarrierFound'],
    ]);
  });

  it('can be without consent, barriers and optional data', async () => {
    const office = await openProgramme();
    const bare = { sex: '', meals: '', sen: '', eal: '', consentOn: '', barriers: '' };
    expect(await refer(office, referred(temporaryUpnOf(1), bare))).toEqual(['accepted']);
    expect(await typesOf(office, `journey-${await office.journey(temporaryUpnOf(1))}`)).toEqual([
      'PupilReferred',
    ]);
  });

  it.each<[string, Parameters<typeof referred>[1] & { upn?: string }]>([
    ['INVALID_UPN', { upn: misspelt(ZARA) }],
    ['INVALID_UPN', { upn: '' }],
    ['TOO_SHORT', { forename: '' }],
    ['INVALID_DAY', { dateOfBirth: '15/02/2013' }],
    ['INVALID_DAY', { dateOfBirth: '2013-02-29' }],
    ['NOT_ONE_OF', { sex: 'W' }],
    ['WRONG_FORM', { school: '' }],
    ['UNKNOWN_SCHOOL', { school: '990499' }],
    ['INVALID_DAY', { on: '' }],
    ['INVALID_DAY', { on: '19/09/2025' }],
    ['INVALID_DAY', { on: '2025-09-31' }],
    ['WRONG_TYPE', { year: 'eight' }],
    ['OUT_OF_RANGE', { year: '' }],
    ['OUT_OF_RANGE', { year: '15' }],
    ['WRONG_TYPE', { meals: 'yes' }],
    ['NOT_ONE_OF', { sen: 'Y' }],
    ['WRONG_TYPE', { eal: 'n' }],
    ['INVALID_DAY', { consentOn: '31/10/2025' }],
    ['NOT_ONE_OF', { barriers: 'TRANSPORT;NO_BUS' }],
    ['NOT_ONE_OF', { barriers: 'constructor' }],
  ])('is rejected with %s: %j', async (reason, { upn = ZARA, ...wrong }) => {
    const office = await openProgramme();
    const before = await office.platform.events.head();
    expect(await refer(office, referred(upn, wrong))).toEqual([reason]);
    // Nothing of the row is stored, so the corrected row can differ in every cell.
    const { events: log } = await office.platform.events.readAll(before, 100);
    expect(log.filter(({ stream }) => /^(pupil|journey)-/.test(stream))).toEqual([]);
    const right = { forename: 'Zahra', surname: 'Faruk', school: '990402' };
    expect(await refer(office, referred(ZARA, right))).toEqual(['accepted']);
  });

  it('of a pupil registered with other details is rejected', async () => {
    const office = await openProgramme();
    const rows = [
      referred(ZARA),
      referred(ZARA, { forename: 'Aisha' }),
      referred(ZARA, { dateOfBirth: '2013-02-16' }),
      referred(ZARA, { school: '990402' }),
    ];
    const outcomes = ['accepted', ...rows.slice(1).map(() => 'PUPIL_ALREADY_REGISTERED')];
    expect(await refer(office, ...rows)).toEqual(outcomes);
    expect(await refer(office, ...rows)).toEqual(['repeated', ...outcomes.slice(1)]);
  });

  it('is repeated if the file contains it twice, and can add consent and barriers later', async () => {
    const office = await openProgramme();
    const bare = referred(ZARA, { consentOn: '', barriers: '' });
    expect(
      await refer(
        office,
        bare,
        bare,
        referred(ZARA, { barriers: '' }),
        referred(ZARA),
        referred(ZARA, { consentOn: '', barriers: 'ROUTINES' }),
      ),
    ).toEqual(['accepted', 'repeated', 'accepted', 'accepted', 'repeated']);
    expect(await refer(office, referred(ZARA, { on: '2025-09-22' }))).toEqual(['ALREADY_REFERRED']);
  });

  it.each([
    ['ALREADY_REFERRED', { year: '9' }],
    ['ALREADY_REFERRED', { sen: '' }],
    ['CONSENT_ALREADY_GIVEN', { consentOn: '2025-10-20' }],
  ])('with changed data is rejected with %s: %j', async (reason, differing) => {
    const office = await openProgramme();
    await refer(office, referred(ZARA));
    const before = await typesOf(office, `journey-${await office.journey(ZARA)}`);
    expect(await refer(office, referred(ZARA, differing))).toEqual([reason]);
    expect(await typesOf(office, `journey-${await office.journey(ZARA)}`)).toEqual(before);
  });

  it('to another programme keeps the pupil’s first day at the school', async () => {
    const office = await openProgramme();
    await refer(office, referred(ZARA));
    const baseline = ['2025-09-10', '2025-10-17'];
    const second = JSON.stringify({ ...programme, id: 'second', baseline });
    const done = await office.take({ 'p.json': second, 'referrals.csv': referrals(referred(ZARA)) });
    expect(done.rows('referrals.csv')).toEqual(['accepted']);
    expect(await typesOf(office, `pupil-${await office.pupil(ZARA)}`)).toEqual(['PupilRegistered']);
  });

  it('does not record a consent again that was withdrawn since', async () => {
    const office = await openProgramme();
    await refer(office, referred(ZARA));
    const journey = await office.journey(ZARA);
    await office.command('journey', journey, WithdrawConsent, { on: '2025-12-01' });
    const before = await typesOf(office, `journey-${journey}`);
    expect(await refer(office, referred(ZARA))).toEqual(['repeated']);
    expect(await typesOf(office, `journey-${journey}`)).toEqual(before);
    expect(await refer(office, referred(ZARA, { consentOn: '2025-11-03' }))).toEqual([
      'CONSENT_ALREADY_GIVEN',
    ]);
    expect(await refer(office, referred(ZARA, { consentOn: '2025-10-06' }))).toEqual(['CONSENT_WITHDRAWN']);
    // A consent from a later day is a new consent.
    expect(await refer(office, referred(ZARA, { consentOn: '2026-01-05' }))).toEqual(['accepted']);
  });

  it('can come before or after the register', async () => {
    const office = await openProgramme();
    const register = registers(...persistent(ZARA));
    const early = await office.take({ 'r.csv': register });
    expect(early.file('r.csv').rejectedBy).toEqual({ UNKNOWN_PUPIL: 5 });
    const done = await office.take({ 'r.csv': register, 'referrals.csv': referrals(referred(ZARA)) });
    expect(done.file('r.csv').accepted).toBe(5);
    expect(done.report.followUps).toMatchObject({ assessed: 1, eligible: 1, allocated: 1 });
  });
});
