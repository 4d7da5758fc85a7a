import { reachFor } from '@waymark/governance/access';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Request, Response } from 'express';
import { check, invalid } from '@waymark/core/fields';
import { START } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';
import { ActionOf, principalOf } from '../../shared/access.guard';
import { freshness, reasonOf } from '../headers';
import { Problem } from '../problem';
import { queryNames, type QueryRoute, queryRoutes as routes } from './routes';

/** Every question that has an answer: what each takes, and which views it is read from, stands in its route. */
@Controller('v1')
export class QueriesController {
  constructor(
    private readonly bus: QueryBus,
    private readonly platform: Platform,
  ) {}

  @Get(routes.journey.path)
  @ActionOf(() => queryNames)
  async journey(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const journey = await this.ask(routes.journey, request, response);
    const { revision, asOf, asKnownAt } = journey;
    // Commands are sent to the journey as it is now.
    if (asOf === undefined && asKnownAt === undefined) response.setHeader('ETag', `"${String(revision)}"`);
    return journey;
  }

  @Get(routes.timeline.path)
  @ActionOf(() => queryNames)
  timeline(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.timeline, request, response);
  }

  @Get(routes.caseload.path)
  @ActionOf(() => queryNames)
  caseload(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.caseload, request, response);
  }

  @Get(routes.phaseProgress.path)
  @ActionOf(() => queryNames)
  phaseProgress(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.phaseProgress, request, response);
  }

  @Get(routes.kpis.path)
  @ActionOf(() => queryNames)
  kpis(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.kpis, request, response);
  }

  @Get(routes.attendance.path)
  @ActionOf(() => queryNames)
  attendance(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.attendance, request, response);
  }

  @Get(routes.imports.path)
  @ActionOf(() => queryNames)
  imports(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.imports, request, response);
  }

  @Get(routes.import.path)
  @ActionOf(() => queryNames)
  import(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.import, request, response);
  }

  @Get(routes.rows.path)
  @ActionOf(() => queryNames)
  rows(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.rows, request, response);
  }

  @Get(routes.row.path)
  @ActionOf(() => queryNames)
  row(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.row, request, response);
  }

  @Get(routes.pupil.path)
  @ActionOf(() => queryNames)
  pupil(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.pupil, request, response);
  }

  @Get(routes.person.path)
  @ActionOf(() => queryNames)
  person(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.person, request, response);
  }

  @Get(routes.reads.path)
  @ActionOf(() => queryNames)
  reads(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.ask(routes.reads, request, response);
  }

  /** Answer a question as far as whoever asks may see, once it is recorded whose records they are shown. */
  private async ask<Answer>(
    route: QueryRoute<Answer>,
    request: Request,
    response: Response,
  ): Promise<Answer> {
    const { question, views, of = [] } = route;
    const reader = principalOf(response);
    const reach = reachFor(reader, question.name);
    const reason = reasonOf(request);
    const parts = Object.values(request.params);
    for (const [index, { name, id }] of of.entries()) {
      if (id.pattern.test(String(parts[index]))) continue;
      const code = `UNKNOWN_${name.toUpperCase()}`;
      throw new Problem(404, code, `There is no ${name} with this id: it would be ${id.description}.`);
    }
    const { command: asked, errors } = check(question, request.query, 'parameter');
    if (errors.length > 0) throw invalid(errors);
    await this.seen(
      views.map(({ name }) => name),
      request,
    );
    const answer = await this.bus.execute(
      Object.assign(asked, request.params, { reach, ...(reason !== undefined && { reason }) }),
    );
    await this.platform.accessLog.record(reader, question.name, route.shown(answer), reason);
    return answer;
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
