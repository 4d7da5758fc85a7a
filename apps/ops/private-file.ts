import { writeFile } from 'node:fs/promises';
import { Refusal } from '@waymark/core/kernel';

/** Write a file that only its owner may read. Refused as `FILE_THERE` where there is one of that name. */
export async function writePrivately(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Refusal('FILE_THERE', 'There is a file of that name. Name another, or remove it.');
  }
}
