import Table from 'cli-table3';
import { nameOf } from '@waymark/core/projections';
import type { CheckReport, ViewStates, ParkedRowReport } from '@waymark/operations';
import { duration, grouped } from './progress-bar';
import { plainStyle } from './report-tables';
import type { RebuildOutcome } from './watch-rebuilds';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `812 B`, `4.1 MiB`. */
function size(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1_024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]!}`;
}

const behind = ({ lag: { events, seconds } }: ViewStates['policies']): string =>
  events === 0 ? '0' : `${grouped(events)} (${duration(seconds)})`;

/** Format the states of views, and of the policies if given, as a table. */
export function statesTable({ views, policies }: Pick<ViewStates, 'views'> & Partial<ViewStates>): string {
  const table = new Table({
    ...plainStyle,
    head: ['View', 'Version', 'Generation', 'State', 'Position', 'Behind', 'Parked', 'Rows', 'Size', 'Owner'],
  });
  for (const state of views) {
    const { view, version, generation, parked, rows, bytes, owner = '–' } = state;
    table.push([
      ...[view, version, generation, state.state, state.position, behind(state)],
      ...[parked, grouped(rows), size(bytes), owner],
    ]);
  }
  if (policies) {
    const { position, parked, owner = '–' } = policies;
    table.push(['policies', '', '', '', position, behind(policies), parked, '', '', owner]);
  }
  return [
    table.toString(),
    ...views.flatMap(({ view, version, generation, state, reason }) =>
      reason === undefined ? [] : [`${nameOf(view, { version, generation })} ${state}: ${reason}`],
    ),
  ].join('\n');
}

/** Format the outcomes of rebuilds as a table. */
export function rebuildTable(outcomes: readonly RebuildOutcome[]): string {
  const table = new Table({
    ...plainStyle,
    head: ['View', 'Version', 'Generation', 'State', 'Rows', 'Different', 'Error'],
  });
  for (const { view, version, generation, state, rows, verified, error = '' } of outcomes) {
    table.push([view, version, generation, state, grouped(rows), verified?.different ?? '', error]);
  }
  return table.toString();
}

/** Format parked rows and streams as a table. */
export function parkedTable(rows: readonly ParkedRowReport[]): string {
  if (rows.length === 0) return 'Nothing is parked.';
  const table = new Table({
    ...plainStyle,
    head: ['View', 'Key', 'Event', 'Position', 'Since', 'Waiting', 'Error'],
  });
  for (const { view, version, generation, key, event, type, position, since, waiting, error } of rows) {
    const of = nameOf(view, { version, generation });
    table.push([of, key, `${type}\n${event}`, position, since, waiting, error]);
  }
  return table.toString();
}

const effects = { blocks: 'Blocks', work: 'Work', note: 'Note' } as const;

/** Format the result of a release check as text with a table of findings. */
export function checkTable({ events, seconds, findings, trials }: CheckReport): string {
  const table = new Table({ ...plainStyle, head: ['Effect', 'Code', 'Finding'] });
  for (const { effect, code, message } of findings) table.push([effects[effect], code, message]);
  return [
    `Read ${grouped(events)} events in ${duration(seconds)}.`,
    ...(trials
      ? [
          `Built in memory in ${duration(trials.seconds)}: ${trials.views.map(({ view }) => view).join(', ')}.`,
        ]
      : []),
    findings.length === 0 ? 'No findings: this release can be started on this store.' : table.toString(),
  ].join('\n');
}
