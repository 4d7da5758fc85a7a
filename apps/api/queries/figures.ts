import type { Reach } from '@waymark/core/access';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { sideBySide } from '@waymark/core/concurrency';
import { periodOf, toInstant } from '@waymark/core/fields';
import { Refusal } from '@waymark/core/kernel';
import type { Page } from '@waymark/core/projections';
import {
  attendanceBy,
  type GroupAttendance,
  type PupilAttendance,
} from '@waymark/modules/insights/attendance';
import { type Caseload, caseloadOf } from '@waymark/modules/insights/caseload';
import { type Kpis, kpisBy } from '@waymark/modules/insights/kpis';
import { namesIn } from '@waymark/modules/insights/names';
import { type PhaseProgress, phaseProgressBy } from '@waymark/modules/insights/phase-progress';
import { Platform } from '@waymark/platform';
import { KeptAnswers } from './kept-answers';
import { pageByKey } from './pages';
import { GetAttendance, GetCaseload, GetKpis, GetPhaseProgress } from './questions';

@QueryHandler(GetCaseload)
export class GetCaseloadHandler implements IQueryHandler<GetCaseload> {
  constructor(private readonly platform: Platform) {}

  async execute(question: GetCaseload): Promise<Caseload> {
    const { mentorId, reach } = question;
    const { rows, submitter } = this.platform;
    const places = await this.platform.scopesOf('mentor', mentorId);
    reach.demand(places);
    const caseload = await caseloadOf(
      rows,
      mentorId,
      question,
      places.some(reach.showsNames) ? namesIn(submitter) : undefined,
    );
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
    const { by, programme, reach } = question;
    const query = { by, ...(programme !== undefined && { programme }) };
    const groups = await this.kept.to(question, { ...query, reach }, (rows) =>
      phaseProgressBy(rows, query, reach.covers),
    );
    return withNames(pageByKey(groups, question), question, this.platform);
  }
}

@QueryHandler(GetKpis)
export class GetKpisHandler implements IQueryHandler<GetKpis> {
  constructor(
    private readonly platform: Platform,
    private readonly kept: KeptAnswers,
  ) {}

  async execute(question: GetKpis): Promise<Page<Kpis>> {
    const { by, programme, from, to, reach } = question;
    const query = {
      by,
      ...(programme === undefined ? {} : { programme }),
      ...(from === undefined && to === undefined ? {} : { period: periodOf(question) }),
    };
    const groups = await this.kept.to(question, { ...query, reach }, (rows) =>
      kpisBy(rows, this.platform.published, query, reach.covers),
    );
    return withNames(pageByKey(groups, question), question, this.platform);
  }
}

@QueryHandler(GetAttendance)
export class GetAttendanceHandler implements IQueryHandler<GetAttendance> {
  constructor(private readonly kept: KeptAnswers) {}

  async execute(question: GetAttendance): Promise<Page<PupilAttendance | GroupAttendance>> {
    const asKnownAt = toInstant(question.asKnownAt ?? '');
    const query = {
      by: question.by,
      ...periodOf(question),
      ...(asKnownAt === undefined ? {} : { asKnownAt }),
    };
    const { reach } = question;
    const found = await this.kept.to(question, { ...query, reach }, (rows) =>
      attendanceBy(rows, query, reach.covers),
    );
    return pageByKey(found, question);
  }
}

/** Mentors' names, of those whose names may be seen, are put in last: no answer that is kept holds any. */
async function withNames<Group extends { readonly key: string; readonly name: string }>(
  { items, ...page }: Page<Group>,
  { by, reach }: { readonly by: string; readonly reach: Reach },
  platform: Platform,
): Promise<Page<Group>> {
  if (by !== 'mentor') return { items, ...page };
  const shown: string[] = [];
  await sideBySide(items, async ({ key }) => {
    if ((await platform.scopesOf('mentor', key)).some(reach.showsNames)) shown.push(key);
  });
  const names = await namesIn(platform.submitter).mentors(shown);
  return { items: items.map((item) => ({ ...item, name: names.get(item.key) ?? item.name })), ...page };
}
