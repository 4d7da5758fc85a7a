import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const POM = join(__dirname, 'pom.xml');

/** The folder with the test server's libraries, kept between runs. Maven downloads missing ones. */
export async function libraries(): Promise<string> {
  const version = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 8);
  const folder = join(tmpdir(), `waymark-mongodb-${version}`);
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(`${folder}-`);
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${fresh}`];
    await promisify(execFile)('mvn', ['--batch-mode', '--quiet', '--file', POM, ...goal]);
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process may have been faster: a non-empty folder is not replaced.
    if (!existsSync(folder)) {
      throw new Error('Tests on MongoDB need Maven for their server, or MONGODB_URL', { cause: error });
    }
  }
  return folder;
}
