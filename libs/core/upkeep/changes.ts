import { asJob } from '@waymark/core/instruments';
import { type JobHandler, PermanentFailure } from '@waymark/core/kernel';
import { type Generation, nameOf, sameGeneration, stateOf, type ViewRecord } from '@waymark/core/projections';
import type { Fault, Notice } from './notices';

/** The state changes of the generations of a view, given its stored name, between two versions of its record. */
export function changesOf(stored: string, before: ViewRecord, after: ViewRecord): Notice[] {
  const generations = [before, after].flatMap(({ building, serving, previous }) =>
    [building, serving, previous].flatMap((each) => (each ? [[nameOf(stored, each), each] as const] : [])),
  );
  return [...new Map(generations)].flatMap(([rows, generation]) => {
    const [was, is] = [stateIn(before, generation), stateIn(after, generation)];
    return was === is ? [] : [{ event: 'view.changed', rows, was, is }];
  });
}

function stateIn({ building, serving, previous }: ViewRecord, generation: Generation): string {
  if (sameGeneration(serving, generation)) return 'live';
  if (sameGeneration(previous, generation)) return 'previous';
  return building && sameGeneration(building, generation) ? stateOf(building) : 'none';
}

/** Wraps a job handler to measure and trace its attempts, and to report failures as faults. */
export const observedJob =
  (onFault: (what: string, reason: string, fault: Fault) => void) =>
  (handler: JobHandler): JobHandler => {
    const { kind, attempts } = handler;
    return {
      ...handler,
      run: async (data, context) => {
        const { id: job, attempt, signal } = context;
        try {
          return await asJob(kind, signal, () => handler.run(data, context));
        } catch (error) {
          if (!signal.aborted) {
            const last = error instanceof PermanentFailure || attempt >= attempts;
            onFault(`job ${kind}`, String(error), { event: 'job.failed', kind, job, attempt, last });
          }
          throw error;
        }
      },
    };
  };
