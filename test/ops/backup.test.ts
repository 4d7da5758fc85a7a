import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Told, work } from '../crash/workload';
import { dataFolder, opened } from '../operations/data-folders';
import { readWhole } from '../support/events';
import { waymark } from './command-line';

jest.setTimeout(120_000);

describe('waymark backup', () => {
  it('backs up the data folder of a busy service, verifies the backup and restores it', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    const platform = await opened(data);
    const answers: Told[] = [];
    let [first, acknowledged] = [true, 0];
    let backingUp: ReturnType<typeof waymark> | undefined;
    await work(platform, (answer) => {
      answers.push(answer);
      if (!first || answers.length < 20 || !('position' in answer)) return;
      [first, acknowledged] = [false, answer.position];
      backingUp = waymark(data, 'backup', folder, '--json');
    });
    const { code, out, errors } = await backingUp!;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const manifest = JSON.parse(out);
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(manifest.events.head).toBeGreaterThanOrEqual(acknowledged);
    expect(readdirSync(folder)).not.toContain('keys');

    const verified = await waymark(data, 'backup', 'verify', folder, '--json');
    expect(verified).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(verified.out)).toEqual({ manifest, problems: [] });

    const used = await waymark(data, 'restore', folder, '--replace', '--json');
    expect(used).toMatchObject({ code: 1, out: '', errors: expect.stringMatching(/^DATA_IN_USE: /) });
    const whole = await readWhole(platform.events);
    await platform.close();
    const restored = await waymark(data, 'restore', folder, '--replace', '--json');
    expect(restored).toMatchObject({ code: 0, errors: '' });
    const { aside } = JSON.parse(restored.out);
    expect(existsSync(join(aside, 'events.sqlite'))).toBe(true);
    const again = await opened(data);
    await again.settle();
    const kept = await readWhole(again.events);
    expect(kept.slice(0, manifest.events.events)).toEqual(whole.slice(0, manifest.events.events));
  });

  it('prints results as text without --json', async () => {
    const { root, data } = await dataFolder();
    const [folder, restored] = [join(root, 'backup'), join(root, 'restored')];
    const made = await waymark(data, 'backup', folder, '--with-keys');
    expect(made.code).toBe(0);
    expect(made.out).toMatch(
      /^Backup made at 20.* by Waymark \d.*: 7 files, \d.* MiB\.\nIt contains [\d,]+ events up to position \d+/,
    );
    expect(made.out).toContain('These rows are up to date with the log.');
    expect(made.out).toContain('The keys are included: protect this backup as you protect the keys.');
    expect(made.errors).toMatch(/MiB/);
    const verified = await waymark(data, 'backup', 'verify', folder);
    expect(verified).toMatchObject({ code: 0, out: `The backup is intact.\n${made.out}` });
    const done = await waymark(data, 'restore', folder, '--data', restored);
    expect(done.code).toBe(0);
    expect(done.out).toMatch(
      /restored was restored to the state of 20.*Z: [\d,]+ events\. You can start services on it\.\n$/,
    );

    appendFileSync(join(folder, 'jobs.sqlite'), 'x');
    const damaged = await waymark(data, 'backup', 'verify', folder);
    expect(damaged).toMatchObject({
      code: 1,
      out: 'The backup is damaged:\n  jobs.sqlite has changed since the backup\n',
    });
  });

  it('prints the code and the message of an error, without a stack', async () => {
    const { root, data } = await dataFolder();
    const folder = join(root, 'backup');
    await waymark(data, 'backup', folder);
    const nowhere = join(root, 'nowhere');
    const wrong: readonly (readonly [message: RegExp, data: string, ...args: string[]])[] = [
      [/^FOLDER_NOT_EMPTY: /, data, 'backup', folder],
      [/^NO_DATA: /, nowhere, 'backup', join(root, 'more'), '--json'],
      [/^NO_BACKUP: /, data, 'backup', 'verify', nowhere, '--json'],
      [/^NO_BACKUP: /, data, 'restore', nowhere, '--data', join(root, 'restored'), '--json'],
      [/^DATA_NOT_EMPTY: .*--replace/, data, 'restore', folder, '--json'],
      [/^KEYS_MISSING: .*--keys/, nowhere, 'restore', folder, '--json'],
      [/^error: missing required argument/, data, 'backup'],
    ];
    await Promise.all(
      wrong.map(async ([message, of, ...args]) => {
        const { code, out, errors } = await waymark(of, ...args);
        expect({ args, code, out }).toEqual({ args, code: 1, out: '' });
        expect(errors).toMatch(message);
        expect(errors).not.toMatch(/\n\s+at /);
      }),
    );
    expect(existsSync(nowhere)).toBe(false);
    const keys = join(data, 'keys');
    expect((await waymark(nowhere, 'restore', folder, '--keys', keys)).code).toBe(0);
  });
});
