import { writeFile } from 'node:fs/promises';
import { Refusal } from '@waymark/core/kernel';

/** Write a new file that only its owner may read. Throws `FILE_THERE` if the file exists. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Refusal('FILE_THERE', 'The file already exists. Name another file, or remove it.');
  }
}
