/** A process with 200 concurrent clients that send commands. It reports each answer. */
import { Platform } from '@waymark/platform';
import { still } from './moments';
import { work } from './workload';

export async function run(data: string): Promise<void> {
  const platform = await Platform.open({ data, clock: still });
  await work(platform, (answer) => process.send!(answer));
  // The process waits to be killed.
}
