import { run } from '../shared/program';
import { createApp } from './app.module';

/** Keeps views up, carries out policies and does jobs, as one of any number. */
run({
  role: 'worker',
  port: { variables: ['WORKER_PORT', 'PORT'], otherwise: 3001 },
  settings: { work: true },
  app: createApp,
});
