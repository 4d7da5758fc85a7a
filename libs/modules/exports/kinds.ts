import type { Reach } from '@waymark/core/access';
import type { Submitter } from '@waymark/core/commands';
import { maskUpns } from '@waymark/core/fields';
import {
  type CommandClass,
  type EventStore,
  type RowReader,
  streamId,
  type Scope,
} from '@waymark/core/kernel';
import { eventsOfTypes } from '@waymark/core/log';
import { every } from '@waymark/core/projections';
import type { DomainEvents } from '@waymark/modules/domain';
import { attendanceBy, attendanceQuery } from '@waymark/modules/insights/attendance';
import { kpiQuery, type Kpis, kpisBy } from '@waymark/modules/insights/kpis';
import { phaseProgressBy } from '@waymark/modules/insights/phase-progress';
import type { PublishedRate, PublishedRates } from '@waymark/modules/insights/published-rates';
import { timelineOf } from '@waymark/modules/insights/timeline';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import type { Format } from './formats';
import { Exclusions } from './exclusions';
import {
  AttendanceExport,
  type AttendanceParameters,
  KpiExport,
  type KpiParameters,
  PhaseProgressExport,
  type PhaseProgressParameters,
  ReminderExport,
  TimelineExport,
} from './requests';

/** What an export can read. */
export interface ExportSources {
  /** The log without personal data: a file never contains any. */
  readonly events: EventStore;
  readonly rows: RowReader;
  readonly submitter: Pick<Submitter, 'facts'>;
  readonly published: PublishedRates;
  /** The scopes that a record lies in. */
  readonly scopesOf: (module: string, id: string) => Promise<readonly Scope[]>;
  /** The reach of the principal who asked for the export. */
  readonly reach: Reach;
  /** Called for each pupil whose records are in the file. */
  readonly onShown: (pupil: string) => void;
}

/** A kind of export. */
export interface ExportKind {
  /** The class of the request's body. */
  readonly request: CommandClass<{ kind: string; parameters?: object }>;
  readonly format: Format;
  readonly rows: (sources: ExportSources, parameters: never) => AsyncIterable<object>;
}

/** Every kind of export by its name. Add a new one to this table. */
export const exportKinds = {
  kpis: {
    request: KpiExport,
    format: 'csv',
    rows: async function* ({ rows, published, reach }, parameters: KpiParameters) {
      const all = await kpisBy(rows, published, kpiQuery(parameters), reach.covers);
      for (const kpis of all) yield flat(withPublished(kpis));
    },
  },
  attendance: {
    request: AttendanceExport,
    format: 'csv',
    rows: async function* ({ rows, submitter, reach, onShown }, parameters: AttendanceParameters) {
      const { by } = parameters;
      const exclusions = new Exclusions(submitter);
      for (const row of await attendanceBy(rows, attendanceQuery(parameters), reach.covers)) {
        if (by === 'pupil' && (await exclusions.excludesPupil(row.key))) continue;
        if (by === 'pupil') onShown(row.key);
        yield row;
      }
    },
  },
  'phase-progress': {
    request: PhaseProgressExport,
    format: 'csv',
    rows: async function* ({ rows, reach }, parameters: PhaseProgressParameters) {
      for (const { phases, ...group } of await phaseProgressBy(rows, parameters, reach.covers)) {
        for (const { name: phaseName, ...phase } of phases) yield { ...group, ...phase, phaseName };
      }
    },
  },
  /** All events of every journey within reach, journey by journey. */
  timeline: {
    request: TimelineExport,
    format: 'jsonl',
    rows: async function* ({ rows, events, submitter, scopesOf, reach, onShown }) {
      const exclusions = new Exclusions(submitter);
      for await (const { key: journey, row } of every(rows, caseloads)) {
        if (!reach.reaches(await scopesOf('journey', journey)) || (await exclusions.excludesPupil(row.pupil)))
          continue;
        onShown(row.pupil);
        for (const entry of await timelineOf(events, journey, row.pupil)) {
          yield { journey, ...maskUpns(entry) };
        }
      }
    },
  },
  /** The reminders that mentors received, in order of recording. */
  reminders: {
    request: ReminderExport,
    format: 'jsonl',
    rows: async function* ({ events, submitter, scopesOf, reach }) {
      const exclusions = new Exclusions(submitter);
      for await (const { stream, data } of eventsOfTypes(events, [
        'MentorReminded',
      ] satisfies (keyof DomainEvents)[])) {
        const mentor = streamId(stream);
        if (!reach.reaches(await scopesOf('mentor', mentor))) continue;
        yield { mentor, ...(await exclusions.withoutExcluded(data as DomainEvents['MentorReminded'])) };
      }
    },
  },
} satisfies Record<string, ExportKind>;

export type ExportKindName = keyof typeof exportKinds;
export const exportKindNames = Object.keys(exportKinds) as readonly ExportKindName[];

/** Adds empty columns if no rate was published, so that all rows have the same columns. */
const withPublished = ({ published: { localAuthority, region }, ...kpis }: Kpis): object => ({
  ...kpis,
  published: { localAuthority: localAuthority ?? notPublished, region: region ?? notPublished },
});

const notPublished: { readonly [Field in keyof PublishedRate]: null } = { name: null, absencePercent: null };

/** Nested fields become columns such as `baseline.absencePercent`. */
const flat = (row: object, path = ''): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(flat(value, `${path}${name}.`))
        : [[`${path}${name}`, value]],
    ),
  );
