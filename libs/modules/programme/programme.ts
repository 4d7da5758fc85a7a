import { isDeepStrictEqual } from 'node:util';
import {
  codeId,
  type Day,
  IsDay,
  IsList,
  IsPart,
  IsText,
  IsTexts,
  IsWhole,
  NotPersonal,
  Optional,
  type Period,
} from '@waymark/core/fields';
import { own, defineModule, event, refuse, slices } from '@waymark/core/kernel';
import { referenceData } from '@waymark/modules/shared/rights';
import type { DeliveryModel, ProgrammeFacts } from './facts';

/** The definition of a programme. */
export interface ProgrammeDefinition extends ProgrammeFacts {
  readonly name: string;
  readonly terms: readonly Period[];
  /** Days within term on which schools are closed. */
  readonly closures: readonly Day[];
}

export interface ProgrammeEvents {
  /** A programme was defined: periods, eligibility, caseload cap and delivery model. */
  ProgrammeDefined: ProgrammeDefinition;
  /** A programme was revised; this is its new definition. Journeys keep the delivery model with which they started. */
  ProgrammeRevised: ProgrammeDefinition;
}

export class PeriodPart {
  @IsDay('2025-09-03') from!: string;
  @IsDay('2025-10-24') to!: string;
}

export class EligibilityPart {
  /** Minimum absence, in per cent, for which a pupil is eligible. */
  @IsWhole(0, 100, 10) minAbsencePercent!: number;
  /** Absence, in per cent, from which on a pupil is no longer eligible. */
  @IsWhole(0, 101, 50) maxAbsencePercentExclusive!: number;
}

export class DeliveryModelPart {
  @IsWhole(1, 1000, 1) version!: number;
  @IsWhole(1, 60, 12) weeks!: number;
  @IsWhole(5, 240, 60) sessionMinutes!: number;
  @IsWhole(1, 50, 3) sessionsPerPhase!: number;
  @NotPersonal('the names of the phases are the same for everybody in the programme')
  @IsTexts(
    [
      'Trust and obstacles',
      'Goals and actions',
      'Action and support network',
      'Reintegration and self-reliance',
    ],
    12,
  )
  phases!: string[];
}

/** Define a programme, or revise it. */
export class DefineProgramme {
  @NotPersonal('the name of a programme')
  @IsText('Attendance Mentoring Pilot Expansion 2025/26')
  name!: string;
  @IsPart(() => PeriodPart) baseline!: PeriodPart;
  @IsPart(() => PeriodPart, { from: '2025-11-03', to: '2026-02-13' }) followUp!: PeriodPart;
  @Optional() @IsList(() => PeriodPart, 20) terms?: PeriodPart[];
  @Optional() @IsList(() => ClosurePart, 200) closures?: ClosurePart[];
  @IsPart(() => EligibilityPart) eligibility!: EligibilityPart;
  @IsWhole(1, 500, 25) caseloadCap!: number;
  @IsPart(() => DeliveryModelPart) deliveryModel!: DeliveryModelPart;
}

export class ClosurePart {
  @IsDay('2025-11-28') on!: string;
}

interface Programme {
  readonly definition?: ProgrammeDefinition;
}

const { on, slice } = slices<Programme>();

const definition = slice<ProgrammeEvents>({
  decide: {
    DefineProgramme: on(
      DefineProgramme,
      (command, programme, { today }) => {
        const wanted = asDefinition(command);
        for (const period of [wanted.baseline, wanted.followUp, ...wanted.terms]) {
          if (period.to < period.from)
            refuse(
              'PERIOD_ENDS_BEFORE_IT_BEGINS',
              'A period cannot end before it starts. Correct its days.',
              'invalid',
            );
        }
        if (wanted.eligibility.maxAbsencePercentExclusive <= wanted.eligibility.minAbsencePercent) {
          refuse(
            'EMPTY_ELIGIBILITY_BAND',
            'The eligibility band is empty. Send a maximum above the minimum.',
            'invalid',
          );
        }
        if (!programme.definition) return [event('ProgrammeDefined', today, wanted)];
        if (isDeepStrictEqual(programme.definition, wanted)) return [];
        if (isOtherModel(programme.definition.deliveryModel, wanted.deliveryModel)) {
          refuse(
            'DELIVERY_MODEL_VERSION_TAKEN',
            'The delivery model changed but its version did not increase. Send a higher version.',
          );
        }
        return [event('ProgrammeRevised', today, wanted)];
      },
      {
        by: { ...own('programme-administrator'), ...referenceData },
        creates: true,
        places: (_command, { id }) => Promise.resolve([[{ programme: id }]]),
      },
    ),
  },
  evolve: {
    ProgrammeDefined: (_, definition) => ({ definition }),
    ProgrammeRevised: (_, definition) => ({ definition }),
  },
});

export const programme = defineModule(
  {
    name: 'programme',
    plural: 'programmes',
    id: codeId('ampe-2025-11'),
    initial: {} as Programme,
    facts: ({ definition }: Programme): ProgrammeFacts | undefined => definition,
  },
  [definition],
);

const period = ({ from, to }: PeriodPart): Period => ({ from, to });

const asDefinition = (command: DefineProgramme): ProgrammeDefinition => {
  const { minAbsencePercent, maxAbsencePercentExclusive } = command.eligibility;
  const { version, weeks, sessionMinutes, sessionsPerPhase, phases } = command.deliveryModel;
  return {
    name: command.name,
    baseline: period(command.baseline),
    followUp: period(command.followUp),
    terms: (command.terms ?? []).map(period),
    closures: (command.closures ?? []).map(({ on: day }) => day),
    eligibility: { minAbsencePercent, maxAbsencePercentExclusive },
    caseloadCap: command.caseloadCap,
    deliveryModel: { version, weeks, sessionMinutes, sessionsPerPhase, phases },
  };
};

const isOtherModel = (before: DeliveryModel, after: DeliveryModel): boolean =>
  !isDeepStrictEqual(before, after) && after.version <= before.version;
