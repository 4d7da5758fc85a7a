/** A process whose 200 clients send commands at once, and that says what each was answered. */
import { Platform } from '@waymark/platform';
import { still } from './moments';
import { work } from './workload';

export async function run(data: string): Promise<void> {
  const platform = await Platform.open({ data, clock: still });
  await work(platform, (answer) => process.send!(answer));
  // Waits to be killed.
}
