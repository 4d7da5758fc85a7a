/** A service on a data folder, which keeps the views up or does not; says when it is there. */
import { Platform } from '@waymark/platform';

let platform: Platform | undefined;

/** What the process does. */
export async function run(data: string, works?: string): Promise<void> {
  platform = await Platform.open({ data, work: works !== undefined });
  // As long as somebody may ask, it is not done with.
  process.on('message', () => process.send!(platform!.data));
  process.send!('ready');
}
