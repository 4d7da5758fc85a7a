import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { SwaggerModule } from '@nestjs/swagger';
import { Platform } from '@waymark/platform';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { CommandsController } from './commands/commands.controller';
import { LIMIT } from './commands/json-body';
import { SubmitHandler } from './commands/submit';
import { HealthController } from './health.controller';
import { ImportsController } from './imports/imports.controller';
import { Uploads } from './imports/uploads';
import { methodsAt, openApi } from './openapi/document';
import { ProblemFilter } from './problem';
import {
  GetAttendanceHandler,
  GetCaseloadHandler,
  GetKpisHandler,
  GetPhaseProgressHandler,
} from './queries/figures';
import { GetImportHandler, ListImportsHandler, ListRowsHandler } from './queries/imports';
import { GetJourneyHandler, GetTimelineHandler } from './queries/journeys';
import { KeptAnswers } from './queries/kept-answers';
import { QueriesController } from './queries/queries.controller';
import { LOG, createLog, requestLog } from './request-log';

@Module({
  imports: [CqrsModule],
  controllers: [CommandsController, QueriesController, ImportsController, HealthController],
  providers: [
    SubmitHandler,
    GetJourneyHandler,
    GetTimelineHandler,
    GetCaseloadHandler,
    GetPhaseProgressHandler,
    GetKpisHandler,
    GetAttendanceHandler,
    ListImportsHandler,
    GetImportHandler,
    ListRowsHandler,
    KeptAnswers,
    Uploads,
  ],
})
class AppModule {
  /** The platform and the log are given: whoever opened them closes them. */
  static over(platform: Platform, log: Logger): DynamicModule {
    return {
      module: AppModule,
      providers: [
        { provide: Platform, useValue: platform },
        { provide: LOG, useValue: log },
      ],
    };
  }
}

/** The HTTP interface over a platform, ready to listen. */
export async function createApp(platform: Platform, log: Logger = createLog()): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.over(platform, log), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestLog(log));
  app.useBodyParser('json', { limit: LIMIT });
  app.useGlobalFilters(new ProblemFilter(log, methodsAt));
  SwaggerModule.setup('docs', app, openApi, { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
  return app.init();
}
