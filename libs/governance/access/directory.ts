import { type EventStore, streamId } from '@waymark/core/kernel';
import { Following } from '@waymark/core/log';
import type { DomainEvents } from '@waymark/modules/domain';

/** What the directory knows. */
interface Found {
  readonly programmes: Set<string>;
  /** Area and region by school. */
  readonly schools: Map<string, { readonly area: string; readonly region: string }>;
  /** Programmes by school that has joined them. */
  readonly joined: Map<string, Set<string>>;
  /** Programme and school by the mentor based there. */
  readonly bases: Map<string, { readonly programme: string; readonly school: string }>;
}

type Folds = {
  readonly [Type in keyof DomainEvents]?: (found: Found, id: string, data: DomainEvents[Type]) => void;
};

/** The events that define programmes, schools, and the schools of a programme. There are few of them. */
const folds: Folds = {
  ProgrammeDefined: ({ programmes }, id) => programmes.add(id),
  MentorAppointed: ({ bases }, id, appointment) => bases.set(id, appointment),
  MentorDetailsChanged: ({ bases }, id, appointment) => bases.set(id, appointment),
  SchoolRegistered: ({ schools }, id, details) => schools.set(id, details),
  SchoolDetailsChanged: ({ schools }, id, details) => schools.set(id, details),
  SchoolJoinedProgramme: ({ joined }, id, { programme }) =>
    joined.set(id, new Set(joined.get(id)).add(programme)),
  SchoolLeftProgramme: ({ joined, bases }, id, { programme }) => {
    joined.get(id)?.delete(programme);
    for (const [mentor, base] of bases)
      if (base.school === id && base.programme === programme) bases.delete(mentor);
  },
};

const types: ReadonlySet<string> = new Set(Object.keys(folds));

/**
 * Which programmes, areas and regions exist, and which schools belong to each programme: those that have joined it, and
 * those where it has a mentor. It folds the log in memory and continues where the last lookup stopped. Rights depend on it,
 * so it must not wait for the rebuild of a view.
 */
export class Directory {
  private readonly found: Found = {
    programmes: new Set(),
    schools: new Map(),
    joined: new Map(),
    bases: new Map(),
  };
  private readonly following: Following;

  constructor(log: Pick<EventStore, 'readAll' | 'head'>) {
    this.following = new Following(log, types, ({ type, stream, data }) =>
      folds[type as keyof Folds]?.(this.found, streamId(stream), data as never),
    );
  }

  async programmes(): Promise<readonly string[]> {
    await this.following.upToDate();
    return [...this.found.programmes];
  }

  async programmesAt(school: string): Promise<readonly string[]> {
    await this.following.upToDate();
    const { joined, bases } = this.found;
    const based = [...bases.values()].filter((base) => base.school === school);
    return [...new Set([...(joined.get(school) ?? []), ...based.map(({ programme }) => programme)])];
  }

  /** Whether a school lies in this area or region. */
  async hasSchoolIn(kind: 'area' | 'region', id: string): Promise<boolean> {
    await this.following.upToDate();
    return [...this.found.schools.values()].some((school) => school[kind] === id);
  }
}
