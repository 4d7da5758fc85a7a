import { join } from 'node:path';
import type { LogStore, SealSink } from '@waymark/core/kernel';
import { copyLog, verifyLog } from '@waymark/core/log';
import { SqliteEventStore } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { newEvent, range } from '../../support/events';
import { afterwards, openStores, temporaryDirectory } from '../../support/stores';
import { leftAs, Notary, SealList, storedIn, write } from './given';

/** A sink that cannot be read. */
class Outbox implements SealSink {
  readonly sent: { readonly number: number; readonly line: string }[] = [];
  fails = false;

  write(number: number, line: string): Promise<void> {
    if (this.fails) return Promise.reject(new Error('nobody answers'));
    this.sent.push({ number, line });
    return Promise.resolve();
  }
}

describe('sealing a log', () => {
  it('seals what was recorded since the last run, and nothing if nothing was', async () => {
    const { events } = openStores();
    const notary = new Notary();
    expect(await notary.seal(events)).toEqual({ seals: 0, events: 0, sealed: 0 });
    await write(events, 8);
    expect(await notary.seal(events)).toEqual({ seals: 1, events: 10, sealed: 10 });
    await write(events, 1);
    expect(await notary.seal(events)).toEqual({ seals: 1, events: 2, sealed: 12 });
    expect(await notary.seal(events)).toEqual({ seals: 0, events: 0, sealed: 12 });
    expect(await verifyLog(events, notary.seals)).toMatchObject({ seals: 2, sealed: 12 });
  });

  it('writes several seals for many events', async () => {
    const { events } = openStores();
    await events.append(
      'journey-a',
      'none',
      range(12_000).map((n) => newEvent('NoteTaken', { n })),
    );
    const notary = new Notary();
    expect(await notary.seal(events)).toEqual({ seals: 3, events: 12_000, sealed: 12_000 });
    expect(await verifyLog(events, notary.seals)).toMatchObject({ events: 12_000, sealed: 12_000, seals: 3 });
  });

  it('continues after the last seal if the saved one is missing or out of date', async () => {
    const { events } = openStores();
    const first = new Notary();
    await write(events, 5);
    await first.seal(events);
    const second = new Notary([first.list]);
    Object.assign(second, { key: first.key });
    await write(events, 5);
    expect(await second.seal(events)).toMatchObject({ seals: 1, sealed: 14 });
    await write(events, 5);
    // The first sealer saved one seal, and there are two.
    expect(await first.seal(events)).toMatchObject({ seals: 1, sealed: 21 });
    expect(await verifyLog(events, first.seals)).toMatchObject({ seals: 3, sealed: 21 });
  });

  it('continues with a copy of the log that has other positions', async () => {
    const { events } = openStores();
    const notary = new Notary();
    await write(events, 20);
    await notary.seal(events);
    await write(events, 20);
    await notary.seal(events);
    const copied = (await storedIn(events)).map((event) => ({ ...event, position: event.position * 1_000 }));
    const more = { ...copied[0]!, stream: 'journey-new', position: 1_000_000 };
    expect(await notary.seal(leftAs([...copied, more]))).toMatchObject({ seals: 1, events: 1, sealed: 51 });
  });

  it('uses the saved seal if no sink is readable, and writes to all sinks', async () => {
    const { events } = openStores();
    const [one, other] = [new Outbox(), new Outbox()];
    const notary = new Notary([one, other]);
    for (const _turn of range(3)) {
      await write(events, 4);
      await notary.seal(events);
    }
    expect(one.sent.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(other.sent).toEqual(one.sent);
    const list = new SealList(one.sent.map(({ line }) => line));
    expect(await verifyLog(events, { ...notary.seals, seals: list.lines })).toMatchObject({ sealed: 15 });
  });

  it('stores a seal again that was not stored everywhere, instead of another one of its number', async () => {
    const { events } = openStores();
    const [outbox, list, trail] = [new Outbox(), new SealList(), new Outbox()];
    const notary = new Notary([list, trail, outbox]);
    await write(events, 4);
    outbox.fails = true;
    await expect(notary.seal(events)).rejects.toThrow('nobody answers');
    await write(events, 4);
    outbox.fails = false;
    await notary.seal(events);
    await write(events, 4);
    await notary.seal(events);

    // Sinks that cannot be read are written before readable ones.
    expect(trail.sent.map(({ number }) => number)).toEqual([1, 1, 2, 3]);
    expect(trail.sent[0]).toEqual(trail.sent[1]);
    expect(list.kept).toEqual(trail.sent.slice(1).map(({ line }) => line));
    expect(outbox.sent).toEqual(trail.sent.slice(1));
    expect(await verifyLog(events, { ...notary.seals, seals: list.lines })).toMatchObject({
      ...{ seals: 3, sealed: 15 },
    });
  });

  it('is done by one process at a time, and by another once the lease expires', async () => {
    const { events } = openStores();
    const notary = new Notary();
    await write(events, 4);
    const all = await Promise.all(range(4).map(() => notary.seal(events)));
    expect(all.filter((report) => report !== undefined)).toEqual([{ seals: 1, events: 5, sealed: 5 }]);

    const { doc, revision } = (await notary.control.get('seals'))!;
    await notary.control.put('seals', revision, { ...doc, busy: '2026-01-05T08:05:00.000Z' });
    expect(await notary.seal(events)).toBeUndefined();
    notary.now = '2026-01-05T08:05:00.001Z';
    expect(await notary.seal(events)).toEqual({ seals: 0, events: 0, sealed: 5 });
  });

  it('is refused if seals are missing, unless a new series is started', async () => {
    const { events } = openStores();
    const notary = new Notary();
    await write(events, 4);
    await notary.seal(events);
    await expect(notary.seal(events, { anew: true })).rejects.toMatchObject({ code: 'SEALS_THERE' });
    notary.list.kept.splice(0);
    await expect(notary.seal(events)).rejects.toMatchObject({ code: 'SEALS_LOST' });
    await expect(notary.seal(events)).rejects.toMatchObject({ code: 'SEALS_LOST' });
    expect(await notary.seal(events, { anew: true })).toEqual({ seals: 1, events: 5, sealed: 5 });
    expect((await verifyLog(events, notary.seals)).fault).toBeUndefined();
  });

  it.each(['the log', 'the views'])(
    'continues the series if no sink can be read and only %s records it',
    async (what) => {
      const { events } = openStores();
      const outbox = new Outbox();
      const first = new Notary([outbox]);
      await write(events, 4);
      await first.seal(events);
      await write(events, 4);
      const other = new Notary([outbox]);
      Object.assign(other, { key: first.key, ...(what === 'the views' && { control: first.control }) });
      const log = Object.create(events, {
        sealRecord: { value: () => (what === 'the log' ? events.sealRecord() : Promise.resolve(undefined)) },
      }) as LogStore;
      expect(await other.seal(log)).toEqual({ seals: 1, events: 5, sealed: 10 });
      expect(outbox.sent.map(({ number }) => number)).toEqual([1, 2]);
    },
  );

  it('is refused if the record of the log was changed', async () => {
    const { events } = openStores();
    for (const text of ['{', 'null', '7', '{}', '{"series":1}']) {
      await events.saveSealRecord(text);
      await expect(new Notary().seal(events)).rejects.toMatchObject({ code: 'SEAL_RECORD_UNREADABLE' });
    }
    await write(events, 4);
    expect(await new Notary().seal(events, { anew: true })).toMatchObject({ sealed: 5 });
  });

  it('is refused if the log does not match the last seal, or the last line is not a seal', async () => {
    const { events } = openStores();
    const notary = new Notary();
    await write(events, 4);
    await notary.seal(events);
    const log = await storedIn(events);
    await expect(notary.seal(leftAs(log.slice(0, -1)))).rejects.toMatchObject({ code: 'LOG_NOT_AS_SEALED' });
    notary.list.kept.push('{"number":2}');
    await expect(notary.seal(events)).rejects.toMatchObject({ code: 'SEALS_UNREADABLE' });
  });

  it('still covers a log that is copied to another store', async () => {
    const { events } = openStores();
    const notary = new Notary();
    await write(events, 30);
    await notary.seal(events);
    const copy = new SqliteEventStore(join(temporaryDirectory(), 'copy.sqlite'));
    afterwards(() => copy.close());
    await copyLog(events, copy);
    expect(await verifyLog(copy, notary.seals)).toEqual(await verifyLog(events, notary.seals));
  });
});
