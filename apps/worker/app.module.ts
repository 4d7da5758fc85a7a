import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { OperationsModule, type Operated } from '../shared/operations.module';

/** What a worker shows of itself, ready to listen: its work is the platform's. */
export async function createApp(operated: Omit<Operated, 'role'>): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    OperationsModule.of({ role: 'worker', ...operated }),
    { bodyParser: false, logger: false, abortOnError: false },
  );
  app.disable('x-powered-by');
  return app.init();
}
