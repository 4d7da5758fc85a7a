import type { RecordingModule } from '@waymark/core/context';
import { recordingModules } from '@waymark/modules';
import type { InsightSources } from '@waymark/modules/insights/questions/sources';
import { accessModule } from './access/access-log';

/** Every module that records events, by its name. Rights, erasure and retention are derived from these modules. */
export const governed: ReadonlyMap<string, RecordingModule<InsightSources>> = new Map(
  [...recordingModules, accessModule].map((module) => [module.domain.name, module]),
);
