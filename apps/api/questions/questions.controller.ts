import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Request, Response } from 'express';
import { check, invalid } from '@waymark/core/fields';
import { START } from '@waymark/core/kernel';
import type { Question } from '@waymark/core/questions';
import { reachFor } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import { ActionOf, principalOf } from '../../shared/access.guard';
import { freshness, reasonOf } from '../headers';
import { Problem } from '../problem';
import { Ask } from './ask';
import { questionNames, questions, type Sources } from './questions';

/** Questions by the path of their route. */
const byPath = new Map(questions.map((question) => [`/v1/${question.path}`, question]));

/** Answers every question. Each question declares its parameters and the schema of its answer. */
@Controller('v1')
export class QuestionsController {
  constructor(
    private readonly bus: QueryBus,
    private readonly platform: Platform,
  ) {}

  /** The part of the answer that the principal may see. The access is recorded before the answer is sent. */
  @Get(questions.map(({ path }) => path))
  @ActionOf(() => questionNames)
  async ask(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<unknown> {
    const question = byPath.get((request.route as { readonly path: string }).path)!;
    const principal = principalOf(response);
    const reach = reachFor(principal, question.name);
    const reason = reasonOf(request);
    demandIds(question, request);
    const { command: parameters, errors } = check(question.parameters, request.query, 'parameter');
    if (errors.length > 0) throw invalid(errors);
    await this.seen(
      question.views.map(({ name }) => name),
      request,
    );
    const asked = Object.assign(parameters, request.params);
    const answer = await this.bus.execute(new Ask(question, asked, reach, reason));
    const shown = question.shown(answer as never, asked as never);
    await this.platform.accessLog.record(principal, question.name, shown, reason);
    const etag = question.etag?.(answer as never);
    if (etag !== undefined) response.setHeader('ETag', etag);
    return answer;
  }

  /** Wait until the views have reached the position that the client requires. Throws `VIEW_STOPPED` or `VIEW_BEHIND`. */
  private async seen(views: readonly string[], request: Request): Promise<void> {
    const { serving } = this.platform;
    const asked = freshness(request);
    if ((await serving.stopped(views)).size > 0) {
      throw new Problem(
        503,
        'VIEW_STOPPED',
        'A view that this query reads has stopped. Report it to operations staff, and try again later.',
      );
    }
    if (!asked || (await serving.reached(views, asked.position, asked.wait * 1_000))) return;
    const message =
      'A view that this query reads has not reached Waymark-Position. Try again, or wait longer with Prefer.';
    const position = await serving.position(views);
    throw new Problem(504, 'VIEW_BEHIND', message, { members: { position: position ?? START } });
  }
}

/** Throw `UNKNOWN_…` if a part of the path does not have the form of an id. */
function demandIds({ parts }: Question<Sources>, { params }: Request): void {
  for (const [part, { name, id }] of Object.entries(parts)) {
    if (id.pattern.test(String(params[part]))) continue;
    const code = `UNKNOWN_${name.toUpperCase()}`;
    throw new Problem(404, code, `There is no ${name} with this id. An id has this form: ${id.description}.`);
  }
}
