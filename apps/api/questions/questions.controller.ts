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

/** Questions by the path that their route is declared with. */
const byPath = new Map(questions.map((question) => [`/v1/${question.path}`, question]));

/** Answers every question: what each takes and is answered with is declared with it. */
@Controller('v1')
export class QuestionsController {
  constructor(
    private readonly bus: QueryBus,
    private readonly platform: Platform,
  ) {}

  /** The answer as far as the principal may see it, once it is recorded whose records are shown. */
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
    await this.platform.accessLog.record(principal, question.name, question.shown(answer as never), reason);
    const etag = question.etag?.(answer as never);
    if (etag !== undefined) response.setHeader('ETag', etag);
    return answer;
  }

  /** Wait until views have seen what the client has; a problem where they do not in time. */
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

/** A problem where a part of the path cannot be an id of what it names. */
function demandIds({ parts }: Question<Sources>, { params }: Request): void {
  for (const [part, { name, id }] of Object.entries(parts)) {
    if (id.pattern.test(String(params[part]))) continue;
    const code = `UNKNOWN_${name.toUpperCase()}`;
    throw new Problem(404, code, `There is no ${name} with this id: it would be ${id.description}.`);
  }
}
