import type { Policy } from '@waymark/core/kernel';
import { allocation } from './allocation';
import { disputes } from './disputes';

/** Every policy. Add a new one to this list. */
export const policies: readonly Policy[] = [allocation, disputes];
