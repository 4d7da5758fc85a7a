import { isDeepStrictEqual } from 'node:util';
import { type Day, IsDay, IsId, IsOneOf, IsText, IsWhole, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { given, isSaid, lastSaid, saying } from '@waymark/modules/shared/said';
import { delivery, school } from '@waymark/modules/shared/rights';
import { refuseEnded } from './ending';
import type { Barrier, Journey } from './state';

/** The vocabulary of barriers, version 1: grouped as the pupil, learning, safety, school, family and means. */
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
];

/** Barriers of these kinds ask for a safeguarding decision. */
export const safeguardingKinds: ReadonlySet<string> = new Set(['EXPLOITATION_RISK', 'FAMILY_CONFLICT']);

export const finders = ['PUPIL', 'PARENT', 'SCHOOL', 'MENTOR'] as const;
export const safeguardingDecisions = ['NO_CONCERN', 'SHARED_WITH_LEAD', 'REFERRED'] as const;

export interface BarrierEvents {
  /** Something that keeps the pupil from school was found. */
  BarrierFound: {
    readonly barrier: string;
    readonly kind: string;
    readonly by: (typeof finders)[number];
    /** 0 none any more … 3 severe; absent where nobody has judged it yet. */
    readonly severity?: number;
    readonly text?: string;
    readonly on: Day;
  };
  /** A barrier was judged again; what it was before stays known. */
  BarrierReassessed: { readonly barrier: string; readonly severity: number; readonly on: Day };
  /** It was decided what a barrier means for the pupil's safety. */
  SafeguardingDecided: {
    readonly barrier: string;
    readonly decision: (typeof safeguardingDecisions)[number];
    readonly on: Day;
  };
}

type Found = BarrierEvents['BarrierFound'];

/** Record a barrier. */
export class RecordBarrier {
  @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier!: string;
  @IsOneOf(barrierKinds) kind!: string;
  @IsOneOf(finders, 'MENTOR') by!: (typeof finders)[number];
  @Optional() @IsWhole(0, 3, 2) severity?: number;
  /** In the finder's words; needed where the kind is OTHER. */
  @Optional() @IsText('The bus that used to stop near home does not run any more.', 2000) text?: string;
  @IsDay() on!: string;
}

/** Judge a barrier again. */
export class ReassessBarrier {
  @IsId('5d0c2b1a-4e3f-4a6b-8c7d-9e0f1a2b3c4d') barrier!: string;
  @IsWhole(0, 3, 1) severity!: number;
  @IsDay('2025-12-08') on!: string;
}

/** Record what was decided for the pupil's safety. */
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
        if (isSaid(journey, 'BarrierFound', barrier, found)) return [];
        if (journey.barriers[barrier])
          refuse(
            'BARRIER_ALREADY_RECORDED',
            'Something else is recorded of the barrier with this id. Reassess that one, or use a new id.',
          );
        refuseEnded(journey, day);
        if (kind === 'OTHER' && text === undefined)
          refuse('TEXT_NEEDED', 'A barrier of kind OTHER needs a text.', 'invalid');
        return [event('BarrierFound', day, found)];
      },
      { by: delivery },
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
        if (isSaid(journey, 'SafeguardingDecided', barrier, decided)) return [];
        return [event('SafeguardingDecided', day, decided)];
      },
      { by: school },
    ),
  },
  evolve: {
    BarrierFound: (journey, found) =>
      saying(
        withBarrier(journey, found.barrier, given({ kind: found.kind, severity: found.severity })),
        'BarrierFound',
        found.barrier,
        found,
      ),
    BarrierReassessed: (journey, { barrier, severity, on: day }) => {
      const known = journey.barriers[barrier];
      // As of a day it may have been judged again before the day on which it is said to have been found.
      if (!known) return journey;
      const after = withBarrier(journey, barrier, { ...known, severity });
      return saying(after, 'BarrierReassessed', barrier, { barrier, severity, on: day });
    },
    SafeguardingDecided: (journey, decided) =>
      saying(journey, 'SafeguardingDecided', decided.barrier, decided),
  },
  personal: { BarrierFound: ['text'] },
});

const withBarrier = (journey: Journey, id: string, barrier: Barrier): Journey => ({
  ...journey,
  barriers: { ...journey.barriers, [id]: barrier },
});

/** How a barrier was judged last: as it was found, where it has not been judged again. */
function lastJudged(journey: Journey, id: string): object | undefined {
  const again = lastSaid(journey, 'BarrierReassessed', id);
  if (again) return again;
  const { barrier, severity, on: day } = (lastSaid(journey, 'BarrierFound', id) ?? {}) as Partial<Found>;
  return { barrier, severity, on: day };
}

function refuseUnknown({ barriers: known }: Journey, barrier: string): void {
  if (!known[barrier]) refuse('UNKNOWN_BARRIER', 'The journey has no barrier with this id.', 'missing');
}
