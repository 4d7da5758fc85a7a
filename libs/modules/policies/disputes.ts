import { policiesOf, type Reaction, ReleaseValue, streamId, streamName } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';
import { ConfirmUpnRelease, ReleaseUpn } from '@waymark/modules/pupil';

/** The command that takes a contested value off the record that holds it, by the kind of the value and of the record. */
const releases: Readonly<Record<string, (id: string, claim: string) => Reaction>> = {
  'upn pupil': (id, claim) => ({
    ...{ module: 'pupil', id },
    command: Object.assign(new ReleaseUpn(), { claim }),
  }),
};

/**
 * Releases a value after a dispute was upheld: first the record gives it up, then the claim is free, and last the record may
 * have it again. So no two records hold it at any time.
 */
export const disputes = policiesOf<DomainEvents>()('disputes', {
  'disputes.DisputeUpheld': ({ data: { claim, holder } }) => {
    const kind = claim.slice(0, claim.indexOf('.'));
    const id = streamId(holder);
    const module = holder.slice(0, -id.length - 1);
    const release = releases[`${kind} ${module}`];
    return release ? [release(id, claim)] : [];
  },
  UpnReleased: ({ stream, data: { claim } }) => {
    const id = streamId(stream);
    const pupil = streamName('pupil', id);
    return [
      { module: 'claim', id: claim, command: Object.assign(new ReleaseValue(), { by: pupil }) },
      { module: 'pupil', id, command: Object.assign(new ConfirmUpnRelease(), { claim }) },
    ];
  },
});
