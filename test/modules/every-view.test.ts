import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { views } from '@waymark/modules';

const folder = join(__dirname, '../../libs/modules');

/** The texts of the view specifications. Each calls `describeView(<view>, …)`, which fails if a fold is not tested. */
const specifications = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.spec.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .flatMap((text) => [...text.matchAll(/^describeView\((\w+),/gm)].map(([, view]) => view!));

/** The constant that holds each view, by the view's name; read from the sources. */
const declarations = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /views\/[^/]+\.ts$/.test(name) && !name.endsWith('.spec.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .flatMap((text) => {
      const names = [...text.matchAll(/^ {2,4}name: '([\w.-]+)',$/gm)].map(([, name]) => name!);
      const constants = [...text.matchAll(/^export const (\w+) = \w*[vV]iew\w*[<(]/gm)].map(
        ([, name]) => name!,
      );
      return names.map((name, at) => [name, constants[at]] as const);
    }),
);

describe('every view', () => {
  it('has a name, and a former name, that no other view has', () => {
    const names = views.flatMap(({ name, formerly }) => (formerly === undefined ? [name] : [name, formerly]));
    expect(names).toContain('regional-kpis');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(views)('has a specification: $name', ({ name }) => {
    const constant = declarations.get(name);
    expect(constant).toBeDefined();
    expect(specifications.filter((each) => each === constant)).toHaveLength(1);
  });
});
