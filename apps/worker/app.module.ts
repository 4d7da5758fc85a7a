import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hardenHttp } from '../shared/http-hardening';
import { OperationsModule } from '../shared/operations.module';
import type { ProgramContext } from '../shared/program';

/** The HTTP interface of a worker: health and metrics only. The platform does the work. */
export async function createApp({ origins: _none, ...operated }: ProgramContext): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    OperationsModule.of({ role: 'worker', ...operated }),
    { bodyParser: false, logger: false, abortOnError: false },
  );
  hardenHttp(app, []);
  return app.init();
}
