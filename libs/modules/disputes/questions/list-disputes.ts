import { Type } from '@sinclair/typebox';
import { IsOneOf, Optional } from '@waymark/core/fields';
import { type Claimed, claims, streamId } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import {
  moment,
  object,
  oneOf,
  pageFrom,
  pageOf,
  PageParameters,
  question,
  text,
  uuid,
} from '@waymark/core/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { officer } from '@waymark/modules/shared/rights';
import { type Dispute, disputeStates } from '../state';
import { type DisputeRow, disputeRows } from '../views/disputes';

/** Filter of the disputes. */
export class DisputesParameters extends PageParameters {
  @Optional() @IsOneOf(disputeStates, 'open') state?: (typeof disputeStates)[number];
}

const holderSchema = object(
  { module: text('The kind of the record, such as `pupil`.'), id: text() },
  { $id: 'Holder', description: 'The record that holds the contested value. Absent if none does.' },
);

const disputeSchema = object(
  {
    id: uuid(),
    state: oneOf(disputeStates),
    at: moment(),
    by: text('The id of the person who contests the value.'),
    school: text('The URN of the school that says that the value belongs to a pupil of its own.'),
    kind: text('The kind of the value, such as `upn`. The value itself is not recorded.'),
    reason: Type.Optional(text('Absent if the person who contested the value was erased.')),
    holder: Type.Optional(holderSchema),
  },
  { $id: 'Dispute' },
);

export const listDisputes = question({
  name: 'disputes.ListDisputes',
  path: 'disputes',
  parameters: DisputesParameters,
  summary: 'The disputes about UPNs that another record holds, the oldest first',
  description:
    'For the data protection officer. Each open dispute has the record that holds the value now. Read that record before you decide.',
  schema: pageOf(disputeSchema),
  example: {
    items: [
      {
        ...{ id: exampleIds.referral, state: 'open', at: '2025-11-03T16:00:00.000Z', by: exampleIds.person },
        ...{ school: '990402', kind: 'upn', reason: 'The UPN is on the pupil’s common transfer file.' },
        holder: { module: 'pupil', id: exampleIds.pupil },
      },
    ],
  },
  by: officer,
  views: [disputeRows],
  shown: ({ items }) => items.flatMap(({ by, holder }) => [by, ...(holder ? [holder.id] : [])]),
  answer: async ({ state = 'open', ...page }, { rows, submitter }) => {
    const found: (DisputeRow & { readonly id: string })[] = [];
    for await (const { key, row } of every(rows, disputeRows, { state })) found.push({ id: key, ...row });
    found.sort((a, b) => (`${a.at} ${a.id}` < `${b.at} ${b.id}` ? -1 : 1));
    const begin = (after: string): number => found.findIndex(({ id }) => id === after) + 1 || -1;
    const { items, ...next } = pageFrom(found, page, begin, ({ id }) => id);
    const detailed = items.map(async ({ claim, ...dispute }) => {
      const { reason } = (await submitter.load('dispute', dispute.id)).state as Dispute;
      const held = state === 'open' ? await submitter.facts<Claimed>(claims.name, claim) : undefined;
      return {
        ...dispute,
        kind: claim.slice(0, claim.indexOf('.')),
        ...(reason !== undefined && { reason }),
        ...(held?.by !== undefined && { holder: holderOf(held.by) }),
      };
    });
    return { items: await Promise.all(detailed), ...next };
  },
});

const holderOf = (stream: string): { readonly module: string; readonly id: string } => ({
  module: stream.slice(0, stream.indexOf('-')),
  id: streamId(stream),
});
