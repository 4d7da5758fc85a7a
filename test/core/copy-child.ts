/**
 * A copy between two stores in a process that a test kills. It reports each acknowledged append, and the
 * result.
 */
import type { EventStore } from '@waymark/core/kernel';
import { copyLog } from '@waymark/core/log';
import { EventStoreDbEventStore } from '@waymark/stores/eventstoredb/eventstoredb-event-store';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';

const open = (place: string): EventStore =>
  place.startsWith('esdb:') ? new EventStoreDbEventStore(place) : new SqliteEventStore(place);

/** The same store, which reports each acknowledged append. */
function telling(store: EventStore): EventStore {
  const append = store.append.bind(store);
  store.append = async (...args) => {
    const appended = await append(...args);
    process.send!('appended');
    return appended;
  };
  return store;
}

/** Entry point of the process. */
export function run(from: string, to: string): void {
  const [source, target] = [open(from), telling(open(to))];
  void copyLog(source, target, { keepsOrder: target instanceof SqliteEventStore })
    .then((copied) => new Promise((sent) => process.send!(copied, sent)))
    .then(() => Promise.all([source.close(), target.close()]))
    .then(() => process.disconnect());
}
