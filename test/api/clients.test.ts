import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { packageFile } from '@waymark/platform';
import { openApi } from '../../apps/api/openapi/document';
import { afterwards } from '../support/stores';

jest.setTimeout(240_000);

/*
 * Two generators make clients from the OpenAPI document. Both clients must compile, and know the type of every answer.
 */

const OPENAPI_TYPESCRIPT = 'openapi-typescript.ts';
const HEY_API = join('hey-api', 'types.gen.ts');

/** Code that uses both clients: discriminated answers, and optional fields. */
const uses = `
import type { operations } from './openapi-typescript';
import type { Attendance, Journey } from './used';

export const minutes = ({ sessions }: Journey): number =>
  sessions.reduce((sum, session) => sum + (session.outcome === 'held' ? session.minutes : 0), 0);

export const severe = ({ items }: Attendance): number =>
  items.reduce((sum, item) => sum + ('name' in item ? (item.severePupils ?? 0) : Number(item.severe)), 0);

type Kpis = operations['queries.kpis']['responses']['200']['content']['application/json'];
export const change = ({ items }: Kpis): readonly (number | null)[] => items.map(({ changePoints }) => changePoints);
export const regions = ({ items }: Kpis): readonly (string | undefined)[] =>
  items.map(({ published }) => published.region?.name);
`;

const used = `
import type { Journey, QueriesAttendanceResponse } from './hey-api';
export type { Journey };
export type Attendance = QueriesAttendanceResponse;
`;

/** Generate both clients of a document into a new folder. Returns the folder. */
function generated(document: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-clients-'));
  afterwards(() => rmSync(folder, { recursive: true }));
  const input = join(folder, 'openapi.json');
  writeFileSync(input, JSON.stringify(document));
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(process.execPath, [packageFile('node_modules', program), ...args], {
      cwd: folder,
      stdio: 'pipe',
    });
  };
  run('openapi-typescript/bin/cli.js', input, '-o', OPENAPI_TYPESCRIPT);
  run('@hey-api/openapi-ts/bin/run.js', '-i', input, '-o', 'hey-api', '--no-log-file');
  return folder;
}

function compiled(folder: string): ts.Program {
  writeFileSync(join(folder, 'uses.ts'), uses);
  writeFileSync(join(folder, 'used.ts'), used);
  return ts.createProgram(
    [OPENAPI_TYPESCRIPT, 'uses.ts', 'used.ts', join('hey-api', 'index.ts')].map((file) => join(folder, file)),
    {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
    },
  );
}

const errorsOf = (program: ts.Program): string[] =>
  ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );

/** The paths at which types of answers contain `unknown` or `any`, and the number of answers. */
function answersOf(program: ts.Program, folder: string): { answers: number; untyped: string[] } {
  const checker = program.getTypeChecker();
  const untyped: string[] = [];
  const seen = new Set<ts.Type>();
  const walk = (type: ts.Type, way: string): void => {
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) {
      untyped.push(way);
      return;
    }
    if (seen.has(type)) return;
    seen.add(type);
    if (type.isUnionOrIntersection()) for (const part of type.types) walk(part, way);
    else if (checker.isArrayType(type) || checker.isTupleType(type)) {
      for (const item of checker.getTypeArguments(type as ts.TypeReference)) walk(item, `${way}[]`);
    } else if (type.flags & ts.TypeFlags.Object) {
      for (const property of type.getProperties())
        walk(checker.getTypeOfSymbol(property), `${way}.${property.name}`);
      for (const { type: value } of checker.getIndexInfosOfType(type)) walk(value, `${way}.*`);
    }
  };
  const exported = (file: string): ts.Symbol[] =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(folder, file))!)!);
  const fields = (type: ts.Type): [name: string, type: ts.Type][] =>
    type
      .getProperties()
      .map((property) => [property.name, checker.getNonNullableType(checker.getTypeOfSymbol(property))]);
  const field = (type: ts.Type, name: string): ts.Type => fields(type).find(([each]) => each === name)![1];

  let answers = 0;
  // By operation and status. Only the content is checked, not the headers beside it.
  const operations = exported(OPENAPI_TYPESCRIPT).find(({ name }) => name === 'operations')!;
  for (const [operation, type] of fields(checker.getDeclaredTypeOfSymbol(operations))) {
    for (const [status, response] of fields(field(type, 'responses'))) {
      answers += 1;
      walk(field(response, 'content'), `${operation} ${status}`);
    }
  }
  for (const symbol of exported(HEY_API)) {
    if (!/(Responses|Errors)$/.test(symbol.name)) continue;
    for (const [status, type] of fields(checker.getDeclaredTypeOfSymbol(symbol))) {
      answers += 1;
      walk(type, `${symbol.name} ${status}`);
    }
  }
  return { answers, untyped };
}

describe('clients generated from the document', () => {
  const document = JSON.parse(JSON.stringify(openApi())) as {
    paths: Record<string, Record<string, { responses: object }>>;
    components: { schemas: Record<string, { properties: Record<string, object> }> };
  };

  it('compile in strict mode, and know the type of every answer', () => {
    const folder = generated(document);
    const program = compiled(folder);
    expect(errorsOf(program)).toEqual([]);
    const { answers, untyped } = answersOf(program, folder);
    const declared = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ responses }) => Object.keys(responses));
    // Both clients know every answer that the document declares.
    expect(answers).toBe(2 * declared.length);
    expect(untyped).toEqual([]);
  });

  it('fail the check if a schema is empty', () => {
    const vague = structuredClone(document);
    vague.components.schemas['PublishedRate']!.properties['absencePercent'] = {};
    const folder = generated(vague);
    const { untyped } = answersOf(compiled(folder), folder);
    expect(untyped.filter((way) => way.startsWith('queries.kpis 200'))).toHaveLength(1);
    expect(untyped.filter((way) => way.startsWith('QueriesKpisResponses 200'))).toHaveLength(1);
  });
});
