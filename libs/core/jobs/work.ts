import { redactUpns } from '@waymark/core/fields';
import type { JobHandler } from '@waymark/core/kernel';

/** How a kind of job is done and, where nobody asks for it, when: a cron expression, UTC. */
export interface WorkHandler extends JobHandler {
  readonly cron?: string;
}

/** Why a job failed is kept with it: without pupils' numbers, whatever the error quotes. */
export const discreet = <Handler extends JobHandler>(handler: Handler): Handler => ({
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
