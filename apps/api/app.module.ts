import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { SwaggerModule } from '@nestjs/swagger';
import { Platform } from '@waymark/platform';
import type { Telemetry } from '@waymark/telemetry';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { CommandsController } from './commands/commands.controller';
import { LIMIT } from './commands/json-body';
import { SubmitHandler } from './commands/submit';
import { ImportsController } from './imports/imports.controller';
import { ExportsController } from './jobs/exports.controller';
import { JobsController } from './jobs/jobs.controller';
import { OperationsModule } from '../shared/operations.module';
import { OperationsController } from './operations/operations.controller';
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
import { GetRowHandler } from './queries/row';
import { requestLog } from './request-log';

@Module({
  imports: [CqrsModule],
  // Jobs before commands, whose path has three parts of any name.
  controllers: [
    JobsController,
    ExportsController,
    OperationsController,
    CommandsController,
    QueriesController,
    ImportsController,
  ],
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
    GetRowHandler,
    KeptAnswers,
  ],
})
class AppModule {
  /** The platform is given: whoever opened it closes it. */
  static over(platform: Platform, telemetry?: Telemetry): DynamicModule {
    return {
      module: AppModule,
      imports: [OperationsModule.of({ role: 'api', platform, ...(telemetry && { telemetry }) })],
      providers: [{ provide: Platform, useValue: platform }],
    };
  }
}

/** The HTTP interface over a platform, ready to listen; with metrics where there is telemetry. */
export async function createApp(
  platform: Platform,
  log: Logger,
  telemetry?: Telemetry,
): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.over(platform, telemetry), {
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
