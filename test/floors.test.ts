import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A file, and a path that it imports. */
type Import = readonly [file: string, from: string];

const forbidden: readonly Import[] = [
  // A higher layer, or another folder of the same layer.
  ['libs/core/kernel/x.ts', '@waymark/core/commands'],
  ['libs/core/kernel/x.ts', '@waymark/core/kernel'],
  ['libs/core/fields/x.ts', '@waymark/modules/domain'],
  ['libs/core/commands/x.ts', '@waymark/modules/domain'],
  ['libs/core/commands/x.ts', '@waymark/core/projections'],
  ['libs/core/projections/x.ts', '@waymark/core/reactions'],
  ['libs/core/log/deep/x.ts', '@waymark/core/commands'],
  ['libs/governance/access/x.ts', '@waymark/platform'],
  ['libs/platform/x.ts', '@waymark/operations'],
  ['libs/platform/x.ts', '@waymark/platform'],
  ['libs/platform/x.ts', '@waymark/telemetry'],
  // Modules: slices import no stores, no submitter, and only the facts of other modules.
  ['libs/modules/journey/x.ts', '@waymark/core/commands'],
  ['libs/modules/journey/x.ts', '@waymark/core/projections'],
  ['libs/modules/journey/x.ts', '@waymark/modules/mentor'],
  ['libs/modules/journey/x.ts', '@waymark/modules/mentor/caseload'],
  ['libs/modules/journey/x.ts', '@waymark/modules/mentor/views/mentors'],
  ['libs/modules/journey/x.ts', '@waymark/modules/insights/kpis'],
  ['libs/modules/journey/x.ts', '@waymark/modules/journey'],
  ['libs/modules/journey/x.ts', '@waymark/governance/access'],
  ['libs/modules/journey/x.ts', './views/caseload'],
  ['libs/modules/journey/x.ts', './questions/get-journey'],
  ['libs/modules/journey/module.ts', '@waymark/modules/mentor'],
  ['libs/modules/journey/module.ts', '@waymark/governance/access'],
  ['libs/modules/journey/module.ts', '../mentor/facts'],
  ['libs/modules/journey/views/x.ts', '@waymark/modules/mentor/views/mentors'],
  ['libs/modules/journey/views/x.ts', '../questions/get-journey'],
  ['libs/modules/journey/views/x.ts', '@waymark/core/commands'],
  ['libs/modules/journey/questions/x.ts', '@waymark/modules/insights/kpis'],
  ['libs/modules/journey/questions/x.ts', '@waymark/governance/access'],
  ['libs/modules/journey/questions/x.ts', '../imports/referrals'],
  ['libs/modules/journey/imports/x.ts', '@waymark/governance/access'],
  ['libs/modules/insights/x.ts', '@waymark/governance/access'],
  ['libs/modules/exports/x.ts', '@waymark/platform'],
  ['libs/modules/policies/x.ts', '@waymark/core/commands'],
  ['libs/modules/policies/x.ts', '@waymark/core/projections'],
  // Only the platform selects stores.
  ['libs/core/projections/x.ts', '@waymark/stores/sqlite/rows/sqlite-row-store'],
  ['libs/modules/imports/x.ts', '@waymark/stores/sqlite/rows/sqlite-row-store'],
  ['libs/operations/x.ts', '@waymark/stores/mongodb/rows/mongo-row-store'],
  ['apps/api/x.ts', '@waymark/stores/sqlite/rows/sqlite-row-store'],
  ['libs/stores/sqlite/x.ts', '@waymark/core/commands'],
  ['libs/stores/sqlite/rows/x.ts', '../../mongodb/rows/mongo-row-store'],
  // A folder without a row in the table.
  ['libs/unheard-of/x.ts', '@waymark/core/kernel'],
  ['libs/core/unheard-of/x.ts', '@waymark/core/kernel'],
  ['libs/modules/unheardof/x.ts', '@waymark/core/commands'],
  // The same by relative paths, or by paths from the root.
  ['libs/core/commands/x.ts', '../projections'],
  ['libs/core/commands/x.ts', '..'],
  ['libs/modules/journey/x.ts', '../mentor/index'],
  ['libs/modules/journey/x.ts', './../mentor/index'],
  ['libs/modules/journey/x.ts', '../shared/../mentor'],
  ['libs/modules/journey/x.ts', '../index'],
  ['libs/modules/journey/views/x.ts', '../../mentor/facts'],
  ['libs/modules/insights/views/x.ts', '../../journey/consent'],
  ['libs/modules/insights/x.ts', 'libs/modules/journey/consent'],
  ['libs/platform/x.ts', '../stores/sqlite/rows/sqlite-row-store'],
  ['libs/platform/x.ts', '../../test/support'],
  ['apps/api/x.ts', '../ops/main'],
  ['apps/worker/x.ts', '../api/problem'],
  ['apps/worker/x.ts', '../sharedness/log'],
  ['apps/worker/x.ts', '../../shared/log'],
  ['apps/shared/x.ts', '../api/problem'],
  ['libs/platform/x.ts', '../shared/log'],
  ['apps/api/x.ts', '../../libs/core'],
  // Packages that only one folder may import; the kernel imports none.
  ['libs/telemetry/x.ts', '@nestjs/common'],
  ['libs/core/instruments/x.ts', '@opentelemetry/sdk-metrics'],
  ['apps/api/x.ts', '@opentelemetry/exporter-prometheus'],
  ['libs/platform/x.ts', '@nestjs/common'],
  ['libs/modules/journey/x.ts', '@nestjs/swagger'],
  ['libs/platform/x.ts', 'better-sqlite3'],
  ['apps/ops/x.ts', 'better-sqlite3'],
  ['libs/core/kernel/x.ts', 'uuid'],
  ['libs/core/kernel/x.ts', 'node:crypto'],
];

const allowed: readonly Import[] = [
  ['libs/modules/journey/module.ts', './views/caseload'],
  ['libs/modules/journey/module.ts', '@waymark/core/context'],
  ['libs/core/kernel/x.ts', './decider'],
  ['libs/core/fields/x.ts', '@waymark/core/kernel'],
  ['libs/core/upkeep/x.ts', '@waymark/core/reactions'],
  ['libs/modules/journey/x.ts', '@waymark/core/fields'],
  ['libs/modules/journey/x.ts', '@waymark/modules/mentor/facts'],
  ['libs/modules/journey/x.ts', '@waymark/modules/shared/counts'],
  ['libs/modules/journey/x.ts', './consent'],
  ['libs/modules/journey/views/x.ts', '../consent'],
  ['libs/modules/journey/views/x.ts', './caseload'],
  ['libs/modules/journey/questions/x.ts', '../views/caseload'],
  ['libs/modules/journey/questions/x.ts', '@waymark/core/projections'],
  ['libs/modules/journey/imports/x.ts', '@waymark/modules/pupil'],
  ['libs/modules/journey/x.spec.ts', '@test/support/spec'],
  ['libs/modules/journey/x.spec.ts', '@waymark/core/commands'],
  ['libs/modules/insights/x.ts', '@waymark/modules/journey/views/caseload'],
  ['libs/modules/policies/x.ts', '@waymark/modules/mentor'],
  ['libs/modules/imports/x.ts', '@waymark/core/commands'],
  ['libs/modules/domain.ts', './journey/journey'],
  ['libs/governance/privacy/x.ts', '@waymark/governance/access'],
  ['libs/stores/sqlite/rows/x.ts', 'better-sqlite3'],
  ['libs/platform/x.ts', '@waymark/stores/sqlite/rows/sqlite-row-store'],
  ['libs/operations/x.ts', '@waymark/stores/sqlite/backup/contents'],
  ['apps/api/x.ts', '@waymark/platform'],
  ['apps/api/x.ts', '@nestjs/common'],
  ['apps/api/routes/x.ts', '../main'],
  ['apps/api/x.ts', '../shared/log'],
  ['apps/worker/deep/x.ts', '../../shared/log'],
  ['apps/shared/x.ts', './log'],
  ['apps/api/x.ts', '@waymark/telemetry'],
  ['libs/telemetry/x.ts', '@opentelemetry/sdk-metrics'],
  ['libs/core/instruments/x.ts', '@opentelemetry/api'],
  ['test/stores/x.test.ts', '@waymark/stores/sqlite/rows/sqlite-row-store'],
  ['test/api/x.test.ts', '@nestjs/testing'],
];

/** The rules apply to every form of import: a value, a type, a re-export. */
const forms: readonly ((from: string) => string)[] = [
  (from) => `import { x } from '${from}';\nx();\n`,
  (from) => `import type { X } from '${from}';\nexport const x: X = 1;\n`,
  (from) => `export * from '${from}';\n`,
];

const later: Import = [
  'libs/modules/journey/x.ts',
  `export const later = () => import('@waymark/core/commands');\n`,
];

/**
 * Lints snippets with the repository's configuration, without the rules that need types and therefore a file. It runs in a
 * separate process, because Jest cannot load a configuration that is an ES module.
 */
const linter = `
  import { readFileSync } from 'node:fs';
  import { ESLint } from 'eslint';
  import tseslint from 'typescript-eslint';
  const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });
  const lint = async ([filePath, code]) => {
    const [{ messages }] = await eslint.lintText(code, { filePath });
    return messages.map(({ ruleId, message }) => ruleId ?? message);
  };
  const snippets = JSON.parse(readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(await Promise.all(snippets.map(lint))));
`;

function lint(snippets: readonly (readonly [file: string, code: string])[]): string[][] {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', linter], {
    cwd: join(__dirname, '..'),
    input: JSON.stringify(snippets),
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[][];
}

describe('the import rules between layers', () => {
  /** The rules that each form of an import violates. */
  let broken: Map<string, string[][]>;

  beforeAll(() => {
    const imports = [...forbidden, ...allowed];
    const snippets = imports.flatMap(([file, from]) => forms.map((form) => [file, form(from)] as const));
    const found = lint([...snippets, later]);
    broken = new Map(
      [...imports, later].map(([file, from], i) => [
        `${file} ${from}`,
        found.slice(i * forms.length, (i + 1) * forms.length),
      ]),
    );
  });

  it.each(forbidden)('%s may not import %s', (file, from) => {
    const refused = expect.arrayContaining(['no-restricted-imports']) as string[];
    expect(broken.get(`${file} ${from}`)).toEqual(forms.map(() => refused));
  });

  it.each(allowed)('%s may import %s', (file, from) => {
    expect(broken.get(`${file} ${from}`)).toEqual(forms.map(() => []));
  });

  it('forbid dynamic imports of aliases', () => {
    expect(broken.get(later.join(' '))).toEqual([['no-restricted-syntax']]);
  });
});

/** Every source file with the source files that it imports, including imports of types. */
function imports(): ReadonlyMap<string, readonly string[]> {
  const root = join(__dirname, '..');
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
    .config as object;
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const sources = fileNames.filter((file) => /\/(libs|apps)\//.test(file) && !file.endsWith('.spec.ts'));
  const known = new Set(sources);
  const target = (file: string, name: string): string | undefined =>
    ts.resolveModuleName(name, file, options, ts.sys).resolvedModule?.resolvedFileName;
  return new Map(
    sources.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
      const found = importedFiles.map(({ fileName }) => target(file, fileName));
      return [file, found.filter((each) => each !== undefined && known.has(each)) as string[]];
    }),
  );
}

/** The files of an import cycle, in order; empty if there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    if (done.has(file)) return [];
    if (path.includes(file)) return path.slice(path.indexOf(file));
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next);
      if (circle.length > 0) return circle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  return [...graph.keys()].map(visit).find((circle) => circle.length > 0) ?? [];
}

describe('import cycles', () => {
  it('are found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(circleIn(graph)).toEqual(['b', 'd']);
  });

  it('do not exist, not even for types', () => {
    const graph = imports();
    expect(graph.size).toBeGreaterThan(200);
    expect(circleIn(graph)).toEqual([]);
  });
});
