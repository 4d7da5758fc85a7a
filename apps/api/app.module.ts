import 'reflect-metadata';
import { type DynamicModule, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { Platform } from '@waymark/platform';
import { hardenHttp } from '../shared/http-hardening';
import { type OperationsOptions, OperationsModule } from '../shared/operations.module';
import type { ProgramContext } from '../shared/program';
import { CommandsController } from './commands/commands.controller';
import { isJsonPost, LIMIT } from './commands/json-body';
import { SubmitHandler } from './commands/submit';
import { ImportsController } from './imports/imports.controller';
import { ExportsController } from './jobs/exports.controller';
import { JobsController } from './jobs/jobs.controller';
import { methodsAt, openApi } from './openapi/document';
import { OperationsController } from './operations/operations.controller';
import { PrivacyController } from './privacy/privacy.controller';
import { ProblemFilter } from './problem';
import { AskHandler } from './questions/ask';
import { KeptAnswers } from './questions/kept-answers';
import { QuestionsController } from './questions/questions.controller';
import { requestLog } from './request-log';

@Module({
  imports: [CqrsModule],
  // The jobs come before the commands, because the path of a command matches any three parts.
  controllers: [
    JobsController,
    ExportsController,
    OperationsController,
    PrivacyController,
    CommandsController,
    QuestionsController,
    ImportsController,
  ],
  providers: [SubmitHandler, AskHandler, KeptAnswers],
})
class AppModule {
  /** The caller opens the platform and closes it. */
  static over(operated: Omit<OperationsOptions, 'role'>): DynamicModule {
    return {
      module: AppModule,
      imports: [OperationsModule.of({ role: 'api', ...operated })],
      providers: [{ provide: Platform, useValue: operated.platform }],
    };
  }
}

/** A browser that opens the address of the service is redirected to the documentation. */
function sendBrowserToDocs(request: Request, response: Response, next: NextFunction): void {
  const page = request.accepts(['json', 'html']) === 'html';
  if (request.method === 'GET' && request.path === '/' && page) response.redirect('/docs');
  else next();
}

/** Create the HTTP API on a platform, ready to listen. It has metrics if there is telemetry. */
export async function createApp({ origins = [], ...operated }: ProgramContext): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.over(operated), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const { log } = operated;
  app.use(requestLog(log));
  hardenHttp(app, origins);
  app.use(sendBrowserToDocs);
  app.useBodyParser('json', { limit: LIMIT, type: isJsonPost });
  app.useGlobalFilters(new ProblemFilter(log, methodsAt));
  SwaggerModule.setup('docs', app, openApi, { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
  return app.init();
}
