import 'reflect-metadata';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { rebuildKpis } from './rebuild';

/** Rebuilds a view in a separate process, and prints its peak memory. */
async function main(events: string, views: string): Promise<void> {
  const start = Date.now();
  const store = new SqliteEventStore(events);
  await rebuildKpis(store, views);
  await store.close();
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(JSON.stringify({ peakMiB: maxRSS / 1024, seconds: (Date.now() - start) / 1000 }));
}

void main(process.argv[2]!, process.argv[3]!);
