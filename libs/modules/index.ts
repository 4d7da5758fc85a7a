import type { ContextModule, RecordingModule } from '@waymark/core/context';
import type { View } from '@waymark/core/kernel';
import type { Question } from '@waymark/core/questions';
import { attendanceModule } from './attendance/module';
import { disputesModule } from './disputes/module';
import { importsModule } from './imports/module';
import { insightsModule } from './insights/module';
import type { InsightSources } from './insights/questions/sources';
import { journeyModule } from './journey/module';
import { mentorModule } from './mentor/module';
import { peopleModule } from './people/module';
import { programmeModule } from './programme/module';
import { pupilModule } from './pupil/module';
import { schoolModule } from './school/module';

/** Every module of the service. Add a new module to this list. */
export const modules: readonly ContextModule<InsightSources>[] = [
  programmeModule,
  schoolModule,
  mentorModule,
  pupilModule,
  journeyModule,
  insightsModule,
  attendanceModule,
  importsModule,
  peopleModule,
  disputesModule,
];

/** The modules that record events. */
export const recordingModules: readonly RecordingModule<InsightSources>[] = modules.flatMap((module) =>
  module.domain ? [module] : [],
);

/** Every view. */
export const views: readonly View[] = unique(
  modules.flatMap((module) => module.views),
  'views',
);

/** Every question of the modules. */
export const questions: readonly Question<InsightSources>[] = unique(
  modules.flatMap((module) => module.questions),
  'questions',
);

/** Throws if two of them have one name. */
function unique<Named extends { readonly name: string }>(
  all: readonly Named[],
  what: string,
): readonly Named[] {
  const names = all.map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0) throw new Error(`two ${what} have the name ${twice.join(', ')}`);
  return all;
}
