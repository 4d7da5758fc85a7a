import { hostname } from 'node:os';
import { destination, type Logger, pino } from 'pino';
import { activeTrace } from '@waymark/telemetry';

/** The program that a process runs. */
export type Role = 'api' | 'worker';

const quiet = process.env['NODE_ENV'] === 'test' ? 'silent' : 'info';

/**
 * Create the log: JSON lines on standard output, without bodies, request paths or personal data. Each line has the role and
 * member id of the process, and the trace that it belongs to, if any.
 */
export const createLog = (role: Role, member: string): Logger =>
  pino(
    {
      level: process.env['WAYMARK_LOG'] ?? quiet,
      base: { role, member, host: hostname(), pid: process.pid },
      mixin: activeTrace,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    destination({ dest: 1, sync: false }),
  );
