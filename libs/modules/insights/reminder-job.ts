import type { WorkHandler } from '@waymark/core/jobs';
import { every, find } from '@waymark/core/projections';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { RemindMentor } from '@waymark/modules/mentor';
import { mentors } from '@waymark/modules/mentor/views/mentors';
import type { Submitter } from '@waymark/core/commands';
import type { RowReader } from '@waymark/core/kernel';
import { remindersOn } from './caseload';

export const REMINDERS = 'reminders';

interface Reminding {
  readonly rows: RowReader;
  readonly submitter: Pick<Submitter, 'submit'>;
  /** The current time: UTC, milliseconds. */
  now(): string;
}

/** Each day, reminds mentors of sessions without an outcome and of pupils without sessions. */
export const reminderJob = (service: Reminding): WorkHandler => ({
  kind: REMINDERS,
  cron: '0 6 * * *',
  attempts: 8,
  backoff: 5_000,
  concurrency: 1,
  run: async (_data, { id, signal }) => {
    const { rows, submitter } = service;
    const today = service.now().slice(0, 10);
    let reminded = 0;
    for await (const { key: mentor } of every(rows, mentors)) {
      signal.throwIfAborted();
      const { overdue, quiet } = remindersOn(await find(rows, caseloads, { where: { mentor } }), today);
      // The mentor's own stream decides whether there is anything to remind of and whether that was done today.
      const { events } = await submitter.submit({
        module: 'mentor',
        id: mentor,
        command: Object.assign(new RemindMentor(), { on: today, overdue, quiet }),
        actor: `job:${REMINDERS}`,
        correlation: id,
      });
      reminded += events.length;
    }
    return { reminded };
  },
});
