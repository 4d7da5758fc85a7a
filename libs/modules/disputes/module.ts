import { recordingModule } from '@waymark/core/context';
import { streamId } from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { CONTROLLER } from '@waymark/core/privacy';
import { CloseDispute, dispute, type DisputeEvents } from './dispute';
import { scopesOfDispute } from './facts';
import { listDisputes } from './questions/list-disputes';
import { disputeRows } from './views/disputes';

export const disputesModule = recordingModule({
  domain: dispute,
  views: [disputeRows],
  questions: [listDisputes],
  scopes: scopesOfDispute,
  personalData: {
    holds: 'records',
    person: 'person',
    purpose: 'accountability',
    recordsOf: async (person, { events }) => {
      const found: string[] = [];
      const type: keyof DisputeEvents = 'disputes.ValueContested';
      for await (const { stream, metadata } of eventsOfTypes(events, [type]))
        if (metadata.actor === person) found.push(streamId(stream));
      return found;
    },
    whenErased: () => new CloseDispute(),
    retention: [
      {
        record: 'disputes about UPNs: school, keyed hash of the UPN, decision; without reasons',
        kept: 'as long as the log',
        source: CONTROLLER,
      },
    ],
  },
});
