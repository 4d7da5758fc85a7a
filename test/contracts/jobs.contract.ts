import { faults } from './jobs/faults';
import { Given, type OpenJobs } from './jobs/given';
import { interrupting } from './jobs/interrupting';
import { keeping } from './jobs/keeping';
import { scheduling } from './jobs/scheduling';
import { working } from './jobs/working';

/** What every queue of jobs must do, whatever it keeps them in. */
export function jobsContract(name: string, open: OpenJobs): void {
  describe(`${name} as jobs`, () => {
    const given = new Given(open);
    for (const part of [keeping, working, interrupting, scheduling, faults]) part(given);
  });
}
