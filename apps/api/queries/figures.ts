import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Refusal } from '@waymark/kernel';
import { Platform } from '@waymark/platform';
import {
  attendanceBy,
  caseloadOf,
  kpisBy,
  phaseProgressBy,
  type Caseload,
  type GroupAttendance,
  type Kpis,
  type Page,
  type PhaseProgress,
  type PupilAttendance,
} from '@waymark/views';
import { periodOf, toInstant } from '@waymark/vocabulary';
import { KeptAnswers } from './kept-answers';
import { pageByKey } from './pages';
import { GetAttendance, GetCaseload, GetKpis, GetPhaseProgress } from './questions';

@QueryHandler(GetCaseload)
export class GetCaseloadHandler implements IQueryHandler<GetCaseload> {
  constructor(private readonly platform: Platform) {}

  async execute({ mentorId, ...page }: GetCaseload): Promise<Caseload> {
    const caseload = await caseloadOf(this.platform.rows, mentorId, page);
    if (!caseload) throw new Refusal('UNKNOWN_MENTOR', 'There is no mentor with this id.', 'missing');
    return caseload;
  }
}

@QueryHandler(GetPhaseProgress)
export class GetPhaseProgressHandler implements IQueryHandler<GetPhaseProgress> {
  constructor(
    private readonly platform: Platform,
    private readonly kept: KeptAnswers,
  ) {}

  async execute(question: GetPhaseProgress): Promise<Page<PhaseProgress>> {
    const { limit: _limit, after: _after, ...query } = question;
    const rows = await this.kept.to(question, query, () => phaseProgressBy(this.platform.rows, query));
    return pageByKey(rows, question);
  }
}

@QueryHandler(GetKpis)
export class GetKpisHandler implements IQueryHandler<GetKpis> {
  constructor(
    private readonly platform: Platform,
    private readonly kept: KeptAnswers,
  ) {}

  async execute(question: GetKpis): Promise<Page<Kpis>> {
    const { by, programme, from, to } = question;
    const query = {
      by,
      ...(programme === undefined ? {} : { programme }),
      ...(from === undefined && to === undefined ? {} : { period: periodOf(question) }),
    };
    const { rows: store, published } = this.platform;
    const rows = await this.kept.to(question, query, () => kpisBy(store, published, query));
    return pageByKey(rows, question);
  }
}

@QueryHandler(GetAttendance)
export class GetAttendanceHandler implements IQueryHandler<GetAttendance> {
  constructor(
    private readonly platform: Platform,
    private readonly kept: KeptAnswers,
  ) {}

  async execute(question: GetAttendance): Promise<Page<PupilAttendance | GroupAttendance>> {
    const asKnownAt = toInstant(question.asKnownAt ?? '');
    const query = {
      by: question.by,
      ...periodOf(question),
      ...(asKnownAt === undefined ? {} : { asKnownAt }),
    };
    const rows = await this.kept.to(question, query, () => attendanceBy(this.platform.rows, query));
    return pageByKey(rows, question);
  }
}
