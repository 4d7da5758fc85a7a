/** A process with 200 concurrent clients that send commands. It reports each answer. */
import { Platform } from '@waymark/platform';
import { still, waitToBeKilled } from './moments';
import { work } from './workload';

export async function run(data: string): Promise<void> {
  waitToBeKilled();
  const platform = await Platform.open({ data, clock: still });
  await work(platform, (answer) => process.send!(answer));
}
