import { Refusal, rowSetName } from '@waymark/core/kernel';
import type { Generation } from '@waymark/core/projections';
import { POLICIES } from '@waymark/core/reactions';
import { views } from '@waymark/modules';
import type { Platform } from '@waymark/platform';

/** The view, version and generation in the name of a row set. */
interface NamedRows extends Generation {
  readonly name: string;
}

/**
 * Names of row sets that this release does not use: views that it does not have, and generations that the catalog does not
 * refer to. Another release may still use them.
 */
export async function unusedRows({ rowStore, catalog }: Platform): Promise<string[]> {
  const records = await catalog.records();
  const used = views.flatMap(({ name }) => {
    const { serving, previous, building, retired = [] } = records.get(name) ?? {};
    return [serving, previous, building, ...retired].flatMap((each) =>
      each ? [rowSetName(catalog.rowSet(name, each))] : [],
    );
  });
  const known = new Set([...used, rowSetName(POLICIES)]);
  return (await rowStore.names()).filter((name) => !known.has(name));
}

/** Delete a row set that this release does not use. Throws `NOT_LEFT` if there is no such row set, or it is in use. */
export async function dropUnusedRows(platform: Platform, name: string): Promise<void> {
  const named = parseName(name);
  if (!named || !(await unusedRows(platform)).includes(name))
    throw new Refusal('NOT_LEFT', 'No unused rows have this name. Run `waymark check` to list unused rows.');
  await platform.rowStore.drop({ ...named, indexes: [] });
}

function parseName(rows: string): NamedRows | undefined {
  const [, name, version, generation = '1'] = /^(.+)@(\d+)(?:\.(\d+))?$/.exec(rows) ?? [];
  return name === undefined ? undefined : { name, version: Number(version), generation: Number(generation) };
}
