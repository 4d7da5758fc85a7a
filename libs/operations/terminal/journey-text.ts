import type { TimelineEntry } from '@waymark/modules/insights/timeline';
import type { JourneyDocument, Then } from '@waymark/modules/journey/questions/journey-document';
import { type Cell, formatTable } from './table';

/** The point in time that a document shows, if it is not the present. */
const pointInTime = ({ asOf, asKnownAt }: Then): string =>
  [
    ...(asOf === undefined ? [] : [`, as of ${asOf}`]),
    ...(asKnownAt === undefined ? [] : [`, as known at ${asKnownAt}`]),
  ].join('');

/** Describe a journey as text. */
export function journeyText(journey: JourneyDocument): string {
  const { id, pupil, programme, model, school, referredOn, eligible, consentOn, mentor, phase, end } =
    journey;
  const facts: readonly (readonly [string, string])[] = [
    ['Pupil', pupil],
    ['Programme', `${programme}, ${String(model.sessionsPlanned)} sessions planned`],
    ['School', school],
    ['Referred', referredOn],
    ['Eligible', eligible === undefined ? 'not assessed' : eligible ? 'yes' : 'no'],
    ['Consent', consentOn === undefined ? 'none' : `since ${consentOn}`],
    ['Mentor', mentor ?? 'none'],
    ['Phase', `${String(phase)} of ${String(model.phases.length)}: ${model.phases[phase - 1] ?? ''}`],
    ['Ended', end ? `${end.on}, ${end.ending}` : 'no'],
    ...(journey.revision === undefined ? [] : [['Revision', String(journey.revision)] as const]),
  ];
  return [
    `Journey ${id}${pointInTime(journey)}`,
    ...facts.map(([name, value]) => `  ${name.padEnd(10)} ${value}`),
    ...section(
      'Sessions',
      ['Day', 'Outcome', 'Mentor', 'Phase', 'Minutes', 'How', 'Session'],
      sessionRows(journey),
    ),
    ...section(
      'Barriers',
      ['Kind', 'Severity', 'Barrier'],
      journey.barriers.map(({ barrier, kind, severity = '–' }) => [kind, severity, barrier]),
    ),
    ...section(
      'Support',
      ['Step', 'Referral'],
      journey.support.map(({ referral, step }) => [step, referral]),
    ),
  ].join('\n');
}

const sessionRows = (journey: JourneyDocument): Cell[][] =>
  journey.sessions.map((session) =>
    session.outcome === 'held'
      ? [
          ...[session.on, session.outcome, session.mentor, session.phase, session.minutes],
          ...[`${session.mode}, ${session.place}`, session.session],
        ]
      : [session.on, session.outcome, session.mentor ?? '', '', '', session.reason ?? '', session.session],
  );

/** Heads of the columns of numbers and days. */
const numbers: ReadonlySet<string> = new Set(['Day', 'Phase', 'Minutes']);

function section(title: string, head: string[], rows: readonly Cell[][]): string[] {
  if (rows.length === 0) return [`${title}: none`];
  return [`${title}:`, formatTable(head, rows, { text: head.filter((name) => !numbers.has(name)) })];
}

/** Describe a journey's timeline as text: each event with its day, when and by whom it was recorded, and its data. */
export const timelineText = (journey: string, then: Then, entries: readonly TimelineEntry[]): string =>
  [
    `Timeline of journey ${journey}${pointInTime(then)}: ${String(entries.length)} events`,
    ...entries.flatMap(({ on, type, recordedAt, actor, position, data }) => [
      `${on}  ${type}  (recorded ${recordedAt}${actor === undefined ? '' : ` by ${actor}`}${position === undefined ? '' : `, position ${String(position)}`})`,
      ...Object.entries(data).map(([name, value]) => `            ${name}: ${asText(value)}`),
    ]),
  ].join('\n');

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
