import { dirname, join } from 'node:path';
import ts from 'typescript';

/** A value and the TypeScript type that it must have. */
export interface Typed {
  readonly label: string;
  readonly type: string;
  readonly value: unknown;
}

const root = join(__dirname, '../../..');

/**
 * The compiler's errors for values that do not match their type, by label. Each value becomes a literal of its type
 * in a file in memory, so that an excess field is found as well as a missing one.
 */
export function misfits(declarations: string, values: readonly Typed[]): string[] {
  const file = join(__dirname, 'literals.ts');
  const literals = values.map(
    ({ type, value }, index) => `export const value${index}: ${type} = ${JSON.stringify(value)};`,
  );
  const text = [declarations.replace(/\s+/g, ' '), ...literals].join('\n');

  const config = join(root, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    dirname(config),
  );
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    getSourceFile: (name, ...rest) =>
      name === file
        ? ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
        : disk.getSourceFile(name, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);

  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ start = 0, messageText }) => {
      const { line } = ts.getLineAndCharacterOfPosition(source!, start);
      const label = values[line - 1]?.label ?? 'declarations';
      return `${label}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    },
  );
}
