import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Argument, Command, Option } from 'commander';
import { nameOf, withSubcommands } from '../../apps/ops/command-names';
import { errorText } from '../../apps/ops/output';
import { waymark } from '../../apps/ops/program';
import { commandActions } from '../../apps/ops/rights';
import { temporaryDirectory } from '../support/stores';
import { withEnvironment } from '../support/environment';

/** Values of mandatory options, where not just any text is valid. */
const values: Readonly<Record<string, string>> = {
  '--from': '2025-09-03',
  '--to': '2025-10-24',
  '--role': 'operations',
};

const commands = withSubcommands(waymark).filter((command) => nameOf(command) in commandActions);
/** Commands that create a data folder, and those that do not use the one in WAYMARK_DATA. */
const others = ['import', 'token', 'restore', 'copy', 'backup verify', 'certificate'];
const needing = commands.filter((command) => !others.includes(nameOf(command)));

const argumentFor = ({ argChoices }: Argument): string => argChoices?.[0] ?? 'x';
const optionFor = ({ long, argChoices }: Option): string[] => [
  long!,
  values[long!] ?? argChoices?.[0] ?? 'x',
];

/** Words that call a command correctly: each required argument and option. */
const wordsFor = (command: Command): string[] => [
  ...nameOf(command).split(' '),
  ...command.registeredArguments.filter(({ required }) => required).map(argumentFor),
  ...command.options.filter(({ mandatory }) => mandatory).flatMap(optionFor),
];

/** The error that a command ends with on a data folder. */
const errorOn = (data: string, words: readonly string[]): Promise<unknown> =>
  withEnvironment({ WAYMARK_DATA: data, WAYMARK_TOKEN: undefined }, () =>
    waymark.parseAsync(words, { from: 'user' }).then(
      () => undefined,
      (error: unknown) => error,
    ),
  );

beforeAll(() => {
  for (const command of withSubcommands(waymark)) command.configureOutput({ writeErr: () => undefined });
});

describe('each command', () => {
  it('is called by the tests below', () => {
    expect(commands.map(nameOf).sort()).toEqual(Object.keys(commandActions).sort());
    expect(needing.length).toBeGreaterThan(25);
  });

  it.each(needing.map((command) => [nameOf(command), command] as const))(
    '%s refuses a data folder that does not exist, or is empty, and creates nothing',
    async (_name, command) => {
      const empty = temporaryDirectory();
      for (const data of [join(empty, 'none'), empty]) {
        expect(await errorOn(data, wordsFor(command))).toMatchObject({
          code: 'NO_DATA',
          message: expect.stringContaining('WAYMARK_DATA'),
        });
        expect(readdirSync(empty)).toEqual([]);
      }
    },
  );

  it.each([...needing.map(nameOf), 'import', 'token'])(
    '%s refuses a file, and a folder of other things, and leaves it unchanged',
    async (name) => {
      const words = wordsFor(commands.find((command) => nameOf(command) === name)!);
      const folder = temporaryDirectory();
      writeFileSync(join(folder, 'holiday.txt'), '');
      for (const data of [folder, join(folder, 'holiday.txt')])
        expect(await errorOn(data, words)).toMatchObject({
          code: 'NOT_A_DATA_FOLDER',
          message: expect.stringContaining('WAYMARK_DATA'),
        });
      expect(readdirSync(folder)).toEqual(['holiday.txt']);
    },
  );

  it.each(commands.map((command) => [nameOf(command), command] as const))(
    '%s refuses an unknown option and an argument too many',
    async (_name, command) => {
      const data = join(temporaryDirectory(), 'none');
      const words = wordsFor(command);
      const unknown = await errorOn(data, [...words, '--no-such-option']);
      expect(unknown).toMatchObject({ code: 'commander.unknownOption' });
      if (!command.registeredArguments.at(-1)?.variadic) {
        const optional = command.registeredArguments.filter(({ required }) => !required).map(argumentFor);
        const excess = await errorOn(data, [...words, ...optional, 'more']);
        expect(excess).toMatchObject({
          code: expect.stringMatching(/^commander\.(excessArguments|unknownCommand)$/),
        });
      }
      expect(existsSync(data)).toBe(false);
    },
  );
});

describe('the error for a data folder', () => {
  it('has the path only on the terminal', async () => {
    const data = join(temporaryDirectory(), 'none');
    const error = await errorOn(data, ['kpis']);
    expect((error as Error).message).not.toContain(data);
    expect(errorText(error)).toMatch(/^NO_DATA: /);
    expect(errorText(error)).toContain(data);
  });

  it('comes before a token is checked, which would open the data', async () => {
    const data = join(temporaryDirectory(), 'none');
    const refused = await withEnvironment({ WAYMARK_DATA: data, WAYMARK_TOKEN: 'x.y.z' }, () =>
      waymark.parseAsync(['kpis'], { from: 'user' }).catch((error: unknown) => error),
    );
    expect(refused).toMatchObject({ code: 'NO_DATA' });
    expect(existsSync(data)).toBe(false);
  });
});
