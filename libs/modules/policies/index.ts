import type { Policy } from '@waymark/core/kernel';
import { allocation } from './allocation';

/** Everything that follows of itself from what was recorded. */
export const policies: readonly Policy[] = [allocation];
