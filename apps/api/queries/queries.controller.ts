import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { START, type FieldError } from '@waymark/kernel';
import { Platform } from '@waymark/platform';
import { check, invalid } from '@waymark/vocabulary';
import type { Request, Response } from 'express';
import { freshness } from '../headers';
import { Problem } from '../problem';
import { queryRoutes as routes, type QueryRoute } from './routes';

/** Every question that has an answer: what each takes, and which views it is read from, stands in its route. */
@Controller('v1')
export class QueriesController {
  constructor(
    private readonly bus: QueryBus,
    private readonly platform: Platform,
  ) {}

  @Get(routes.journey.path)
  async journey(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const journey = await this.ask(routes.journey, request);
    const { revision, asOf, asKnownAt } = journey;
    // Commands are sent to the journey as it is now.
    if (asOf === undefined && asKnownAt === undefined) response.setHeader('ETag', `"${String(revision)}"`);
    return journey;
  }

  @Get(routes.timeline.path)
  timeline(@Req() request: Request) {
    return this.ask(routes.timeline, request);
  }

  @Get(routes.caseload.path)
  caseload(@Req() request: Request) {
    return this.ask(routes.caseload, request);
  }

  @Get(routes.phaseProgress.path)
  phaseProgress(@Req() request: Request) {
    return this.ask(routes.phaseProgress, request);
  }

  @Get(routes.kpis.path)
  kpis(@Req() request: Request) {
    return this.ask(routes.kpis, request);
  }

  @Get(routes.attendance.path)
  attendance(@Req() request: Request) {
    return this.ask(routes.attendance, request);
  }

  @Get(routes.imports.path)
  imports(@Req() request: Request) {
    return this.ask(routes.imports, request);
  }

  @Get(routes.import.path)
  import(@Req() request: Request) {
    return this.ask(routes.import, request);
  }

  @Get(routes.rows.path)
  rows(@Req() request: Request) {
    return this.ask(routes.rows, request);
  }

  @Get(routes.row.path)
  row(@Req() request: Request) {
    return this.ask(routes.row, request);
  }

  private async ask<Answer>(
    { question, views, of = [] }: QueryRoute<Answer>,
    request: Request,
  ): Promise<Answer> {
    const parts = Object.values(request.params);
    for (const [index, { name, id }] of of.entries()) {
      if (id.pattern.test(String(parts[index]))) continue;
      const code = `UNKNOWN_${name.toUpperCase()}`;
      throw new Problem(404, code, `There is no ${name} with this id: it would be ${id.description}.`);
    }
    const { command: asked, errors } = check(question, request.query);
    if (errors.length > 0) throw invalid(errors.map(asParameter));
    await this.seen(
      views.map(({ name }) => name),
      request,
    );
    return this.bus.execute(Object.assign(asked, request.params));
  }

  /** Wait until views have seen what the client has; a problem where they do not get there. */
  private async seen(views: readonly string[], request: Request): Promise<void> {
    const { serving } = this.platform;
    const asked = freshness(request);
    if ((await serving.stopped(views)).size > 0) {
      throw new Problem(
        503,
        'VIEW_STOPPED',
        'What this is read from has stopped, and needs somebody to look at it.',
      );
    }
    if (!asked || (await serving.reached(views, asked.position, asked.wait * 1_000))) return;
    const message =
      'What this is read from is not as far as Waymark-Position asks. Ask again, or wait longer.';
    const position = await serving.position(views);
    throw new Problem(504, 'VIEW_BEHIND', message, { members: { position: position ?? START } });
  }
}

const asParameter = (error: FieldError): FieldError =>
  error.code === 'UNKNOWN_FIELD' ? { ...error, message: 'is not a parameter of this query' } : error;
