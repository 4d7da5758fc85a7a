import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A file, and what it imports. */
type Import = readonly [file: string, from: string];

const forbidden: readonly Import[] = [
  // A floor above, or beside.
  ['libs/kernel/x.ts', '@waymark/runtime'],
  ['libs/kernel/x.ts', '@waymark/kernel'],
  ['libs/vocabulary/x.ts', '@waymark/domain'],
  ['libs/runtime/x.ts', '@waymark/domain'],
  ['libs/domain/x.ts', '@waymark/runtime'],
  ['libs/domain/journey/x.ts', '@waymark/views'],
  ['libs/domain/journey/deep/er/still/x.ts', '@waymark/views'],
  ['libs/views/x.ts', '@waymark/policies'],
  ['libs/policies/x.ts', '@waymark/views'],
  ['libs/imports/x.ts', '@waymark/platform'],
  ['libs/imports/x.ts', '@waymark/jobs'],
  ['libs/jobs/x.ts', '@waymark/platform'],
  ['libs/platform/x.ts', '@waymark/platform'],
  // Adapters are chosen in the platform.
  ['libs/runtime/x.ts', '@waymark/adapters/rows-sqlite/sqlite-row-store'],
  ['libs/imports/x.ts', '@waymark/adapters/rows-sqlite/sqlite-row-store'],
  ['apps/api/x.ts', '@waymark/adapters/rows-sqlite/sqlite-row-store'],
  ['libs/adapters/rows-sqlite/x.ts', '@waymark/runtime'],
  // A library the table does not know.
  ['libs/unheard-of/x.ts', '@waymark/kernel'],
  // The same by a relative path, or by one from the root.
  ['libs/domain/x.ts', '../runtime'],
  ['libs/domain/x.ts', '..'],
  ['libs/domain/journey/x.ts', '../../runtime/index'],
  ['libs/domain/journey/x.ts', './../../runtime/index'],
  ['libs/domain/journey/x.ts', '../shared/../../runtime'],
  ['libs/domain/journey/deep/x.ts', '../../../runtime'],
  ['libs/views/x.ts', '../domain/journey/consent'],
  ['libs/views/x.ts', 'libs/domain/journey/consent'],
  ['libs/platform/x.ts', '../adapters/rows-sqlite/sqlite-row-store'],
  ['libs/platform/x.ts', '../../test/support'],
  ['apps/api/x.ts', '../ops/main'],
  ['apps/worker/x.ts', '../api/problem'],
  ['apps/worker/x.ts', '../sharedness/log'],
  ['apps/worker/x.ts', '../../shared/log'],
  ['apps/shared/x.ts', '../api/problem'],
  ['libs/platform/x.ts', '../shared/log'],
  ['apps/api/x.ts', '../../libs/runtime'],
  // A module's sibling, and what stands above them both.
  ['libs/domain/journey/x.ts', '../attendance/sessions'],
  ['libs/domain/journey/x.ts', '../index'],
  ['libs/domain/journey/x.ts', '..'],
  ['libs/domain/journey/x.ts', '../sharedness'],
  ['libs/domain/journey/deep/x.ts', '../../attendance/sessions'],
  ['libs/adapters/rows-sqlite/x.ts', '../events-sqlite/sqlite-event-store'],
  ['libs/platform/x.ts', '@waymark/telemetry'],
  // Packages known in one place only; the kernel knows none.
  ['libs/telemetry/x.ts', '@nestjs/common'],
  ['libs/runtime/x.ts', '@opentelemetry/sdk-metrics'],
  ['apps/api/x.ts', '@opentelemetry/exporter-prometheus'],
  ['libs/platform/x.ts', '@nestjs/common'],
  ['libs/domain/journey/x.ts', '@nestjs/swagger'],
  ['libs/platform/x.ts', 'better-sqlite3'],
  ['apps/ops/x.ts', 'better-sqlite3'],
  ['libs/kernel/x.ts', 'uuid'],
  ['libs/kernel/x.ts', 'node:crypto'],
];

const allowed: readonly Import[] = [
  ['libs/kernel/x.ts', './decider'],
  ['libs/vocabulary/x.ts', '@waymark/kernel'],
  ['libs/domain/index.ts', './journey/consent'],
  ['libs/domain/journey/x.ts', '@waymark/vocabulary'],
  ['libs/domain/journey/x.ts', '../shared/person'],
  ['libs/domain/journey/x.ts', './consent'],
  ['libs/domain/journey/deep/x.ts', '../consent'],
  ['libs/domain/journey/deep/x.ts', '../../shared/person'],
  ['libs/views/x.ts', '@waymark/domain'],
  ['libs/policies/x.ts', '@waymark/domain'],
  ['libs/imports/x.ts', '@waymark/runtime'],
  ['libs/jobs/x.ts', '@waymark/imports'],
  ['libs/adapters/rows-sqlite/x.ts', 'better-sqlite3'],
  ['libs/platform/x.ts', '@waymark/adapters/rows-sqlite/sqlite-row-store'],
  ['apps/api/x.ts', '@waymark/platform'],
  ['apps/api/x.ts', '@nestjs/common'],
  ['apps/api/routes/x.ts', '../main'],
  ['apps/api/x.ts', '../shared/log'],
  ['apps/worker/deep/x.ts', '../../shared/log'],
  ['apps/shared/x.ts', './log'],
  ['apps/api/x.ts', '@waymark/telemetry'],
  ['libs/telemetry/x.ts', '@opentelemetry/sdk-metrics'],
  ['libs/runtime/x.ts', '@opentelemetry/api'],
  ['test/kernel/x.test.ts', '@waymark/adapters/rows-sqlite/sqlite-row-store'],
  ['test/api/x.test.ts', '@nestjs/testing'],
];

/** Every way to import binds: a value, a type, what is handed on. */
const forms: readonly ((from: string) => string)[] = [
  (from) => `import { x } from '${from}';\nx();\n`,
  (from) => `import type { X } from '${from}';\nexport const x: X = 1;\n`,
  (from) => `export * from '${from}';\n`,
];

const later: Import = ['libs/domain/x.ts', `export const later = () => import('@waymark/runtime');\n`];

/**
 * Lints snippets with the repository's own configuration, less the rules that need types and so a file. In a
 * process of its own, because Jest cannot load a configuration that is an ES module.
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

describe('the floors of the house', () => {
  /** The rules that each form of an import broke. */
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

  it('holds for an import that waits until it is run', () => {
    expect(broken.get(later.join(' '))).toEqual([['no-restricted-syntax']]);
  });
});
