import { type TInteger, type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { Sees } from '@waymark/core/access';
import type { RowReader } from '@waymark/core/kernel';
import { every } from '@waymark/core/projections';
import { type Answer, count, countOrNull, object, text } from '@waymark/core/questions';
import { phaseProgress, type PhaseProgressRow } from '@waymark/modules/journey/views/phase-progress';
import { statusSchema } from './disclosure/symbols';
import { Groups } from './groups';

export const phaseProgressGroups = ['programme', 'area', 'school', 'mentor'] as const;
export type PhaseProgressGroup = (typeof phaseProgressGroups)[number];

const phaseFields = <Schema extends TSchema>(counted: (description?: string) => Schema) => ({
  phase: count('1 for the first phase.'),
  name: text(),
  pupils: counted('Pupils who are in this phase now.'),
  sessionsHeld: counted('Sessions held in this phase.'),
});

const progressFields = <Schema extends TSchema, Phase extends TSchema>(
  counted: (description?: string) => Schema,
  phase: Phase,
) => ({
  key: text(),
  name: text('A mentor’s id if you may not see the name.'),
  waiting: counted('Pupils without a held session.'),
  completed: counted(),
  ended: counted('Pupils whose journey ended without being completed.'),
  phases: Type.Array(phase, { description: 'The phases, in order.' }),
});

/** The progress of the pupils of a programme, area, school or mentor, as shown to a principal. */
export const phaseProgressSchema = object(
  {
    ...progressFields(countOrNull, object({ ...phaseFields(countOrNull), status: statusSchema })),
    status: statusSchema,
  },
  { $id: 'PhaseProgress' },
);
export type ShownPhaseProgress = Answer<typeof phaseProgressSchema>;

/** Exact progress, before it is decided what a principal may see of it. */
export type PhaseProgress = Answer<
  TObject<ReturnType<typeof progressFields<TInteger, TObject<ReturnType<typeof phaseFields<TInteger>>>>>>
>;

export interface PhaseProgressQuery {
  readonly by: PhaseProgressGroup;
  readonly programme?: string;
}

/** Phase progress of every programme, area, school or mentor within reach, ordered by key. Mentors are named by id. */
export async function phaseProgressBy(
  rows: RowReader,
  { by, programme }: PhaseProgressQuery,
  sees: Sees,
): Promise<PhaseProgress[]> {
  const known = await Groups.of(rows);
  const groups = new Map<string, { name: string; rows: PhaseProgressRow[] }>();
  for await (const { key: journey, row } of every(rows, phaseProgress)) {
    if (programme !== undefined && row.programme !== programme) continue;
    const found = known.of(by, row);
    if (!found || !sees(found.place, journey)) continue;
    let group = groups.get(found.key);
    if (!group) groups.set(found.key, (group = { name: found.name, rows: [] }));
    group.rows.push(row);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => ({ key, name: group.name, ...progressOf(group.rows) }));
}

function progressOf(rows: readonly PhaseProgressRow[]): Omit<PhaseProgress, 'key' | 'name'> {
  const count = (state: PhaseProgressRow['state']): number =>
    rows.filter((row) => row.state === state).length;
  const names = rows.reduce<readonly string[]>(
    (longest, { phases }) => (phases.length > longest.length ? phases : longest),
    [],
  );
  return {
    waiting: count('waiting'),
    completed: count('completed'),
    ended: count('ended'),
    phases: names.map((name, index) => ({
      phase: index + 1,
      name,
      pupils: rows.filter(({ state, phase }) => state === 'going on' && phase === index + 1).length,
      sessionsHeld: rows.reduce(
        (sum, row) => sum + Object.values(row.held).filter((phase) => phase === index + 1).length,
        0,
      ),
    })),
  };
}
