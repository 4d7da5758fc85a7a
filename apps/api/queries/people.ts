import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Refusal } from '@waymark/core/kernel';
import type { Page } from '@waymark/core/projections';
import { type Read } from '@waymark/governance/access';
import { namesIn } from '@waymark/modules/insights/names';
import type { Person } from '@waymark/modules/people';
import type { PupilFacts } from '@waymark/modules/pupil/facts';
import { Platform } from '@waymark/platform';
import type { PersonDocument, PupilDocument } from './documents';
import { numeral, pageFrom } from './pages';
import { GetPerson, GetPupil, ListReads } from './questions';

@QueryHandler(GetPupil)
export class GetPupilHandler implements IQueryHandler<GetPupil> {
  constructor(private readonly platform: Platform) {}

  async execute({ id, reach, reason }: GetPupil): Promise<PupilDocument> {
    const { submitter } = this.platform;
    const places = await this.platform.scopesOf('pupil', id);
    reach.demand(places);
    const facts = await submitter.facts<PupilFacts>('pupil', id);
    if (!facts) throw new Refusal('UNKNOWN_PUPIL', 'There is no pupil with this id.', 'missing');
    const school = facts.schoolOn(this.platform.now().slice(0, 10));
    const known = (await namesIn(submitter).pupils([id])).get(id);
    if (!known) return { id, school };
    const { upn, ...details } = known;
    const told = reason !== undefined && places.some(reach.showsUpns);
    return {
      ...{ id, school, upn: told ? upn : `*${upn.slice(-3)}` },
      ...(places.some(reach.showsNames) && details),
    };
  }
}

@QueryHandler(GetPerson)
export class GetPersonHandler implements IQueryHandler<GetPerson> {
  constructor(private readonly platform: Platform) {}

  async execute({ id }: GetPerson): Promise<PersonDocument> {
    const { state } = await this.platform.submitter.load('person', id);
    const { known, name, assignments } = state as Person;
    if (!known) throw new Refusal('UNKNOWN_PERSON_ID', 'There is nobody with this id.', 'missing');
    return {
      id,
      ...(name !== undefined && { name }),
      assignments: Object.entries(assignments).map(([assignment, held]) => ({ assignment, ...held })),
    };
  }
}

@QueryHandler(ListReads)
export class ListReadsHandler implements IQueryHandler<ListReads> {
  constructor(private readonly platform: Platform) {}

  async execute(question: ListReads): Promise<Page<Read>> {
    const { pupil, person, from, to } = question;
    const reads: Read[] = [];
    for await (const read of this.platform.accessLog.reads({ pupil, person, from, to })) reads.push(read);
    return pageFrom(reads, question, numeral, (_last, end) => String(end));
  }
}
