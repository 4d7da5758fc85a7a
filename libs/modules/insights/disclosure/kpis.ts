import type { Reach } from '@waymark/core/access';
import { type Day, within } from '@waymark/core/fields';
import type { RowReader } from '@waymark/core/kernel';
import { Groups } from '../groups';
import {
  countsOf,
  journeysIn,
  type KnownJourney,
  type KpiQuery,
  type Kpis,
  type ShownKpis,
  startedOn,
} from '../kpis';
import type { Unit } from './blocks';
import { Family } from './family';
import { everyone, bandOf, bandsOf, countedAs, outcomeOf, outcomes } from './outcomes';
import { type DisclosureRule, withheld } from './symbols';
import { shownTotals, statusOf } from './totals';
import { Units } from './units';

const kinds = ['acceptable', 'unacceptable', 'logistics'] as const;

/** The columns in which a journey is counted. */
function columnsOf({ journey, pages, programme }: KnownJourney, { period }: KpiQuery): string[] {
  const counts = (on: Day | undefined): boolean => on !== undefined && (!period || within(period, on));
  const started = startedOn(journey);
  const { referred, eligible, consented, allocated, completed } = journey;
  const steps = { referred, eligible, consented, allocated, started, completed };
  const sessions = Object.values(journey.sessions).filter(({ on }) => counts(on));
  const notHeld = new Set(sessions.flatMap((session) => ('notHeld' in session ? [session.notHeld] : [])));
  return [
    ...countedAs(journey.mentor !== undefined),
    outcomeOf({ started: started !== undefined, completed: completed !== undefined }),
    ...Object.entries(steps).flatMap(([step, on]) => (counts(on) ? [`step/${step}`] : [])),
    ...(sessions.some((session) => 'minutes' in session) ? ['held'] : []),
    ...[...notHeld].map((kind) => `not held/${kind}`),
    ...bandOf('baseline', countsOf(pages, programme.baseline), programme.eligibility),
    ...bandOf('followUp', countsOf(pages, programme.followUp), programme.eligibility),
  ];
}

/** KPIs as shown to a principal: without small numbers, and without what would tell one. */
export async function shownKpis(
  rows: RowReader,
  kpis: readonly Kpis[],
  query: KpiQuery,
  { reach, rule }: { readonly reach: Reach; readonly rule: DisclosureRule },
): Promise<ShownKpis[]> {
  const groups = await Groups.of(rows);
  const units = new Units(groups, reach);
  if (!units.areExact)
    for await (const known of journeysIn(rows, groups))
      units.addJourney(known.id, known.journey, columnsOf(known, query));
  const families = familiesOf(units, rule);
  return kpis.map((each) => shown(each, units.in(query.by, each.key, query.programme), families, rule));
}

type Families = ReturnType<typeof familiesOf>;

function familiesOf(units: Units, rule: DisclosureRule) {
  const all = everyone(units, rule);
  const family = (within: Family, ...columns: string[]): Family => new Family(within.blocks, columns, rule);
  const outcome = family(all, ...outcomes);
  return {
    all,
    outcome,
    steps: {
      ...{ referred: family(all, 'step/referred'), eligible: family(all, 'step/eligible') },
      ...{ consented: family(all, 'step/consented'), allocated: family(all, 'step/allocated') },
      ...{ started: family(outcome, 'step/started'), completed: family(outcome, 'step/completed') },
    },
    held: family(all, 'held'),
    notHeld: family(all, ...kinds.map((kind) => `not held/${kind}`)),
    baseline: family(all, ...bandsOf('baseline')),
    followUp: family(all, ...bandsOf('followUp')),
  };
}

/** The outcomes that each of these steps includes. */
const outcomesOf = {
  started: ['completed/started', 'started'],
  completed: ['completed/started', 'completed/waiting'],
} as const;

function shown(kpis: Kpis, group: ReadonlySet<Unit>, families: Families, rule: DisclosureRule): ShownKpis {
  const { all, outcome, steps, held, notHeld } = families;
  const shows: Readonly<Record<string, () => boolean>> = {
    ...Object.fromEntries(Object.entries(steps).map(([step, family]) => [step, () => family.shows(group)])),
    started: () => steps.started.shows(group) && outcome.shows(group, outcomesOf.started),
    completed: () => steps.completed.shows(group) && outcome.shows(group, outcomesOf.completed),
    sessionsHeld: () => held.shows(group),
    minutesHeld: () => held.shows(group),
    sessionsNotHeld: () => notHeld.shows(group),
    notHeld: () => kinds.every((kind) => notHeld.shows(group, [`not held/${kind}`])),
    changePoints: () => all.shows(group),
  };
  const isShown = (field: string): boolean => group.size === 0 || (shows[field]?.() ?? true);
  const totals = (window: 'baseline' | 'followUp') =>
    shownTotals(kpis[window], group, { pupils: all, bands: families[window], window }, rule);
  const rates = [statusOf(kpis.baseline, rule), statusOf(kpis.followUp, rule)];
  const change = kpis.changePoints === null ? 'z' : rates.includes('u') ? 'u' : undefined;
  return {
    ...withheld(kpis, isShown, { changePoints: change }),
    notHeld: withoutValues(kpis.notHeld, isShown('notHeld')),
    baseline: totals('baseline'),
    followUp: totals('followUp'),
  };
}

/** The same fields, all without a value unless they may be shown. */
const withoutValues = (fields: Kpis['notHeld'], mayBeShown: boolean): ShownKpis['notHeld'] =>
  mayBeShown ? fields : { acceptable: null, unacceptable: null, logistics: null };
