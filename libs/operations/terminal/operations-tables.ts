import { nameOf } from '@waymark/core/projections';
import type { CheckReport, ViewStates, ParkedRowReport } from '@waymark/operations';
import { duration, grouped } from './progress-bar';
import { type Cell, formatTable } from './table';
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
  const head = [
    ...['View', 'Version', 'Generation', 'State', 'Position', 'Behind', 'Parked', 'Rows', 'Size', 'Owner'],
  ];
  const table: Cell[][] = views.map((state) => {
    const { view, version, generation, parked, rows, bytes, owner = '–' } = state;
    return [
      ...[view, version, generation, state.state, state.position, behind(state)],
      ...[parked, grouped(rows), size(bytes), owner],
    ];
  });
  if (policies) {
    const { position, parked, owner = '–' } = policies;
    table.push(['policies', '', '', '', position, behind(policies), parked, '', '', owner]);
  }
  return [
    formatTable(head, table, { text: ['View', 'State', 'Owner'] }),
    ...views.flatMap(({ view, version, generation, state, reason }) =>
      reason === undefined ? [] : [`${nameOf(view, { version, generation })} ${state}: ${reason}`],
    ),
  ].join('\n');
}

/** Format the outcomes of rebuilds as a table. */
export function rebuildTable(outcomes: readonly RebuildOutcome[]): string {
  const head = ['View', 'Version', 'Generation', 'State', 'Rows', 'Different', 'Error'];
  const table = outcomes.map(({ view, version, generation, state, rows, verified, error = '' }) => [
    ...[view, version, generation, state, grouped(rows), verified?.different ?? '', error],
  ]);
  return formatTable(head, table, { text: ['View', 'State', 'Error'] });
}

/** Format parked rows and streams as a table. */
export function parkedTable(rows: readonly ParkedRowReport[]): string {
  if (rows.length === 0) return 'Nothing is parked.';
  const head = ['View', 'Key', 'Event', 'Position', 'Since', 'Waiting', 'Error'];
  const table = rows.map(
    ({ view, version, generation, key, event, type, position, since, waiting, error }) => [
      ...[nameOf(view, { version, generation }), key, `${type}\n${event}`, position, since, waiting, error],
    ],
  );
  return formatTable(head, table, { text: ['View', 'Key', 'Event', 'Since', 'Error'] });
}

const effects = { blocks: 'Blocks', work: 'Work', note: 'Note' } as const;

/** Format the result of a release check as text with a table of findings. */
export function checkTable({ events, seconds, findings, trials }: CheckReport): string {
  const table = findings.map(({ effect, code, message }) => [effects[effect], code, message]);
  return [
    `Read ${grouped(events)} events in ${duration(seconds)}.`,
    ...(trials
      ? [
          `Built in memory in ${duration(trials.seconds)}: ${trials.views.map(({ view }) => view).join(', ')}.`,
        ]
      : []),
    findings.length === 0
      ? 'No findings: this release can be started on this store.'
      : formatTable(['Effect', 'Code', 'Finding'], table, { text: ['Finding'] }),
  ].join('\n');
}
