import { levels } from 'pino';

/** Fields that say which process wrote a line, or which trace it belongs to. A person looks at one process. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['level', 'time', 'role', 'member', 'host', 'pid', 'event', 'msg'],
  'trace',
]);

/** Text that can be shown without quotes. */
const PLAIN = /^[\w:/.@[\]-]+$/;

/**
 * A JSON line of the log as a line for a person: the time of day (UTC), the level, what happened, and its other fields. Texts
 * with other characters are quoted, so that none can change what the terminal shows.
 */
export function lineForPerson(line: string): string {
  const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { level, time, event, msg = event } = fields;
  const rest = Object.entries(fields)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${name}=${shown(value)}`);
  const name = (levels.labels[Number(level)] ?? '').padEnd(5);
  return `${[String(time).slice(11, 19), name, String(msg), ...rest].join(' ')}\n`;
}

const shown = (value: unknown): string =>
  typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
