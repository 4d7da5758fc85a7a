import { type Day, IsDay, IsOneOf, IsLongText, Optional } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import { type ObjectionScope, objectionScopes } from '@waymark/core/privacy';
import { given, isRepeated, remember } from '@waymark/modules/shared/repeats';
import { caseworkers, officer } from '@waymark/modules/shared/rights';
import { type Objection, type Pupil, refuseErased } from './state';

/** The outcome of an objection: upheld, or overridden by compelling grounds. */
export const objectionOutcomes = ['UPHELD', 'OVERRIDDEN'] as const;

export interface ObjectionEvents {
  /** The pupil or a parent objected to a use of the pupil's data, which stops until the objection is decided. */
  ObjectionRaised: { readonly scope: ObjectionScope; readonly on: Day; readonly reason?: string };
  /** An objection was upheld, or overridden; if overridden, the use of the data continues. */
  ObjectionDecided: {
    readonly scope: ObjectionScope;
    readonly outcome: (typeof objectionOutcomes)[number];
    readonly on: Day;
    readonly reason: string;
  };
}

/** Record an objection (UK GDPR Article 21). The use of the data that it is about stops at once. */
export class RaiseObjection {
  @IsOneOf(objectionScopes) scope!: ObjectionScope;
  @IsDay('2026-01-12') on!: string;
  @Optional() @IsLongText('The family does not want the record to be archived.') reason?: string;
}

/** Decide an objection. */
export class DecideObjection {
  @IsOneOf(objectionScopes) scope!: ObjectionScope;
  @IsOneOf(objectionOutcomes) outcome!: (typeof objectionOutcomes)[number];
  @IsDay('2026-02-02') on!: string;
  @IsLongText('Nothing outweighs the family’s wish.') reason!: string;
}

const { on, slice } = slices<Pupil>();

export const objection = slice<ObjectionEvents>({
  decide: {
    RaiseObjection: on(
      RaiseObjection,
      ({ scope, on: day, reason }, pupil) => {
        refuseErased(pupil);
        const raised = given({ scope, on: day, reason });
        const stands = pupil.objections[scope];
        // An overridden objection may be raised again on other grounds.
        if (stands === undefined || stands === 'overridden') return [event('ObjectionRaised', day, raised)];
        if (isRepeated(pupil, 'ObjectionRaised', scope, raised)) return [];
        return refuse(
          'OBJECTION_ALREADY_RAISED',
          'There is already an objection of this scope, with another day or reason. Decide it first.',
        );
      },
      {
        by: { ...caseworkers, ...officer },
      },
    ),
    DecideObjection: on(
      DecideObjection,
      ({ scope, outcome, on: day, reason }, pupil) => {
        refuseErased(pupil);
        const stands = pupil.objections[scope];
        if (stands === undefined)
          refuse('NO_OBJECTION', 'There is no objection of this scope. Record it first.');
        const decision = { scope, outcome, on: day, reason };
        if (stands !== decided[outcome]) return [event('ObjectionDecided', day, decision)];
        if (isRepeated(pupil, 'ObjectionDecided', scope, decision)) return [];
        return refuse(
          'OBJECTION_ALREADY_DECIDED',
          'The objection already has this outcome, with another day or reason. No further change is needed.',
        );
      },
      { by: officer },
    ),
  },
  evolve: {
    ObjectionRaised: (pupil, raised) =>
      remember(withObjection(pupil, raised.scope, 'raised'), 'ObjectionRaised', raised.scope, raised),
    ObjectionDecided: (pupil, decision) => {
      const { scope, outcome } = decision;
      return remember(withObjection(pupil, scope, decided[outcome]), 'ObjectionDecided', scope, decision);
    },
  },
  personal: { ObjectionRaised: ['reason'], ObjectionDecided: ['reason'] },
});

const decided = { UPHELD: 'upheld', OVERRIDDEN: 'overridden' } as const;

const withObjection = (pupil: Pupil, scope: ObjectionScope, stands: Objection): Pupil => ({
  ...pupil,
  objections: { ...pupil.objections, [scope]: stands },
});
