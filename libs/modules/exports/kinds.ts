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
import { attendanceQuery } from '@waymark/modules/insights/attendance';
import { kpiQuery, type ShownKpis } from '@waymark/modules/insights/kpis';
import type { PublishedRate, PublishedRates } from '@waymark/modules/insights/published-rates';
import { attendanceFor } from '@waymark/modules/insights/questions/attendance';
import { kpisFor } from '@waymark/modules/insights/questions/kpis';
import { phaseProgressFor } from '@waymark/modules/insights/questions/phase-progress';
import type { DisclosureRule, Status, StatusSymbol } from '@waymark/modules/insights/disclosure/symbols';
import type { FigureSources } from '@waymark/modules/insights/questions/sources';
import { timelineOf, withoutRecording } from '@waymark/modules/insights/timeline';
import type { JourneyFacts } from '@waymark/modules/journey/facts';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import type { Format } from './formats';
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
  /** The reach of the principal who asked for the export, without the pupils who are left out of exports. */
  readonly reach: Reach;
  readonly kept: FigureSources['kept'];
  readonly disclosure: DisclosureRule;
  /** Called for each pupil and mentor whose records are in the file. */
  readonly onShown: (person: string) => void;
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
    rows: async function* (sources, parameters: KpiParameters) {
      for (const kpis of await kpisFor(sources, kpiQuery(parameters))) {
        if (parameters.by === 'mentor') sources.onShown(kpis.key);
        yield flat(withStatus(withPublished(kpis)));
      }
    },
  },
  attendance: {
    request: AttendanceExport,
    format: 'csv',
    rows: async function* (sources, parameters: AttendanceParameters) {
      for (const row of await attendanceFor(sources, attendanceQuery(parameters))) {
        if (parameters.by === 'pupil') sources.onShown(row.key);
        yield flat(withStatus(row));
      }
    },
  },
  'phase-progress': {
    request: PhaseProgressExport,
    format: 'csv',
    rows: async function* (sources, parameters: PhaseProgressParameters) {
      for (const { phases, ...group } of await phaseProgressFor(sources, parameters)) {
        if (parameters.by === 'mentor') sources.onShown(group.key);
        for (const { name: phaseName, ...phase } of phases)
          yield withoutStatus({ ...flat(group), ...flat(phase), phaseName });
      }
    },
  },
  /** All events of every journey within reach, journey by journey. */
  timeline: {
    request: TimelineExport,
    format: 'jsonl',
    rows: async function* ({ rows, events, scopesOf, reach, onShown }) {
      for await (const { key: journey, row } of every(rows, caseloads)) {
        const scopes = await scopesOf('journey', journey);
        if (!reach.reaches(scopes, journey)) continue;
        onShown(row.pupil);
        const entries = await timelineOf(events, journey, row.pupil);
        const shown = scopes.some(reach.showsRecording) ? entries : withoutRecording(entries);
        for (const entry of shown) yield { journey, ...maskUpns(entry) };
      }
    },
  },
  /** The reminders that mentors received, in order of recording. */
  reminders: {
    request: ReminderExport,
    format: 'jsonl',
    rows: async function* ({ events, submitter, scopesOf, reach, onShown }) {
      const mayShow = async (journey: string): Promise<boolean> => {
        if (!reach.reaches(await scopesOf('journey', journey), journey)) return false;
        const known = await submitter.facts<JourneyFacts>('journey', journey);
        if (known) onShown(known.pupil);
        return true;
      };
      for await (const { stream, data } of eventsOfTypes(events, [
        'MentorReminded',
      ] satisfies (keyof DomainEvents)[])) {
        const mentor = streamId(stream);
        if (!reach.reaches(await scopesOf('mentor', mentor))) continue;
        onShown(mentor);
        const { overdue, quiet, ...reminder } = data as DomainEvents['MentorReminded'];
        yield {
          ...{ mentor, ...reminder },
          overdue: await filtered(overdue, ({ journey }) => mayShow(journey)),
          quiet: await filtered(quiet, mayShow),
        };
      }
    },
  },
} satisfies Record<string, ExportKind>;

export type ExportKindName = keyof typeof exportKinds;
export const exportKindNames = Object.keys(exportKinds) as readonly ExportKindName[];

async function filtered<Item>(
  items: readonly Item[],
  keep: (item: Item) => Promise<boolean>,
): Promise<Item[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}

/** Adds empty columns if no rate was published, so that all rows have the same columns. */
const withPublished = ({ published: { localAuthority, region }, ...kpis }: ShownKpis): object => ({
  ...kpis,
  baseline: withStatus(kpis.baseline),
  followUp: withStatus(kpis.followUp),
  published: { localAuthority: localAuthority ?? notPublished, region: region ?? notPublished },
});

const notPublished: { readonly [Field in keyof PublishedRate]: null } = { name: null, absencePercent: null };

/** With a status even if there is none, so that all rows have the same columns. */
const withStatus = <Fields extends { readonly status?: Status }>(
  fields: Fields,
): Fields & { status: Status } => ({
  ...fields,
  status: fields.status ?? {},
});

/** All symbols of these rows stand in place of values. */
const withoutStatus = ({ status: _, ...columns }: Readonly<Record<string, unknown>>): object => columns;

/**
 * The columns of a row. Nested fields become columns such as `baseline.absencePercent`. A value that is not given is
 * replaced by its symbol, and the column `status` has the symbols of values that are given, such as `absencePercent: u`.
 */
function flat(row: object, path = '', symbol?: StatusSymbol): Readonly<Record<string, unknown>> {
  const { status, ...fields } = row as { readonly status?: Status };
  const columns = Object.entries(fields).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    const own = symbol ?? status?.[name];
    return typeof value === 'object' && value !== null
      ? Object.entries(flat(value, `${path}${name}.`, own))
      : [[`${path}${name}`, value ?? own ?? null]];
  });
  const given = Object.entries(status ?? {}).filter(
    ([name, mark]) => mark !== 'c' && (fields as Record<string, unknown>)[name] !== null,
  );
  const text = given.map(([name, mark]) => `${name}: ${mark}`).join(', ');
  return { ...Object.fromEntries(columns), ...(status && { [`${path}status`]: text }) };
}
