import type { Build } from './catalog';

/** How a build is to be called: what keeps it from going on comes first. */
export const stateOf = ({ failed, paused, state }: Build): Build['state'] | 'paused' | 'failed' =>
  failed !== undefined ? 'failed' : paused ? 'paused' : state;

/** It goes on only when somebody resumes it. */
export const rests = (build: Build): boolean => stateOf(build) !== build.state;
