import {
  OTHER_SCHOOL,
  PROGRAMME,
  programmeFacts,
  PUPIL,
  pupilFacts,
  referred,
  SCHOOL,
  schoolFacts,
} from '@test/support/given';
import { ended } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import { GiveConsent } from './consent';
import { journey } from './journey';
import { ReferPupil } from './referral';

const refer = (differing: Partial<ReferPupil> = {}): ReferPupil =>
  command(ReferPupil, {
    pupil: PUPIL,
    programme: PROGRAMME,
    school: SCHOOL,
    on: '2025-09-19',
    yearGroup: 8,
    ...differing,
  });

const everything = { pupil: pupilFacts, programme: programmeFacts, school: schoolFacts };

describe('referring a pupil', () => {
  const nothing = spec(journey).with(everything);

  it('starts a journey, which keeps the delivery model of that time', () => {
    nothing.when(refer()).then(referred);
  });

  it('keeps the pupil’s characteristics, including those that are false', () => {
    const profile = { freeSchoolMeals: false, sen: 'K', eal: true } as const;
    nothing.when(refer(profile)).then(event('PupilReferred', '2025-09-19', { ...referred.data, ...profile }));
  });

  it('reads the facts of the things that it names', () => {
    const by = (id: string, fact: object) => (asked: string) => (asked === id ? fact : undefined);
    spec(journey)
      .with({
        pupil: by(PUPIL, pupilFacts),
        programme: by(PROGRAMME, programmeFacts),
        school: by(SCHOOL, schoolFacts),
      })
      .when(refer())
      .then(referred);
  });

  it('claims the pupil’s journey in the programme, of which there can be only one', () => {
    nothing.when(refer()).thenClaimed(['journey', `${PROGRAMME}/${PUPIL}`]);
  });

  it.each([
    ['UNKNOWN_PUPIL', { programme: programmeFacts, school: schoolFacts }],
    ['UNKNOWN_PROGRAMME', { pupil: pupilFacts, school: schoolFacts }],
    ['UNKNOWN_SCHOOL', { pupil: pupilFacts, programme: programmeFacts }],
  ])('is refused as %s if it does not exist', (code, known) => {
    spec(journey).with(known).when(refer()).thenRefused(code, 'invalid');
  });

  it('is refused if the pupil is at another school on that day', () => {
    const moving: PupilFacts = { schoolOn: (day) => (day < '2025-10-01' ? SCHOOL : OTHER_SCHOOL) };
    const known = nothing.with({ pupil: moving });

    known.when(refer({ on: '2025-09-30' })).then({
      ...event('PupilReferred', '2025-09-30', { ...referred.data, on: '2025-09-30' }),
    });
    known.when(refer({ on: '2025-10-01' })).thenRefused('SCHOOL_MISMATCH', 'invalid');
    known.when(refer({ school: OTHER_SCHOOL })).thenRefused('SCHOOL_MISMATCH', 'invalid');
  });

  describe('repeated', () => {
    const before = nothing.given(referred);

    it('changes nothing if it has the same data, even after the end', () => {
      before.when(refer()).thenNothing();
      before.given(ended('2025-12-12')).when(refer()).thenNothing();
    });

    it.each([
      ['pupil', { pupil: '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b99' }],
      ['programme', { programme: 'ampe-2026-11' }],
      ['school', { school: OTHER_SCHOOL }],
      ['day', { on: '2025-09-20' }],
      ['year group', { yearGroup: 9 }],
      ['claim to free school meals', { freeSchoolMeals: true }],
      ['provision for special needs', { sen: 'K' }],
      ['first language', { eal: false }],
    ] as const)('is refused if it has another %s', (_, differing) => {
      before.when(refer(differing)).thenRefused('ALREADY_REFERRED');
    });
  });
});

describe('a journey', () => {
  it('is unknown before the referral', () => {
    expect(spec(journey).facts()).toBeUndefined();
    spec(journey)
      .when(command(GiveConsent, { on: '2025-09-19' }))
      .thenRefused('UNKNOWN_JOURNEY', 'missing');
  });

  it('publishes its pupil and its state', () => {
    expect(spec(journey).given(referred).facts()).toEqual({
      mentorsOn: expect.any(Function),
      pupil: PUPIL,
      programme: PROGRAMME,
      school: SCHOOL,
      eligible: false,
      ended: false,
    });
  });

  it('belongs to the pupil’s record', () => {
    const { state, id } = { state: spec(journey).given(referred).now(), id: 'the journey' };
    expect(journey.subject?.(state as never, id)).toBe(PUPIL);
  });
});
