import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DRY_RUN_QUEUE, DryRunQueue } from '@waymark/platform';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { written } from '../imports/office';
import { mentors, programme, schools } from '../imports/papers';
import { latch } from '../support/jobs';
import { afterwards, temporaryDirectory } from '../support/stores';
import { startWaymark, waymark } from './command-line';

jest.setTimeout(120_000);

describe('a dry run on the command line', () => {
  it('waits for its turn, and frees it when it is killed', async () => {
    const [data, folder] = [temporaryDirectory(), temporaryDirectory()];
    written(folder, {
      'programme.json': JSON.stringify(programme),
      'schools.csv': schools,
      'mentors.csv': mentors(),
    });
    await waymark(data, 'import', folder);
    const rows = new SqliteRowStore(join(data, 'views.sqlite'));
    afterwards(() => rows.close());
    const entries = async (): Promise<number> =>
      ((await rows.control.get(DRY_RUN_QUEUE))?.doc as { entries: unknown[] } | undefined)?.entries.length ??
      0;
    const lengthIs = async (length: number): Promise<void> => {
      while ((await entries()) !== length) await pause(5);
    };

    const held = latch();
    const queue = new DryRunQueue({ control: rows.control, interval: 50 });
    const first = queue.run(new AbortController().signal, () => held.opened);
    const second = startWaymark(data, 'import', folder, '--dry-run', '--json');
    await lengthIs(2);
    second.kill();
    expect(await second.result).toMatchObject({ code: -1, out: '' });
    held.open();
    await first;

    // A killed process cannot leave the queue itself, so the next one must see that it is dead.
    const third = startWaymark(data, 'import', folder, '--dry-run', '--json');
    expect(await third.result).toMatchObject({ code: 0, errors: '' });
    await lengthIs(0);
  });
});
