import { hostname } from 'node:os';
import { destination, type Logger, pino } from 'pino';
import { activeTrace } from '@waymark/telemetry';

/** Which program a process runs. */
export type Role = 'api' | 'worker';

const quiet = process.env['NODE_ENV'] === 'test' ? 'silent' : 'info';

/**
 * JSON lines on standard output; no bodies, no paths as asked, nothing of a person. Each says which process wrote it, by its
 * role and its name among those that keep views up, and which trace it belongs to where there is one.
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
