import type { Instant, Period } from '@waymark/core/fields';
import { type Context, event, refuse, slices } from '@waymark/core/kernel';
import type { AttendanceFacts } from '@waymark/modules/attendance/facts';
import type { ProgrammeFacts } from '@waymark/modules/programme/facts';
import {
  absencePercent,
  type Counts,
  type EligibilityBand,
  isWithinBand,
  rounded,
} from '@waymark/modules/shared/counts';
import { importing, school } from '@waymark/modules/shared/rights';
import { refuseEnded } from './ending';
import type { Journey } from './state';

export interface EligibilityEvents {
  /**
   * Eligibility was decided from the absence in the baseline, with the figures and the time at which they were known.
   */
  EligibilityAssessed: {
    readonly eligible: boolean;
    readonly baseline: Period;
    readonly band: EligibilityBand;
    readonly counts: Counts;
    readonly absencePercent: number | null;
    readonly knownAt: Instant;
  };
}

/** Decide eligibility from the current marks of the baseline. Later marks count only if it is assessed again. */
export class AssessEligibility {}

const { on, slice } = slices<Journey>();

interface Facts {
  readonly programme: ProgrammeFacts;
  readonly attendance: AttendanceFacts;
}

export const eligibility = slice<EligibilityEvents>({
  decide: {
    AssessEligibility: on(
      AssessEligibility,
      (_, journey, { facts, now }: Context<Facts>) => {
        refuseEnded(journey);
        const { baseline, eligibility: band } = facts.programme;
        const counts = facts.attendance.countsOver(baseline);
        if (counts.possible === 0) {
          refuse(
            'NOTHING_TO_ASSESS',
            'The register has no possible sessions in the baseline. Record attendance first.',
          );
        }
        return [
          event('EligibilityAssessed', baseline.to, {
            eligible: isWithinBand(counts, band),
            baseline,
            band,
            counts,
            absencePercent: rounded(absencePercent(counts)),
            knownAt: now,
          }),
        ];
      },
      {
        by: { ...school, ...importing },
        needs: {
          programme: ['programme', (_, { programme }) => programme],
          attendance: ['attendance', (_, { pupil }) => pupil ?? ''],
        },
      },
    ),
  },
  evolve: {
    EligibilityAssessed: (journey, { eligible }) => ({ ...journey, eligible }),
  },
});
