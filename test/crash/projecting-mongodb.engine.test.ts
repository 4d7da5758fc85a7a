import { join } from 'node:path';
import type { Engine } from '../support/engine-stores';
import { forTests, startMongoDb } from '../support/mongodb/server';
import { temporaryDirectory } from '../support/stores';
import { killedWhileProjecting } from './projecting';

jest.setTimeout(300_000);

const server = forTests(startMongoDb);
let engine: Engine;
beforeEach(() => {
  engine = { events: join(temporaryDirectory(), 'events.sqlite'), rows: server().database() };
});

killedWhileProjecting('MongoDB', () => engine);
