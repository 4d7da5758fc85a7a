import { pino } from 'pino';
import { lineForPerson } from '../../apps/shared/log-line';

/** What a person sees of a line that the log writes. */
function shown(write: (log: ReturnType<typeof pino>) => void): string {
  let line = '';
  const time = (): string => ',"time":"2026-02-16T08:30:04.211Z"';
  const base = { role: 'api', member: 'm-1', host: 'office', pid: 7 };
  write(pino({ base, timestamp: time, level: 'debug' }, { write: (text: string) => void (line += text) }));
  return lineForPerson(line);
}

describe('a line of the log on a terminal', () => {
  it('shows the address of the service, and neither braces nor the fields of the process', () => {
    const url = 'http://127.0.0.1:3000';
    expect(shown((log) => log.info({ event: 'process.serving', url, works: true }, 'serving'))).toBe(
      '08:30:04 info  serving url=http://127.0.0.1:3000 works=true\n',
    );
  });

  it('shows the event if there is no message', () => {
    expect(shown((log) => log.warn({ event: 'view.owned', view: 'caseload' }))).toBe(
      '08:30:04 warn  view.owned view=caseload\n',
    );
  });

  it('quotes texts, and escapes what could change the terminal', () => {
    const reason = 'two words \u001b[2J';
    expect(shown((log) => log.error({ event: 'job.failed', reason, tries: [1, 2] }))).toBe(
      '08:30:04 error job.failed reason="two words \\u001b[2J" tries=[1,2]\n',
    );
  });
});
