import { claimId } from '@waymark/core/commands';
import { type EventStore, WrongExpectedRevision } from '@waymark/core/kernel';
import { range, readWhole } from '../support/events';
import { InstallLocker, OpenHall, refusal, send, submitterOver, TestClock } from '../support/lockers';
import { openStores } from '../support/stores';

type Append = EventStore['append'];

/** The log with a replaced append for some streams. */
const appending = (log: EventStore, to: string, append: Append): EventStore =>
  Object.create(log, {
    append: {
      value: (...args: Parameters<Append>) =>
        args[0].startsWith(to) ? append(...args) : log.append(...args),
    },
  }) as EventStore;

const NUMBER_17 = { number: '17', hall: 'north' };

describe('claims', () => {
  let stores: ReturnType<typeof openStores>;
  let clock: TestClock;
  let submitter: ReturnType<typeof submitterOver>;

  beforeEach(async () => {
    stores = openStores();
    clock = new TestClock();
    submitter = submitterOver(stores.events, clock);
    await send(submitter, 'hall-north', OpenHall, { room: 100 });
  });

  /** A process that dies between claiming a value and recording what it was claimed for. */
  const dying = () =>
    submitterOver(
      appending(stores.events, 'locker-', () => Promise.reject(new Error('died'))),
      clock,
    );

  it('give each value to exactly one of two streams that claim it concurrently in two processes', async () => {
    const processes = [submitter, submitterOver(stores.connect().events, clock)];
    const outcomes = await Promise.all(
      range(60).map((n) => {
        const number = String(Math.floor(n / 2));
        return refusal(
          send(processes[n % 2]!, `locker-l${String(n)}`, InstallLocker, { number, hall: 'north' }),
        );
      }),
    );

    for (const number of range(30)) {
      const pair = [2 * number, 2 * number + 1];
      expect(pair.map((n) => outcomes[n]).sort()).toEqual(['NUMBER_TAKEN', 'accepted']);
      const winner = `locker-l${String(pair.find((n) => outcomes[n] === 'accepted'))}`;
      expect(await submitter.holder('number', String(number))).toBe(winner);
      expect(await stores.events.readStream(winner)).toHaveLength(1);
    }
    expect((await readWhole(stores.events)).filter(({ type }) => type === 'LockerInstalled')).toHaveLength(
      30,
    );
  });

  it('do not store the value', async () => {
    await send(submitter, 'locker-a1', InstallLocker, { number: 'secret-17', hall: 'north' });

    const id = claimId(Buffer.alloc(32, 7), 'number', 'secret-17');
    const claimed = await stores.events.readStream(`claim-${id}`);
    expect(claimed.map(({ data }) => data)).toEqual([{ by: 'locker-a1', at: clock.now() }]);
    expect(JSON.stringify(claimed)).not.toContain('secret');
    expect(claimId(Buffer.alloc(32, 8), 'number', 'secret-17')).not.toBe(id);
  });

  it('lapse after a minute if the holder was never recorded', async () => {
    await expect(send(dying(), 'locker-a1', InstallLocker, NUMBER_17)).rejects.toThrow('died');

    clock.pass(59.999);
    expect(await refusal(send(submitter, 'locker-b2', InstallLocker, NUMBER_17))).toBe('NUMBER_TAKEN');
    clock.pass(0.001);
    expect(await refusal(send(submitter, 'locker-b2', InstallLocker, NUMBER_17))).toBe('accepted');
    expect(await submitter.holder('number', '17')).toBe('locker-b2');
    expect(await refusal(send(submitter, 'locker-a1', InstallLocker, NUMBER_17))).toBe('NUMBER_TAKEN');
  });

  it('can be retried by their own holder, and never lapse once it is recorded', async () => {
    await expect(send(dying(), 'locker-a1', InstallLocker, NUMBER_17)).rejects.toThrow('died');
    clock.pass(3_600);
    await send(submitter, 'locker-a1', InstallLocker, NUMBER_17);

    clock.pass(3_600);
    expect(await refusal(send(submitter, 'locker-b2', InstallLocker, NUMBER_17))).toBe('NUMBER_TAKEN');
  });

  it('are not replaced while their late holder is retrying', async () => {
    await expect(send(dying(), 'locker-a1', InstallLocker, NUMBER_17)).rejects.toThrow('died');
    clock.pass(3_600);

    // The other stream claims at the worst time: the claim is renewed, and the locker is not recorded yet.
    let other: string | undefined;
    const between = appending(stores.events, 'locker-a1', async (...args) => {
      other = await refusal(send(submitter, 'locker-b2', InstallLocker, NUMBER_17));
      return stores.events.append(...args);
    });
    const late = await refusal(send(submitterOver(between, clock), 'locker-a1', InstallLocker, NUMBER_17));

    expect([late, other]).toEqual(['accepted', 'NUMBER_TAKEN']);
  });

  it('go to one of two streams that take over a lapsed value concurrently', async () => {
    await expect(send(dying(), 'locker-a1', InstallLocker, NUMBER_17)).rejects.toThrow('died');
    clock.pass(60);

    const takers = [submitter, submitterOver(stores.connect().events, clock)];
    const outcomes = await Promise.all(
      takers.map((taker, n) => refusal(send(taker, `locker-b${String(n)}`, InstallLocker, NUMBER_17))),
    );
    expect(outcomes.sort()).toEqual(['NUMBER_TAKEN', 'accepted']);
  });

  it('do not report a value as taken because of mere contention', async () => {
    const overtaken = appending(stores.events, 'claim-', (stream) =>
      Promise.reject(new WrongExpectedRevision(stream, 'none', 0)),
    );

    const answer = send(submitterOver(overtaken, clock), 'locker-a1', InstallLocker, NUMBER_17);
    expect(await refusal(answer)).toBe('TOO_MUCH_CONTENTION');
  });
});
