import { domain, type DomainEvents } from '@waymark/domain';
import { START, streamId, type CommandClass, type EventStore, type RowReader } from '@waymark/kernel';
import {
  attendanceBy,
  caseloads,
  every,
  kpisBy,
  phaseProgressBy,
  timelineOf,
  withoutUpns,
  type Kpis,
  type PublishedRate,
  type PublishedRates,
  type TimelineEntry,
} from '@waymark/views';
import { isUpn, periodOf, toInstant } from '@waymark/vocabulary';
import type { Format } from './formats';
import {
  AttendanceExport,
  KpiExport,
  PhaseProgressExport,
  ReminderExport,
  TimelineExport,
  type AttendanceParameters,
  type KpiParameters,
  type PhaseProgressParameters,
} from './requests';

/** What exports are made from. */
export interface ExportSources {
  readonly events: EventStore;
  readonly rows: RowReader;
  readonly published: PublishedRates;
}

/** What can be exported. */
export interface ExportKind {
  /** How it is asked for. */
  readonly request: CommandClass<{ kind: string; parameters?: object }>;
  readonly format: Format;
  readonly rows: (sources: ExportSources, parameters: never) => AsyncIterable<object>;
}

/** Events read at once. */
const PAGE = 1_000;

/** Every kind of export, by its name: whoever adds one, adds it here. */
export const exportKinds = {
  kpis: {
    request: KpiExport,
    format: 'csv',
    rows: async function* ({ rows, published }, { by, programme, from, to }: KpiParameters) {
      const query = {
        by,
        ...(programme === undefined ? {} : { programme }),
        ...(from === undefined && to === undefined ? {} : { period: periodOf({ from, to }) }),
      };
      for (const kpis of await kpisBy(rows, published, query)) yield flat(withPublished(kpis));
    },
  },
  attendance: {
    request: AttendanceExport,
    format: 'csv',
    rows: async function* ({ rows }, { by, asKnownAt = '', ...period }: AttendanceParameters) {
      const known = toInstant(asKnownAt);
      const query = { by, ...periodOf(period), ...(known === undefined ? {} : { asKnownAt: known }) };
      yield* await attendanceBy(rows, query);
    },
  },
  'phase-progress': {
    request: PhaseProgressExport,
    format: 'csv',
    rows: async function* ({ rows }, parameters: PhaseProgressParameters) {
      for (const { phases, ...group } of await phaseProgressBy(rows, parameters)) {
        for (const { name: phaseName, ...phase } of phases) yield { ...group, ...phase, phaseName };
      }
    },
  },
  /** Everything recorded of every journey, journey by journey. */
  timeline: {
    request: TimelineExport,
    format: 'jsonl',
    rows: async function* ({ rows, events }) {
      for await (const { key: journey, row } of every(rows, caseloads)) {
        for (const entry of await timelineOf(events, journey, row.pupil)) {
          yield { journey, ...withoutUpns(withoutNames(entry)) };
        }
      }
    },
  },
  /** What mentors were reminded of, in the order in which they were. */
  reminders: {
    request: ReminderExport,
    format: 'jsonl',
    rows: async function* ({ events }) {
      const types = new Set<keyof DomainEvents>(['MentorReminded']);
      for (let after = START; ;) {
        const page = await events.readAll(after, PAGE, types);
        for (const { stream, data } of page.events) yield { mentor: streamId(stream), ...data };
        if (page.events.length < PAGE) return;
        after = page.through;
      }
    },
  },
} satisfies Record<string, ExportKind>;

export type ExportKindName = keyof typeof exportKinds;
export const exportKindNames = Object.keys(exportKinds) as readonly ExportKindName[];

/** The same columns, whether a rate was published or not. */
const withPublished = ({ published: { localAuthority, region }, ...kpis }: Kpis): object => ({
  ...kpis,
  published: { localAuthority: localAuthority ?? notPublished, region: region ?? notPublished },
});

const notPublished: { readonly [Field in keyof PublishedRate]: null } = { name: null, absencePercent: null };

/** Fields within fields become columns: `baseline.absencePercent`. */
const flat = (row: object, path = ''): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(flat(value, `${path}${name}.`))
        : [[`${path}${name}`, value]],
    ),
  );

const personal = new Map(domain.flatMap((module) => [...module.personal]));

/** Evaluators need no names, dates of birth, or words that may hold them. Numbers are left, to be masked. */
function withoutNames(entry: TimelineEntry): TimelineEntry {
  const fields = personal.get(entry.type) ?? [];
  const told = Object.entries(entry.data).filter(([name, value]) => !fields.includes(name) || isUpn(value));
  return { ...entry, data: Object.fromEntries(told) };
}
