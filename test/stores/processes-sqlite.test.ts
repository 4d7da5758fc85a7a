import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { SqliteRowStore } from '@waymark/stores/sqlite/rows/sqlite-row-store';
import { range } from '../support/events';
import { message, startProcess } from '../support/process';
import { STREAM, VIEW, type Won } from '../support/rival';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(30_000); // starting processes is slow on a busy machine

/**
 * Cases that need separate processes: two connections in one process are never in a transaction at the same
 * time.
 */
describe('SQLite stores in several processes', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    // Create the files, as on any service that has run before.
    connect();
  });

  const connect = () => {
    const events = new SqliteEventStore(join(directory, 'events.sqlite'));
    const rows = new SqliteRowStore(join(directory, 'views.sqlite'));
    afterwards(() => Promise.all([events.close(), rows.close()]));
    return { events, rows };
  };

  const rivals = async (labels: readonly string[], count: number): Promise<ChildProcess[]> => {
    const children = labels.map((label) => startProcess('rival.ts', directory, label, String(count)));
    expect(await Promise.all(children.map(message))).toEqual(labels.map(() => 'ready'));
    return children;
  };

  const found = async () => {
    const { events, rows } = connect();
    await rows.prepare(VIEW);
    const stream = await events.readStream(STREAM);
    const batches = await rows.find(VIEW);
    return {
      revisions: stream.map(({ revision }) => revision),
      writers: stream.map(({ data }) => (data as { by: string }).by),
      batches: new Map(batches.map(({ key, row }) => [Number(key), (row as { by: string }).by])),
      checkpoint: await rows.checkpoint(VIEW),
    };
  };

  it('give each revision and each checkpoint to exactly one process, the one that was told so', async () => {
    const labels = ['a', 'b', 'c'];
    const children = await rivals(labels, 100);
    const won = children.map((): Won[] => []);
    children.forEach((child, at) => child.on('message', (said) => won[at]!.push(said as Won)));
    const ends = children.map((child) => once(child, 'close'));
    for (const child of children) child.send('go');
    expect(await Promise.all(ends)).toEqual(labels.map(() => [0, null]));

    const { revisions, writers, batches, checkpoint } = await found();
    expect(revisions).toEqual(range(300));
    expect(checkpoint).toBe(299);
    labels.forEach((label, at) => {
      expect(won[at]).toHaveLength(100);
      expect(won[at]!.every(({ revision }) => writers[revision] === label)).toBe(true);
      expect(won[at]!.every((each) => batches.get(each.checkpoint) === label)).toBe(true);
    });
  });

  it('have everything that was acknowledged before the processes were killed', async () => {
    const [child] = (await rivals(['a'], 1_000_000)) as [ChildProcess];
    const won: Won[] = [];
    const enough = new Promise<void>((resolve) => {
      child.on('message', (said) => {
        if (won.push(said as Won) === 50) resolve();
      });
    });
    child.send('go');
    await enough;
    child.kill('SIGKILL');
    await once(child, 'close');

    const { revisions, batches, checkpoint } = await found();
    expect(revisions).toEqual(range(revisions.length));
    expect(revisions).toEqual(expect.arrayContaining(won.map(({ revision }) => revision)));
    expect([...batches.keys()].sort((a, b) => a - b)).toEqual(range(checkpoint + 1));
    expect([...batches.keys()]).toEqual(expect.arrayContaining(won.map((each) => each.checkpoint)));
  });
});
