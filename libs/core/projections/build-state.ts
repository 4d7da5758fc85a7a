import type { Build } from './catalog';

/** The state of a build as shown: `failed` and `paused` take precedence. */
export const stateOf = ({ failed, paused, state }: Build): Build['state'] | 'paused' | 'failed' =>
  failed !== undefined ? 'failed' : paused ? 'paused' : state;

/** Whether the build continues only when it is resumed. */
export const isHalted = (build: Build): boolean => stateOf(build) !== build.state;
