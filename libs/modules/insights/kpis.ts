import type { TInteger, TObject, TSchema, TUnsafe } from '@sinclair/typebox';
import type { Sees } from '@waymark/core/access';
import { type Day, type Period, periodOf, within } from '@waymark/core/fields';
import type { RowReader } from '@waymark/core/kernel';
import { byKey, every } from '@waymark/core/projections';
import { type Answer, countOrNull, object, orNull, percentOrNull, text } from '@waymark/core/questions';
import { countPages, type RegisterPages } from '@waymark/modules/attendance';
import type { ProgrammeDefinition } from '@waymark/modules/programme';
import { programmes } from '@waymark/modules/programme/views/programmes';
import type { SchoolDetails } from '@waymark/modules/school/state';
import { absencePercent, type Counts, isWithinBand, rounded } from '@waymark/modules/shared/counts';
import { given } from '@waymark/modules/shared/repeats';
import { attendanceTotals, type AttendanceTotals, groupAttendance } from './attendance';
import { statusSchema } from './disclosure/symbols';
import { Groups } from './groups';
import type { PublishedRate, PublishedRates } from './published-rates';
import { type CountedSession, type JourneyKpi, pupilOutcomes } from './views/pupil-outcomes';

export const kpiGroups = ['region', 'area', 'school', 'mentor'] as const;
export type KpiGroup = (typeof kpiGroups)[number];

export interface KpiQuery {
  readonly by: KpiGroup;
  readonly programme?: string;
  /** Count only funnel steps and sessions on these days; baseline and follow-up stay the programme's. */
  readonly period?: Period;
}

/** The query of a request. Throws a refusal if the period ends before it begins. */
export const kpiQuery = ({ by, programme, from, to }: KpiRequest): KpiQuery =>
  given({
    by,
    programme,
    period: from === undefined && to === undefined ? undefined : periodOf({ from, to }),
  });

interface KpiRequest extends Omit<KpiQuery, 'period'> {
  readonly from?: Day;
  readonly to?: Day;
}

const publishedRate = object(
  {
    name: text('The name of the local authority or region.'),
    absencePercent: percentOrNull('In per cent of the possible sessions.'),
  },
  { $id: 'PublishedRate' },
);

const kpiFields = <Schema extends TSchema, Totals extends TSchema>(
  count: (description?: string) => Schema,
  totals: Totals,
) => ({
  key: text(),
  name: text('A mentor’s id if you may not see the name.'),
  referred: count('The funnel, from here to `completed`: pupils who reached this step.'),
  eligible: count(),
  consented: count(),
  allocated: count(),
  started: count('Pupils with at least one held session.'),
  completed: count(),
  sessionsHeld: count(),
  sessionsNotHeld: count(),
  notHeld: object(
    { acceptable: count(), unacceptable: count(), logistics: count() },
    { description: 'Sessions not held, by the kind of reason. The status of each is that of this field.' },
  ),
  minutesHeld: count(),
  baseline: totals,
  followUp: totals,
  changePoints: percentOrNull(
    'Follow-up absence minus baseline absence, in percentage points; null if one of them has no rate.',
  ),
  published: object(
    { localAuthority: orNull(publishedRate), region: orNull(publishedRate) },
    {
      description: 'Published absence in all secondary schools; null if none was published for the group.',
    },
  ),
});

/** The KPIs of a region, area, school or mentor, as shown to a principal. */
export const kpisSchema = object(
  { ...kpiFields(countOrNull, attendanceTotals), status: statusSchema },
  { $id: 'Kpis' },
);
export type ShownKpis = Answer<typeof kpisSchema>;

/** Exact KPIs, before it is decided what a principal may see of them. */
export type Kpis = Answer<TObject<ReturnType<typeof kpiFields<TInteger, TUnsafe<AttendanceTotals>>>>>;

/** A journey with what is needed to count it. */
export interface KnownJourney {
  readonly id: string;
  readonly journey: JourneyKpi;
  readonly pages: RegisterPages;
  readonly programme: ProgrammeDefinition;
  readonly school: SchoolDetails;
}

/** Every journey of a known programme and school. */
export async function* journeysIn(rows: RowReader, groups: Groups): AsyncGenerator<KnownJourney> {
  const known = await byKey(rows, programmes);
  for await (const { row } of every(rows, pupilOutcomes)) {
    for (const [id, journey] of Object.entries(row.journeys)) {
      const programme = known.get(journey.programme);
      const school = groups.schools.get(journey.school);
      if (programme && school) yield { id, journey, pages: row.pages, programme, school };
    }
  }
}

/** KPIs of every region, area, school or mentor within reach, ordered by key. Mentors are named by id. */
export async function kpisBy(
  rows: RowReader,
  published: PublishedRates,
  query: KpiQuery,
  sees: Sees,
): Promise<Kpis[]> {
  const groups = await Groups.of(rows);
  const tallies = new Map<string, Tally>();
  for await (const known of journeysIn(rows, groups)) {
    const { id, journey } = known;
    const group = groups.of(query.by, journey);
    if (!group || (query.programme ?? journey.programme) !== journey.programme) continue;
    if (!sees(group.place, id)) continue;
    let tally = tallies.get(group.key);
    if (!tally) tallies.set(group.key, (tally = new Tally(group.name, query.period)));
    tally.add(known);
  }
  return [...tallies]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, tally]) => tally.kpis(key, query.by, published));
}

/** Adds up the journeys of a group. */
class Tally {
  private readonly steps = { referred: 0, eligible: 0, consented: 0, allocated: 0, started: 0, completed: 0 };
  private readonly notHeld = { acceptable: 0, unacceptable: 0, logistics: 0 };
  private held = 0;
  private minutes = 0;
  private readonly baseline: Counts[] = [];
  private readonly followUp: Counts[] = [];
  private baselineEligible = 0;
  private followUpEligible = 0;
  private readonly authorities = new Set<string>();
  private readonly regions = new Set<string>();

  constructor(
    private readonly name: string,
    private readonly period: Period | undefined,
  ) {}

  add({ journey: known, pages, programme, school }: KnownJourney): void {
    const sessions = Object.values(known.sessions);
    const started = startedOn(known);
    this.step('referred', known.referred);
    this.step('eligible', known.eligible);
    this.step('consented', known.consented);
    this.step('allocated', known.allocated);
    this.step('started', started);
    this.step('completed', known.completed);
    for (const session of sessions) this.session(session);
    const [before, after] = [countsOf(pages, programme.baseline), countsOf(pages, programme.followUp)];
    this.baseline.push(before);
    this.followUp.push(after);
    if (isWithinBand(before, programme.eligibility)) this.baselineEligible += 1;
    if (isWithinBand(after, programme.eligibility)) this.followUpEligible += 1;
    this.authorities.add(school.localAuthorityCode);
    this.regions.add(school.region);
  }

  kpis(key: string, by: KpiGroup, published: PublishedRates): Kpis {
    const baseline = { ...groupAttendance(this.baseline), eligiblePupils: this.baselineEligible };
    const followUp = { ...groupAttendance(this.followUp), eligiblePupils: this.followUpEligible };
    return {
      key,
      name: this.name,
      ...this.steps,
      sessionsHeld: this.held,
      sessionsNotHeld: this.notHeld.acceptable + this.notHeld.unacceptable + this.notHeld.logistics,
      notHeld: this.notHeld,
      minutesHeld: this.minutes,
      baseline,
      followUp,
      changePoints: difference(absencePercent(followUp), absencePercent(baseline)),
      published: {
        localAuthority: by === 'region' ? null : only(this.authorities, published.localAuthorities),
        region: only(this.regions, published.regions),
      },
    };
  }

  private step(step: keyof Tally['steps'], on: Day | undefined): void {
    if (on !== undefined && this.counts(on)) this.steps[step] += 1;
  }

  private session(session: CountedSession): void {
    if (!this.counts(session.on)) return;
    if ('minutes' in session) {
      this.held += 1;
      this.minutes += session.minutes;
    } else {
      this.notHeld[session.notHeld] += 1;
    }
  }

  private counts(on: Day): boolean {
    return this.period === undefined || within(this.period, on);
  }
}

/** The day of a journey's first held session; undefined if none was held. */
export const startedOn = ({ sessions }: JourneyKpi): Day | undefined =>
  Object.values(sessions)
    .flatMap((session) => ('minutes' in session ? [session.on] : []))
    .sort()[0];

const countsKept = new WeakMap<RegisterPages, Map<string, Counts>>();

/** Counts of a register in a period, cached for as long as the store returns the same row object. */
export function countsOf(pages: RegisterPages, period: Period): Counts {
  let known = countsKept.get(pages);
  if (!known) countsKept.set(pages, (known = new Map<string, Counts>()));
  const of = `${period.from} ${period.to}`;
  let counts = known.get(of);
  if (!counts) known.set(of, (counts = countPages(pages, period)));
  return counts;
}

const difference = (after: number | null, before: number | null): number | null =>
  after === null || before === null ? null : rounded(after - before);

/** The published rate of the only authority or region of a group; null if it has several. */
const only = (
  names: ReadonlySet<string>,
  rates: ReadonlyMap<string, PublishedRate>,
): PublishedRate | null => {
  const [name, ...others] = names;
  return name !== undefined && others.length === 0 ? (rates.get(name) ?? null) : null;
};
