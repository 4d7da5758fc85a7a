import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { guardEdge } from '../shared/edge';
import { OperationsModule } from '../shared/operations.module';
import type { Served } from '../shared/program';

/** What a worker shows of itself, ready to listen: its work is the platform's. */
export async function createApp({
  log: _log,
  origins: _none,
  ...operated
}: Served): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    OperationsModule.of({ role: 'worker', ...operated }),
    { bodyParser: false, logger: false, abortOnError: false },
  );
  guardEdge(app, []);
  return app.init();
}
