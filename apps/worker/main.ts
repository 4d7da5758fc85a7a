import { run } from '../shared/program';
import { createApp } from './app.module';

/** The worker: projects views, runs policies and jobs. Any number of workers can run. */
run({
  role: 'worker',
  port: { variables: ['WORKER_PORT', 'PORT'], fallback: 3001 },
  settings: { work: true },
  app: createApp,
});
