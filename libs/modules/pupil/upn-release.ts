import type { Upn } from '@waymark/core/fields';
import { event, refuse, slices } from '@waymark/core/kernel';
import type { Pupil } from './state';

export interface UpnReleaseEvents {
  /**
   * A UPN was taken off the pupil, because it belongs to another pupil. `claim` is its id in the module `claims`. The UPN is
   * absent if the pupil had none with this id, or was erased.
   */
  UpnReleased: { readonly claim: string; readonly upn?: Upn };
  /** The UPN is free: another pupil can have it, and so can this one again. */
  UpnReleaseConfirmed: { readonly claim: string };
}

/** Take a UPN off a pupil. */
export class ReleaseUpn {
  /** The id of the UPN in the module `claims`. */
  claim!: string;
}

/** Record that a UPN that was taken off the pupil is free. */
export class ConfirmUpnRelease {
  claim!: string;
}

const { on, slice } = slices<Pupil>();

/**
 * Both commands may be sent to a pupil who was never registered, because a claim can be older than its record: the UPN is
 * then kept from the pupil until it is free. They are not refused after an erasure, because the claim outlives the record.
 */
export const upnRelease = slice<UpnReleaseEvents>({
  decide: {
    ReleaseUpn: on(
      ReleaseUpn,
      ({ claim }, { upn, former }, { today, claimIdOf }) => {
        const known = upn === undefined ? former : [upn, ...former];
        const found = known.find((each) => claimIdOf('upn', each) === claim);
        return [event('UpnReleased', today, { claim, ...(found !== undefined && { upn: found }) })];
      },
      { by: 'service', creates: true },
    ),
    ConfirmUpnRelease: on(
      ConfirmUpnRelease,
      ({ claim }, { releasing = [] }, { today }) =>
        releasing.includes(claim) ? [event('UpnReleaseConfirmed', today, { claim })] : [],
      { by: 'service', creates: true },
    ),
  },
  evolve: {
    UpnReleased: ({ upn: current, ...pupil }, { claim, upn }) => ({
      ...pupil,
      ...(current !== undefined && current !== upn && { upn: current }),
      former: pupil.former.filter((each) => each !== upn),
      releasing: [...(pupil.releasing ?? []), claim],
    }),
    UpnReleaseConfirmed: ({ releasing = [], ...pupil }, { claim }) => ({
      ...pupil,
      releasing: releasing.filter((each) => each !== claim),
    }),
  },
  personal: { UpnReleased: ['upn'] },
});

/** Refuse to give the pupil a UPN that is being taken off: the claim is still the pupil's, but not for long. */
export function refuseReleasing({ releasing }: Pupil, claim: string): void {
  if (releasing?.includes(claim))
    refuse('UPN_BEING_RELEASED', 'This UPN is being taken off the pupil. Try again later.');
}
