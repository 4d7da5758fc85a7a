import { hostname } from 'node:os';
import { destination, type Logger, pino } from 'pino';
import { activeTrace } from '@waymark/telemetry';
import { lineForPerson } from './log-line';

/** The program that a process runs. */
export type Role = 'api' | 'worker';

const quiet = process.env['NODE_ENV'] === 'test' ? 'silent' : 'info';

/** Standard output, written in the background. */
const output = destination({ dest: 1, sync: false });

/** Where lines are written: as they are, or for a person who looks on. */
const stream = process.stdout.isTTY
  ? { write: (line: string) => void output.write(lineForPerson(line)) }
  : output;

/**
 * Create the log: JSON lines on standard output, without bodies, request paths or personal data. Each line has the role and
 * member id of the process, and the trace that it belongs to, if any. On a terminal, the lines are short and readable.
 */
export const createLog = (role: Role, member: string): Logger =>
  pino(
    {
      level: process.env['WAYMARK_LOG'] ?? quiet,
      base: { role, member, host: hostname(), pid: process.pid },
      mixin: activeTrace,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    stream,
  );

/** Time that standard output has to accept the last lines, in milliseconds. */
const LAST_LINES_MS = 2_000;

/** Exit with a code after the lines of the log are written. `flush` of the log does not wait for lines in the background. */
export function exitAfterLog(code: number): void {
  const exit = (): void => process.exit(code);
  setTimeout(exit, LAST_LINES_MS);
  output.once('close', exit).end();
}
