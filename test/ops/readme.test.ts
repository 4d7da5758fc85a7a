import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { packageFile } from '@waymark/platform';
import { afterwards, temporaryDirectory } from '../support/stores';

/*
 * Runs the commands of README.md as they are written there: in bash, in a folder that at first contains only `data`, beside a
 * service that was started with the sample. `npm run -s waymark` runs the sources instead of a build.
 */

const readme = readFileSync(packageFile('README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);

/** Commands that are not run as written, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci && npm start -- --sample': 'installs packages; the test starts the service with --sample itself',
  'npm ci && npm test': 'installs packages, and would run this test again',
  'npm run test:engines': 'needs servers',
  'npm run -s waymark -- copy --from sqlite:.waymark --to esdb:': 'needs a server',
};

const commandOf = (line: string): string => line.replace(/\s+#.*$/, '').trim();
const isRun = (line: string): boolean => !(commandOf(line) in notRun);

const source = (...path: string[]): string => join(__dirname, '..', ...path);
const LAUNCHER = source('support', 'launch.mjs');

/** Shell functions in place of the programs. A command that fails ends the script, and is named. */
const PRELUDE = `
set -euo pipefail
trap 'echo "failed: $BASH_COMMAND" >&2' ERR
npm() {
  [ "$1 $2 $3 $4" = 'run -s waymark --' ] || { echo "not known: npm $*" >&2; return 1; }
  shift 4
  "${process.execPath}" "${LAUNCHER}" "${source('ops', 'command-line-child.ts')}" "$@"
}
curl() { command curl --fail-with-body "$@"; echo; }
`;

/** The environment of a terminal with no settings of Waymark, except any free port and a log. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WAYMARK_'))),
  ...{ WAYMARK_LOG: 'info', PORT: '0' },
};

/** Start `npm start -- --sample` in a folder. Returns its address. Stopped after the test. */
async function startService(folder: string): Promise<string> {
  const args = [LAUNCHER, source('worker', 'launched.ts'), 'api', '--sample'];
  const child = spawn(process.execPath, args, {
    ...{ cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const ended = once(child, 'close');
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  for await (const line of createInterface(child.stdout!)) {
    const [, url] = /"url":"([^"]+)"/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the service ended before it served');
}

/** Run commands in a folder. Returns what they print; rejects if one fails. */
async function runIn(folder: string, script: string): Promise<string> {
  const child = spawn('bash', ['-c', PRELUDE + script], {
    ...{ cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`exit code ${String(code)}\n${errors}\n${out}`);
  return out;
}

interface Caseload {
  readonly items: readonly { readonly journey: string; readonly pupil: string }[];
}

jest.setTimeout(300_000);

describe('README.md', () => {
  it('has each command that is not run here', () => {
    const commands = blocks.flatMap((block) => block.split('\n')).map(commandOf);
    for (const command of Object.keys(notRun)) expect(commands).toContain(command);
  });

  it('has commands that work, in their order, on a new data folder', async () => {
    const folder = temporaryDirectory();
    symlinkSync(packageFile('data'), join(folder, 'data'));
    const url = await startService(folder);
    let ids: Caseload['items'][number] | undefined;
    for (const block of blocks) {
      const lines = block.split('\n').filter(isRun).join('\n');
      const script = lines
        .replaceAll('http://127.0.0.1:3000', url)
        .replace('journey <id>', `journey ${ids?.journey ?? ''}`)
        .replaceAll('pupil <id>', `pupil ${ids?.pupil ?? ''}`)
        .replace('<folder>', 'saved')
        // What a person answers on the terminal.
        .replace('--certificate erased.json', '$& --yes');
      const out = await runIn(folder, script);
      // The last command of this block asks for a caseload.
      if (block.includes('/v1/caseloads/'))
        [ids] = (JSON.parse(out.trim().split('\n').at(-1)!) as Caseload).items;
    }
    expect(ids).toBeDefined();
    expect(existsSync(join(folder, '.waymark', 'events.sqlite'))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'erased.json'), 'utf8'))).toMatchObject({
      erased: { kind: 'pupil', id: ids!.pupil },
    });
  });
});
