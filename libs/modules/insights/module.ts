import { readingModule } from '@waymark/core/context';
import { regionalKpis } from './views/pupil-outcomes';

/** Views and questions over the events of several modules. */
export const insightsModule = readingModule({ views: [regionalKpis] });
