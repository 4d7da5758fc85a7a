import { bodyHash } from '@waymark/core/commands';
import { type EventStore, WrongExpectedRevision } from '@waymark/core/kernel';
import { range } from '../support/events';
import {
  CAP,
  InstallLocker,
  OpenHall,
  PutItems,
  refusal,
  renamedSubmitterOver,
  send,
  StoreItems,
  submitterOver,
  TestClock,
} from '../support/lockers';
import { type Connection, openStores } from '../support/stores';

const LOCKER = 'locker-a1';
const KEY = { idempotencyKey: 'key-1' };

describe('Submitter', () => {
  let stores: ReturnType<typeof openStores>;
  let events: EventStore;
  let submitter: ReturnType<typeof submitterOver>;

  beforeEach(async () => {
    stores = openStores();
    ({ events } = stores);
    submitter = submitterOver(events);
    await send(submitter, 'hall-north', OpenHall, { room: 3 });
    await send(submitter, LOCKER, InstallLocker, { number: '17', hall: 'north' });
  });

  /** Another process: a separate connection and an empty cache. */
  const restarted = ({ events: log }: Connection = stores.connect()) => submitterOver(log);
  const stored = async () =>
    (await events.readStream(LOCKER)).filter(({ type }) => type === 'ItemStored').map(({ data }) => data);

  describe('a command that changes something', () => {
    it('records the day, the time, the actor, the subject and the cause', async () => {
      const clock = new TestClock('2025-10-01T09:30:00.123Z');
      const command = { items: ['bag', 'coat'], day: '2025-09-30' };
      const answer = await send(submitterOver(events, clock), LOCKER, StoreItems, command, {
        actor: 'ms-gray',
        correlation: 'request-9',
        causation: 'event-8',
        ...KEY,
      });

      const commandId = submitter.ids.of('ms-gray', LOCKER, KEY.idempotencyKey);
      const recorded = await events.readStream(LOCKER, { from: 1 });
      expect(recorded.map(({ metadata }) => metadata)).toEqual(
        range(2).map(() => ({
          on: '2025-09-30',
          recordedAt: '2025-10-01T09:30:00.123Z',
          schema: 2,
          actor: 'ms-gray',
          subject: 'owner-of-a1',
          correlation: 'request-9',
          causation: 'event-8',
          command: { id: commandId, hash: bodyHash(Buffer.alloc(32, 7), command) },
        })),
      );
      expect(recorded.map(({ type, data }) => [type, data])).toEqual([
        ['ItemStored', { item: 'bag' }],
        ['ItemStored', { item: 'coat' }],
      ]);
      expect(new Set(recorded.map(({ id }) => id)).size).toBe(2);
      expect(answer).toEqual({
        stream: LOCKER,
        revision: 2,
        position: recorded[1]!.position,
        events: ['ItemStored', 'ItemStored'],
        repeated: false,
      });
    });

    it('is its own cause by default, and about today', async () => {
      await send(submitter, LOCKER, StoreItems, { items: ['bag'] });

      const { metadata } = (await events.readStream(LOCKER, { from: 1 }))[0]!;
      const { id } = metadata.command;
      expect(metadata).toMatchObject({ on: '2025-09-03', correlation: id, causation: id });
    });
  });

  describe('a retried command', () => {
    const bag = { items: ['bag'] };

    it('has one effect and returns its first answer again, later and after a restart', async () => {
      const first = await send(submitter, LOCKER, StoreItems, bag, KEY);
      await send(submitter, LOCKER, StoreItems, { items: ['coat'] });

      for (const again of [submitter, restarted()]) {
        expect(await send(again, LOCKER, StoreItems, bag, KEY)).toEqual({ ...first, repeated: true });
      }
      expect(await stored()).toEqual([{ item: 'bag' }, { item: 'coat' }]);
    });

    it.each([
      { processes: 'one process', revision: undefined },
      { processes: 'two processes', revision: undefined },
      { processes: 'two processes', revision: 0 },
    ])(
      'has one effect while the first is in progress in $processes, with revision $revision',
      async (given) => {
        const other = given.processes === 'one process' ? submitter : restarted();
        const rest = { ...KEY, ...(given.revision === undefined ? {} : { ifRevision: given.revision }) };
        const answers = await Promise.all([
          send(submitter, LOCKER, StoreItems, bag, rest),
          send(other, LOCKER, StoreItems, bag, rest),
        ]);

        expect(answers.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
        expect(answers[0]).toEqual({ ...answers[1], repeated: answers[0].repeated });
        expect(await stored()).toEqual([{ item: 'bag' }]);
      },
    );

    it('is refused if its key was used with another body, regardless of field order', async () => {
      await send(submitter, LOCKER, StoreItems, { items: ['bag'], day: '2025-09-01' }, KEY);

      for (const again of [submitter, restarted()]) {
        expect(await refusal(send(again, LOCKER, StoreItems, { items: ['coat'] }, KEY))).toBe(
          'IDEMPOTENCY_KEY_REUSED',
        );
        const reordered = await send(again, LOCKER, StoreItems, { day: '2025-09-01', items: ['bag'] }, KEY);
        expect(reordered.repeated).toBe(true);
      }
      expect(await stored()).toEqual([{ item: 'bag' }]);
    });

    it('is recognised if the command was renamed since, and its events have the same ids', async () => {
      const first = await send(submitter, LOCKER, StoreItems, bag, KEY);
      const renamed = renamedSubmitterOver(stores.connect().events);
      expect(await send(renamed, LOCKER, PutItems, bag, KEY)).toEqual({ ...first, repeated: true });
      const again = send(renamed, LOCKER, PutItems, { items: ['coat'] }, KEY);
      expect(await refusal(again)).toBe('IDEMPOTENCY_KEY_REUSED');
      expect(await refusal(send(renamed, LOCKER, StoreItems, bag))).toBe('UNKNOWN_COMMAND');

      // The same commands, all sent to the later release.
      const other = openStores();
      const later = renamedSubmitterOver(other.events);
      await send(later, 'hall-north', OpenHall, { room: 3 });
      await send(later, LOCKER, InstallLocker, { number: '17', hall: 'north' });
      await send(later, LOCKER, PutItems, bag, KEY);
      const idOfLast = async (log: EventStore) => (await log.readStream(LOCKER)).at(-1)!.id;
      expect(await idOfLast(other.events)).toBe(await idOfLast(events));
    });

    it('is another command if its key comes from another actor or for another stream', async () => {
      await send(submitter, LOCKER, StoreItems, { items: ['bag'] }, KEY);
      await send(submitter, 'locker-b2', InstallLocker, { number: '18', hall: 'north' });

      const answers = [
        await send(submitter, LOCKER, StoreItems, { items: ['coat'] }, { ...KEY, actor: 'another' }),
        await send(submitter, 'locker-b2', StoreItems, { items: ['coat'] }, KEY),
      ];
      expect(answers.map(({ repeated }) => repeated)).toEqual([false, false]);
    });

    it('is decided again if it was refused before: a refusal records nothing', async () => {
      await send(submitter, LOCKER, StoreItems, { items: range(CAP).map(String) });
      const before = await events.head();

      expect(await refusal(send(submitter, LOCKER, StoreItems, { items: ['bag', 'coat'] }, KEY))).toBe(
        'LOCKER_FULL',
      );
      expect(
        await refusal(send(submitter, 'locker-b2', InstallLocker, { number: '18', hall: 'south' }, KEY)),
      ).toBe('UNKNOWN_HALL');
      expect(await events.head()).toBe(before);

      await send(submitter, 'hall-south', OpenHall, { room: 1 });
      const again = await send(submitter, 'locker-b2', InstallLocker, { number: '18', hall: 'south' }, KEY);
      expect(again).toMatchObject({ events: ['LockerInstalled'], repeated: false });
    });
  });

  describe('a command that is not carried out', () => {
    it("records nothing if there is nothing to change, and returns the stream's revision", async () => {
      const { position } = await send(submitter, LOCKER, StoreItems, { items: ['bag'] });

      const answer = await send(submitter, LOCKER, StoreItems, { items: ['bag'] }, KEY);
      expect(answer).toEqual({ stream: LOCKER, revision: 1, position, events: [], repeated: false });
      expect(await stored()).toEqual([{ item: 'bag' }]);
    });

    it('is refused if the record has changed since the client read it', async () => {
      const at = (ifRevision: number) =>
        send(submitter, LOCKER, StoreItems, { items: [String(ifRevision)] }, { ifRevision });

      expect(await refusal(at(-1))).toBe('STALE_REVISION');
      expect((await at(0)).revision).toBe(1);
      expect(await refusal(at(0))).toBe('STALE_REVISION');
      expect(await refusal(at(2))).toBe('STALE_REVISION');
      expect(await stored()).toEqual([{ item: '0' }]);
      const first = await send(
        submitter,
        'locker-b2',
        InstallLocker,
        { number: '18', hall: 'north' },
        { ifRevision: -1 },
      );
      expect(first.revision).toBe(0);
    });

    it('is refused if another process changes the record during the decision', async () => {
      const outcomes = await Promise.all(
        [submitter, restarted()].map((each, n) =>
          refusal(send(each, LOCKER, StoreItems, { items: [`item ${String(n)}`] }, { ifRevision: 0 })),
        ),
      );

      expect(outcomes.sort()).toEqual(['STALE_REVISION', 'accepted']);
      expect(await stored()).toHaveLength(1);
    });

    it('is refused if it names something that does not exist', async () => {
      const before = await events.head();
      const install = {
        module: 'locker',
        id: 'b2',
        command: { number: '18', hall: 'south' },
        actor: 'tester',
      };
      const command = Object.assign(new InstallLocker(), install.command);

      await expect(submitter.submit({ ...install, command })).rejects.toMatchObject({
        code: 'UNKNOWN_HALL',
        kind: 'invalid',
        errors: [expect.objectContaining({ field: 'hall', code: 'UNKNOWN_HALL' })],
      });
      expect(await submitter.unknown({ ...install, command })).toEqual([
        expect.objectContaining({ field: 'hall' }),
      ]);
      expect(await refusal(send(submitter, 'locker-b2', StoreItems, { items: ['bag'] }))).toBe(
        'UNKNOWN_LOCKER',
      );
      expect(await refusal(submitter.submit({ ...install, command, module: 'boat' }))).toBe('UNKNOWN_MODULE');
      expect(await refusal(submitter.submit(install))).toBe('UNKNOWN_COMMAND');
      expect(await events.head()).toBe(before);
    });
  });

  describe('under concurrency', () => {
    it('enforces a cap over 200 concurrent commands', async () => {
      const outcomes = await Promise.all(
        range(200).map((n) => refusal(send(submitter, LOCKER, StoreItems, { items: [`item ${String(n)}`] }))),
      );

      const accepted = outcomes.flatMap((outcome, n) => (outcome === 'accepted' ? [n] : []));
      expect(new Set(outcomes)).toEqual(new Set(['accepted', 'LOCKER_FULL']));
      expect(accepted).toHaveLength(CAP);
      expect(await stored()).toEqual(accepted.map((n) => ({ item: `item ${String(n)}` })));
    });

    it('enforces it over two processes', async () => {
      const processes = [submitter, restarted()];
      const outcomes = await Promise.all(
        range(100).map((n) =>
          refusal(send(processes[n % 2]!, LOCKER, StoreItems, { items: [`item ${String(n)}`] })),
        ),
      );

      expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(CAP);
      expect(outcomes.filter((outcome) => outcome === 'LOCKER_FULL')).toHaveLength(100 - CAP);
      expect(await stored()).toHaveLength(CAP);
    });

    it('is refused, with nothing recorded, if other writers always come first', async () => {
      const before = await events.head();
      const overtaken = Object.create(events, {
        append: { value: (stream: string) => Promise.reject(new WrongExpectedRevision(stream, 0, 1)) },
      }) as EventStore;

      const answer = send(submitterOver(overtaken), LOCKER, StoreItems, { items: ['bag'] });
      expect(await refusal(answer)).toBe('TOO_MUCH_CONTENTION');
      expect(await events.head()).toBe(before);
    });
  });
});
