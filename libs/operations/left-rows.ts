import { Refusal, rowSetName } from '@waymark/core/kernel';
import { type Generation, nameOf } from '@waymark/core/projections';
import { POLICIES } from '@waymark/core/reactions';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';

/** Rows by their name: of which view, version and generation they are. */
interface Named extends Generation {
  readonly name: string;
}

/**
 * Names of rows that this release has no use for: of views that it does not have, and of generations that nothing refers to.
 * They may be another release's.
 */
export async function leftRows({ rowStore, catalog }: Platform): Promise<string[]> {
  const records = await catalog.records();
  const used = views.flatMap(({ name }) => {
    const { serving, previous, building, retired = [] } = records.get(name) ?? {};
    return [serving, previous, building, ...retired].flatMap((each) => (each ? [nameOf(name, each)] : []));
  });
  const known = new Set([...used, rowSetName(POLICIES)]);
  return (await rowStore.names()).filter((name) => !known.has(name));
}

/** Forget rows that this release has no use for. */
export async function dropLeftRows(platform: Platform, name: string): Promise<void> {
  const named = parsed(name);
  if (!named || !(await leftRows(platform)).includes(name))
    throw new Refusal('NOT_LEFT', 'There are no such rows that this release has no use for.');
  await platform.rowStore.drop({ ...named, indexes: [] });
}

function parsed(rows: string): Named | undefined {
  const [, name, version, generation = '1'] = /^(.+)@(\d+)(?:\.(\d+))?$/.exec(rows) ?? [];
  return name === undefined ? undefined : { name, version: Number(version), generation: Number(generation) };
}
