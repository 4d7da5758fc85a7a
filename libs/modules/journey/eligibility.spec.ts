import {
  attendanceFacts,
  counted,
  found,
  PROGRAMME,
  programmeFacts,
  PUPIL,
  referred,
} from '@test/support/given';
import { ended } from '@test/support/journey/given';
import { command, event, spec } from '@test/support/spec';
import type { AttendanceFacts } from '@waymark/modules/attendance/facts';
import type { Counts } from '@waymark/modules/shared/counts';
import { AssessEligibility } from './eligibility';
import { journey } from './journey';

const KNOWN_AT = '2025-10-25T09:00:00.000Z';

const assess = command(AssessEligibility, {});

const assessing = (counts: Counts) =>
  spec(journey, { now: KNOWN_AT })
    .given(referred)
    .with({ programme: programmeFacts, attendance: attendanceFacts(counts) });

const assessed = (eligible: boolean, counts: Counts, absencePercent: number | null) =>
  event('EligibilityAssessed', '2025-10-24', {
    eligible,
    baseline: { from: '2025-09-03', to: '2025-10-24' },
    band: { minAbsencePercent: 10, maxAbsencePercentExclusive: 50 },
    counts,
    absencePercent,
    knownAt: KNOWN_AT,
  });

describe('assessing eligibility', () => {
  it.each([
    ['a tenth exactly', 38, 380, true, 10],
    ['one session less', 37, 380, false, 9.7368],
    ['one session less than half', 189, 380, true, 49.7368],
    ['half exactly', 190, 380, false, 50],
    ['never there', 380, 380, false, 100],
    ['always there', 0, 380, false, 0],
    ['a tie in the fifth decimal', 41, 128, true, 32.0312],
  ])(
    'finds a pupil absent for %s (%i of %i) eligible: %s',
    (_, absent, possible, eligible, absencePercent) => {
      const counts = counted(absent, possible);
      assessing(counts)
        .when(assess)
        .then(assessed(eligible, counts, absencePercent));
    },
  );

  it('is refused if the baseline has no possible session', () => {
    assessing(counted(0, 0)).when(assess).thenRefused('NOTHING_TO_ASSESS');
  });

  it('counts the pupil’s register over the programme’s baseline', () => {
    const counts = counted(19, 76);
    const register: AttendanceFacts = {
      countsOver: ({ from, to }) => (from === '2025-09-03' && to === '2025-10-24' ? counts : counted(0, 1)),
      absentOn: () => false,
    };
    assessing(counted(0, 1))
      .with({
        programme: (id: string) => (id === PROGRAMME ? programmeFacts : undefined),
        attendance: (id: string) => (id === PUPIL ? register : undefined),
      })
      .when(assess)
      .then(assessed(true, counts, 25));
  });

  it('uses the band of the programme', () => {
    const wider = { minAbsencePercent: 5, maxAbsencePercentExclusive: 101 };
    for (const absent of [19, 380]) {
      expect(
        assessing(counted(absent, 380))
          .with({ programme: { ...programmeFacts, eligibility: wider } })
          .when(assess)
          .events()[0],
      ).toMatchObject({ data: { eligible: true, band: wider } });
    }
  });

  it('can be repeated after later marks, and the latest result counts', () => {
    const before = assessing(counted(1, 76)).given(found(true));
    expect(before.facts()?.eligible).toBe(true);

    before.when(assess).then(assessed(false, counted(1, 76), 1.3158));
    expect(before.after(assess).facts()?.eligible).toBe(false);
  });

  it('is refused once the journey has ended', () => {
    assessing(counted(19, 76)).given(ended('2025-12-12')).when(assess).thenRefused('JOURNEY_ENDED');
  });

  it('is refused before the pupil’s referral', () => {
    spec(journey)
      .with({ programme: programmeFacts, attendance: attendanceFacts(counted(19, 76)) })
      .when(assess)
      .thenRefused('UNKNOWN_JOURNEY', 'missing');
  });
});
