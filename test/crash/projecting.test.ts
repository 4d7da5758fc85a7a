import { join } from 'node:path';
import type { Engine } from '../support/engine-stores';
import { temporaryDirectory } from '../support/stores';
import { killedWhileProjecting } from './projecting';

jest.setTimeout(420_000);

let engine: Engine;
beforeEach(() => {
  const directory = temporaryDirectory();
  engine = { events: join(directory, 'events.sqlite'), rows: join(directory, 'views.sqlite') };
});

killedWhileProjecting('SQLite', () => engine);
