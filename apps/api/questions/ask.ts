import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Reach } from '@waymark/core/access';
import type { Question } from '@waymark/core/questions';
import { rights } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import { KeptAnswers, rowsOf } from './kept-answers';
import type { Sources } from './questions';

/** Answer a question. */
export class Ask extends Query<unknown> {
  constructor(
    readonly question: Question<Sources>,
    /** The parameters, and the parts of the path. */
    readonly asked: object,
    readonly reach: Reach,
    readonly reason: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(Ask)
export class AskHandler implements IQueryHandler<Ask> {
  constructor(
    private readonly platform: Platform,
    private readonly kept: KeptAnswers,
  ) {}

  async execute({ question, asked, reach: everyone, reason }: Ask): Promise<unknown> {
    const { platform, kept } = this;
    const reach = everyone.without(await platform.leftOut.records());
    const { submitter, events, log, jobs, published, disclosure, accessLog, catalog, rowStore } = platform;
    const { fullRecords, redactedRecords } = platform;
    return question.answer(asked as never, {
      ...{ submitter, events, log, jobs, published, disclosure, accessLog, catalog, rowStore, rights },
      ...{ fullRecords, redactedRecords, reach, ...(reason !== undefined && { reason }) },
      rows: rowsOf(question, platform.rows),
      now: () => platform.now(),
      scopesOf: (module, id) => platform.scopesOf(module, id),
      kept: (key, work) => kept.to(question, { ...key, reach }, work),
    });
  }
}
