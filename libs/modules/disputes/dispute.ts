import { type Instant, IsText, IsUpn, IsUrn, uuidId } from '@waymark/core/fields';
import {
  type Claimed,
  type Context,
  defineModule,
  event,
  type EventsOf,
  refuse,
  slices,
} from '@waymark/core/kernel';
import { type SchoolFacts, scopesOfSchool } from '@waymark/modules/school/facts';
import { isRepeated, remember } from '@waymark/modules/shared/repeats';
import { officer, school } from '@waymark/modules/shared/rights';
import type { DisputeFacts } from './facts';
import type { Dispute } from './state';

interface Events {
  /** A school says that a value that another record holds belongs to a pupil of its own. The value itself is not recorded. */
  ValueContested: {
    readonly claim: string;
    readonly school: string;
    readonly by: string;
    readonly reason: string;
  };
  /** The holder keeps the value. */
  DisputeRejected: { readonly reason: string };
  /** The value is to be taken off the stream that held it; policies do so next. */
  DisputeUpheld: { readonly claim: string; readonly holder: string; readonly reason: string };
  /** The person who contested the value was erased before the dispute was decided. */
  DisputeClosed: { readonly at: Instant };
}

/** Contest a UPN that belongs to a pupil of the school, and that the record of another pupil holds. */
export class ContestUpn {
  @IsUpn() upn!: string;
  @IsUrn() school!: string;
  @IsText('The UPN is on the pupil’s common transfer file.', 2000) reason!: string;
}

/** Decide that the record that holds the value keeps it. */
export class RejectDispute {
  @IsText('The other school has shown the pupil’s admission form.', 2000) reason!: string;
}

/** Decide that the value is taken off the record that holds it, so that another record can have it. */
export class UpholdDispute {
  @IsText('The other school has entered a wrong UPN.', 2000) reason!: string;
}

/** End an open dispute, because the person who contested the value was erased. */
export class CloseDispute {}

const { on, slice } = slices<Dispute>();

interface Named {
  readonly school: SchoolFacts;
}

interface Held {
  readonly claim: Claimed | undefined;
}

/** Refuse a decision about a dispute that is not open, and one by the person who contested the value. */
function refuseDecision({ state, by }: Dispute, { actor }: Context): void {
  if (state !== 'open')
    refuse(
      'DISPUTE_DECIDED',
      'The dispute is no longer open. Contest the value again if the decision was wrong.',
    );
  if (by === actor) refuse('OWN_DISPUTE', 'You contested this value yourself. Ask another person to decide.');
}

const disputing = slice<Events>({
  decide: {
    // Whether the value is held, and by whom, is not looked at: the answer tells nothing about other records.
    ContestUpn: on<Events, ContestUpn, Named>(
      ContestUpn,
      ({ upn, school, reason }, dispute, { today, actor, claimIdOf }) => {
        const contested = { claim: claimIdOf('upn', upn), school, by: actor, reason };
        if (dispute.state === undefined) return [event('ValueContested', today, contested)];
        if (isRepeated(dispute, 'ValueContested', '', contested)) return [];
        return refuse('DISPUTE_EXISTS', 'Another dispute has this id. Use a new id.');
      },
      {
        by: school,
        creates: true,
        places: async ({ school }, { state }, look) => [
          ...(state.school === undefined ? [] : [await scopesOfSchool(state.school, look)]),
          await scopesOfSchool(school, look),
        ],
        needs: { school: ['school', ({ school }) => school] },
      },
    ),
    RejectDispute: on(
      RejectDispute,
      ({ reason }, dispute, context: Context) => {
        if (isRepeated(dispute, 'DisputeRejected', '', { reason })) return [];
        refuseDecision(dispute, context);
        return [event('DisputeRejected', context.today, { reason })];
      },
      { by: officer },
    ),
    UpholdDispute: on<Events, UpholdDispute, Held>(
      UpholdDispute,
      ({ reason }, dispute, context) => {
        if (isRepeated(dispute, 'DisputeUpheld', '', { reason })) return [];
        refuseDecision(dispute, context);
        const { claim } = dispute;
        const holder = context.facts.claim?.by;
        if (claim === undefined || holder === undefined)
          return refuse('VALUE_NOT_HELD', 'No record holds this value. Reject the dispute and say so.');
        return [event('DisputeUpheld', context.today, { claim, holder, reason })];
      },
      {
        by: officer,
        needs: { claim: ['claim', (_command, { state, claim }) => (state === 'open' ? claim : undefined)] },
      },
    ),
    CloseDispute: on(
      CloseDispute,
      (_command, { state }, { now, today }) =>
        state === 'open' ? [event('DisputeClosed', today, { at: now })] : [],
      { by: 'service', despite: 'erasure' },
    ),
  },
  evolve: {
    ValueContested: (dispute, contested) =>
      remember({ ...dispute, ...contested, state: 'open' }, 'ValueContested', '', contested),
    DisputeRejected: (dispute, { reason }) =>
      remember({ ...dispute, state: 'rejected' }, 'DisputeRejected', '', { reason }),
    DisputeUpheld: (dispute, { reason }) =>
      remember({ ...dispute, state: 'upheld' }, 'DisputeUpheld', '', { reason }),
    DisputeClosed: (dispute) => ({ ...dispute, state: 'closed' }),
  },
  personal: { ValueContested: ['reason'], DisputeRejected: ['reason'], DisputeUpheld: ['reason'] },
});

export const dispute = defineModule(
  {
    name: 'dispute',
    plural: 'disputes',
    namespace: 'disputes',
    id: uuidId,
    initial: {} as Dispute,
    // The reasons are in the words of the person who contests the value and of the person who decides.
    subject: ({ by }: Dispute) => by,
    facts: ({ school, state }: Dispute): DisputeFacts | undefined =>
      school === undefined || state === undefined ? undefined : { school, state },
  },
  [disputing],
);

/** The events of a dispute. */
export type DisputeEvents = EventsOf<typeof dispute>;
