import { faults } from './jobs/faults';
import { Given, type OpenJobs } from './jobs/given';
import { interrupting } from './jobs/interrupting';
import { keeping } from './jobs/keeping';
import { scheduling } from './jobs/scheduling';
import { working } from './jobs/working';

/** The requirements for every job queue. */
export function jobsContract(name: string, open: OpenJobs): void {
  describe(`${name} as a job queue`, () => {
    const given = new Given(open);
    for (const part of [keeping, working, interrupting, scheduling, faults]) part(given);
  });
}
