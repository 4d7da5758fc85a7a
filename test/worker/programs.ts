import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type request from 'supertest';
import { documentedClient } from '../support/documented';
import { afterwards } from '../support/stores';

type Line = Readonly<Record<string, unknown>>;

/** A program in a child process. */
export interface Program {
  readonly child: ChildProcess;
  /** An HTTP client of the program, with its access token if it was started with one. */
  readonly http: ReturnType<typeof request>;
  /** Lines of its log. */
  readonly lines: readonly Line[];
  /** Exit code, or the signal that killed the process. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Start a program on a data folder, without a build. By default an api only serves. Killed after the test. */
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

/** Start a program and wait until it serves. Its client sends `authorization` as its header. */
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
  const http = documentedClient(url);
  if (authorization !== '') http.set({ authorization });
  return { child, http, lines, ended };
}

/** Start a program that should fail to start. Returns how it ended, and its standard error. */
export async function startExpectingFailure(
  program: 'api' | 'worker',
  data: string,
  settings: Readonly<Record<string, string>>,
): Promise<readonly [how: number | NodeJS.Signals, errors: string]> {
  const { child, ended } = launch(program, data, settings);
  const errors = text(child.stderr);
  return [await ended, await errors];
}
