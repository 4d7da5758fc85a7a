import { redactUpns } from '@waymark/core/fields';
import type { JobHandler } from '@waymark/core/kernel';

/** A job handler, with a cron expression (UTC) if its jobs are scheduled. */
export interface WorkHandler extends JobHandler {
  readonly cron?: string;
}

/** Masks UPNs in the message of an error that a job throws, because the job store keeps the message. */
export const maskingErrors = <Handler extends JobHandler>(handler: Handler): Handler => ({
  ...handler,
  run: async (data, context) => {
    try {
      return await handler.run(data, context);
    } catch (error) {
      if (error instanceof Error) error.message = redactUpns(error.message);
      throw error;
    }
  },
});
