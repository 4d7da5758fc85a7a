import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { Platform } from '@waymark/platform';
import { temporaryDirectory } from '../support/stores';
import { waymark } from './command-line';

const folder = join(__dirname, '../../apps/ops/commands');

/** The commands of the command line that have both of these options. */
const commandsWith = (...flags: readonly string[]): Command[] =>
  readdirSync(folder)
    .flatMap((file) => Object.values(jest.requireActual<Record<string, unknown>>(join(folder, file))))
    .filter((each): each is Command => each instanceof Command)
    .filter(({ options }) => flags.every((flag) => options.some((option) => option.flags === flag)));

jest.setTimeout(120_000);

describe('a command with a period', () => {
  it('is refused like the same request over HTTP if the period ends before it begins', async () => {
    const commands = commandsWith('--from <day>', '--to <day>').map((command) => command.name());
    expect(commands.sort()).toEqual(['attendance', 'kpis']);
    const data = temporaryDirectory();
    await (await Platform.open({ data })).close();
    for (const name of commands) {
      const asked = [name, '--by', 'area', '--from', '2025-10-02', '--to', '2025-10-01', '--json'];
      const { code, out, errors } = await waymark(data, ...asked);
      expect([name, code, out]).toEqual([name, 1, '']);
      expect(errors).toMatch(/^INVALID_FIELDS: .*\n {2}to: PERIOD_ENDS_BEFORE_IT_BEGINS: /);
      const oneDay = [name, '--by', 'area', '--from', '2025-10-01', '--to', '2025-10-01', '--json'];
      expect(await waymark(data, ...oneDay)).toMatchObject({ code: 0, errors: '', out: '[]\n' });
    }
  });
});
