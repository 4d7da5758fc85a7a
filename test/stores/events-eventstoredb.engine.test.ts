import { eventStoreContract } from '../contracts/event-store.contract';
import { namedServer, openLog } from '../support/eventstoredb/start';

eventStoreContract(
  `EventStoreDB (${namedServer === undefined ? 'the stand-in' : 'the server of EVENTSTORE_URL'})`,
  async () => {
    const connect = await openLog();
    const store = connect();
    return {
      store,
      reopen: async () => {
        await store.close();
        return connect();
      },
      second: () => Promise.resolve(connect()),
      close: () => store.close(),
    };
  },
);
