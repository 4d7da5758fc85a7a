import Table from 'cli-table3';
import { nameOf } from '@waymark/core/projections';
import type { CheckReport, States, WaitingRow } from '@waymark/operations';
import { duration, grouped } from './progress-bar';
import { plain } from './tables';
import type { RebuildOutcome } from './watch-rebuilds';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `812 B`, `4.1 MiB`. */
function size(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1_024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]!}`;
}

const behind = ({ lag: { events, seconds } }: States['policies']): string =>
  events === 0 ? '0' : `${grouped(events)} (${duration(seconds)})`;

/** Views, and the policies where they are asked about, as a table for people. */
export function statesTable({ views, policies }: Pick<States, 'views'> & Partial<States>): string {
  const table = new Table({
    ...plain,
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

/** What became of new generations, as a table for people. */
export function rebuildTable(outcomes: readonly RebuildOutcome[]): string {
  const table = new Table({
    ...plain,
    head: ['View', 'Version', 'Generation', 'State', 'Rows', 'Different', 'Why'],
  });
  for (const { view, version, generation, state, rows, verified, error = '' } of outcomes) {
    table.push([view, version, generation, state, grouped(rows), verified?.different ?? '', error]);
  }
  return table.toString();
}

/** What waits at an event that could not be taken, as a table for people. */
export function parkedTable(rows: readonly WaitingRow[]): string {
  if (rows.length === 0) return 'Nothing is parked.';
  const table = new Table({
    ...plain,
    head: ['View', 'Key', 'Event', 'Position', 'Since', 'Waiting', 'Why'],
  });
  for (const { view, version, generation, key, event, type, position, since, waiting, error } of rows) {
    const of = nameOf(view, { version, generation });
    table.push([of, key, `${type}\n${event}`, position, since, waiting, error]);
  }
  return table.toString();
}

const effects = { blocks: 'Blocks', work: 'Work', note: 'Note' } as const;

/** What a release would find and do, as a table for people. */
export function checkTable({ events, seconds, findings, trials }: CheckReport): string {
  const table = new Table({ ...plain, head: ['', 'What', ''] });
  for (const { effect, code, message } of findings) table.push([effects[effect], code, message]);
  return [
    `${grouped(events)} events were read in ${duration(seconds)}.`,
    ...(trials
      ? [
          `${trials.views.map(({ view }) => view).join(', ')}: built in memory in ${duration(trials.seconds)}.`,
        ]
      : []),
    findings.length === 0 ? 'This release and the store fit.' : table.toString(),
  ].join('\n');
}
