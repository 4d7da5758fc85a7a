import type { RecordingModule } from '@waymark/core/context';
import { recordingModules } from '@waymark/modules';
import type { InsightSources } from '@waymark/modules/insights/questions/sources';
import { accessModule } from './access/access-log';

/** Every module that records events about people or things, by its name: what governance is derived from. */
export const governed: ReadonlyMap<string, RecordingModule<InsightSources>> = new Map(
  [...recordingModules, accessModule].map((module) => [module.domain.name, module]),
);
