import { isDeepStrictEqual } from 'node:util';
import { type Day, IsDay, IsId, IsOneOf, IsLongText, IsWhole, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { given, isRepeated, lastRecorded, remember } from '@waymark/modules/shared/repeats';
import { delivery, importing, school } from '@waymark/modules/shared/rights';
import { refuseEnded } from './ending';
import type { Barrier, Journey } from './state';

/** The vocabulary of barriers, version 1, in groups: pupil, learning, safety, school, family, means. */
export const barrierKinds = [
  ...['EBSA_ANXIETY', 'LOW_MOOD', 'SELF_ESTEEM', 'TRAUMA_BEREAVEMENT'],
  ...['PHYSICAL_ILLNESS', 'SLEEP_ROUTINE', 'SEND_UNMET', 'NEURODIVERGENCE', 'AWAITING_ASSESSMENT'],
  ...['DISENGAGED', 'BEHIND_IN_LEARNING', 'ATTITUDE', 'TRUANCY'],
  ...['BULLYING', 'PEER_ISOLATION', 'UNSAFE_JOURNEY', 'EXPLOITATION_RISK'],
  ...['STAFF_RELATIONSHIP', 'SENSORY_ENVIRONMENT', 'TRANSITION', 'SUSPENSION_EFFECT'],
  ...[
    'YOUNG_CARER',
    'PARENT_MENTAL_HEALTH',
    'PARENT_PHYSICAL_HEALTH',
    'FAMILY_CONFLICT',
    'PARENT_WORK_PATTERN',
  ],
  ...['PARENT_CONDONED', 'ROUTINES'],
  ...['COST_OF_LIVING', 'UNIFORM_FOOD', 'HOUSING', 'TRANSPORT', 'DIGITAL'],
  ...['OTHER', 'NOT_YET_KNOWN'],
] as const;

/** Barriers of these kinds need a safeguarding decision. */
export const safeguardingKinds: ReadonlySet<string> = new Set(['EXPLOITATION_RISK', 'FAMILY_CONFLICT']);

export const finders = ['PUPIL', 'PARENT', 'SCHOOL', 'MENTOR'] as const;
export const safeguardingDecisions = ['NO_CONCERN', 'SHARED_WITH_LEAD', 'REFERRED'] as const;

export interface BarrierEvents {
  /** A barrier was found: something that keeps the pupil from school. */
  BarrierFound: {
    readonly barrier: string;
    readonly kind: string;
    readonly by: (typeof finders)[number];
    /** 0 for none any more, up to 3 for severe; absent if it has not been assessed. */
    readonly severity?: number;
    readonly text?: string;
    readonly on: Day;
  };
  /** The severity of a barrier was assessed again; the earlier severity stays in the log. */
  BarrierReassessed: { readonly barrier: string; readonly severity: number; readonly on: Day };
  /** It was decided what a barrier means for the pupil's safety. */
  SafeguardingDecided: {
    readonly barrier: string;
    readonly decision: (typeof safeguardingDecisions)[number];
    readonly on: Day;
  };
}

type Found = BarrierEvents['BarrierFound'];

/** Record a barrier that was found. */
export class RecordBarrier {
  @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier!: string;
  @IsOneOf(barrierKinds) kind!: string;
  @IsOneOf(finders, 'MENTOR') by!: (typeof finders)[number];
  @Optional() @IsWhole(0, 3, 2) severity?: number;
  /** In the finder's words; required for kind OTHER. */
  @Optional() @IsLongText('The bus that used to stop near home does not run any more.') text?: string;
  @IsDay() on!: string;
}

/** Record a new severity of a barrier. */
export class ReassessBarrier {
  @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier!: string;
  @IsWhole(0, 3, 1) severity!: number;
  @IsDay('2025-12-08') on!: string;
}

/** Record the safeguarding decision about a barrier. */
export class DecideSafeguarding {
  @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier!: string;
  @IsOneOf(safeguardingDecisions) decision!: (typeof safeguardingDecisions)[number];
  @IsDay() on!: string;
}

const { on, slice } = slices<Journey>();

export const barriers = slice<BarrierEvents>({
  decide: {
    RecordBarrier: on(
      RecordBarrier,
      ({ barrier, kind, by, severity, text, on: day }, journey) => {
        const found = given({ barrier, kind, by, on: day, severity, text });
        if (isRepeated(journey, 'BarrierFound', barrier, found)) return [];
        if (journey.barriers[barrier])
          refuse(
            'BARRIER_ALREADY_RECORDED',
            'A different barrier has this id. Reassess that barrier, or use a new id.',
          );
        refuseEnded(journey, day);
        if (kind === 'OTHER' && text === undefined)
          refuse('TEXT_NEEDED', 'A barrier of kind OTHER needs a text. Send one.', 'invalid');
        return [event('BarrierFound', day, found)];
      },
      { by: { ...delivery, ...importing } },
    ),
    ReassessBarrier: on(
      ReassessBarrier,
      ({ barrier, severity, on: day }, journey) => {
        refuseUnknown(journey, barrier);
        const judged = { barrier, severity, on: day };
        if (isDeepStrictEqual(lastJudged(journey, barrier), judged)) return [];
        refuseEnded(journey, day);
        return [event('BarrierReassessed', day, judged)];
      },
      { by: delivery },
    ),
    DecideSafeguarding: on(
      DecideSafeguarding,
      ({ barrier, decision, on: day }, journey) => {
        refuseUnknown(journey, barrier);
        const decided = { barrier, decision, on: day };
        if (isRepeated(journey, 'SafeguardingDecided', barrier, decided)) return [];
        return [event('SafeguardingDecided', day, decided)];
      },
      { by: school },
    ),
  },
  evolve: {
    BarrierFound: (journey, found) =>
      remember(
        withBarrier(journey, found.barrier, given({ kind: found.kind, severity: found.severity })),
        'BarrierFound',
        found.barrier,
        found,
      ),
    BarrierReassessed: (journey, { barrier, severity, on: day }) => {
      const known = journey.barriers[barrier];
      // In a journey as of an earlier day, the reassessment may precede the day on which the barrier was found.
      if (!known) return journey;
      const after = withBarrier(journey, barrier, { ...known, severity });
      return remember(after, 'BarrierReassessed', barrier, { barrier, severity, on: day });
    },
    SafeguardingDecided: (journey, decided) =>
      remember(journey, 'SafeguardingDecided', decided.barrier, decided),
  },
  personal: { BarrierFound: ['text'] },
});

const withBarrier = (journey: Journey, id: string, barrier: Barrier): Journey => ({
  ...journey,
  barriers: { ...journey.barriers, [id]: barrier },
});

/** The latest assessment of a barrier: the reassessment, or the severity when it was found. */
function lastJudged(journey: Journey, id: string): object | undefined {
  const again = lastRecorded(journey, 'BarrierReassessed', id);
  if (again) return again;
  const { barrier, severity, on: day } = (lastRecorded(journey, 'BarrierFound', id) ?? {}) as Partial<Found>;
  return { barrier, severity, on: day };
}

function refuseUnknown({ barriers: known }: Journey, barrier: string): void {
  if (!known[barrier])
    refuse('UNKNOWN_BARRIER', 'The journey has no barrier with this id. Check the id.', 'missing');
}
