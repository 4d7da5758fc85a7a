import { connections } from '../contracts/connections';
import { eventStoreContract } from '../contracts/event-store.contract';
import { namedServer, openLog } from '../support/eventstoredb/start';

eventStoreContract(
  `EventStoreDB (${namedServer === undefined ? 'the stand-in' : 'the server of EVENTSTORE_URL'})`,
  async () => connections(await openLog()),
);
