/** A service on a data folder, in a child process. Sends `ready` once it is open. */
import { Platform } from '@waymark/platform';

let platform: Platform | undefined;

/** Open the platform; it projects views if `works` is given. */
export async function run(data: string, works?: string): Promise<void> {
  platform = await Platform.open({ data, work: works !== undefined });
  // A message handler keeps the process alive.
  process.on('message', () => process.send!(platform!.data));
  process.send!('ready');
}
