import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { afterwards } from '../support/stores';

type Line = Readonly<Record<string, unknown>>;

/** A program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** A client of its server, with a token where it was started with one. */
  readonly http: ReturnType<typeof request.agent>;
  /** Lines of its log. */
  readonly lines: readonly Line[];
  /** How it ended: its code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Start a program on a data folder where an api only serves, without a build; killed after the test, if it is still there. */
function launch(program: 'api' | 'worker', data: string, settings: Readonly<Record<string, string>>) {
  const launcher = join(__dirname, '../support/launch.mjs');
  const env = {
    ...process.env,
    WAYMARK_DATA: data,
    WAYMARK_LOG: 'info',
    WAYMARK_WORK: 'false',
    PORT: '0',
    ...settings,
  };
  const child = spawn(process.execPath, [launcher, join(__dirname, 'launched.ts'), program], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}

/** Start a program, and wait until it serves; `authorization` is what its client asks with. */
export async function startProgram(
  program: 'api' | 'worker',
  data: string,
  { authorization = '', ...settings }: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const { child, ended } = launch(program, data, settings);
  const errors = text(child.stderr);
  const lines: Line[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(JSON.parse(line) as Line);
      if (lines.at(-1)!['event'] === 'process.serving') resolve(String(lines.at(-1)!['url']));
    });
    void ended.then(async (how) =>
      reject(new Error(`${program} ended with ${String(how)}: ${await errors}`)),
    );
  });
  const http = request.agent(url);
  if (authorization !== '') http.set({ authorization });
  return { child, http, lines, ended };
}

/** Start a program that does not come to serve: how it ended, and what it said. */
export async function startInVain(
  program: 'api' | 'worker',
  data: string,
  settings: Readonly<Record<string, string>>,
): Promise<readonly [how: number | NodeJS.Signals, errors: string]> {
  const { child, ended } = launch(program, data, settings);
  const errors = text(child.stderr);
  return [await ended, await errors];
}
