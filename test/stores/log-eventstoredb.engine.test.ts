import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { logStoreContract } from '../contracts/log-store.contract';
import { startStandIn } from '../support/eventstoredb/start';
import { closedAfterwards } from '../support/stores';

logStoreContract('EventStoreDB (stand-in)', async () => {
  const { url } = await startStandIn();
  return () => closedAfterwards(new EventStoreDbEventStore(url, { page: 3 }));
});
