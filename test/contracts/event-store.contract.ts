import {
  type EventStore,
  type ExpectedRevision,
  type RecordedEvent,
  START,
  WrongExpectedRevision,
} from '@waymark/core/kernel';
import { appendInTurn, newEvent, range, readWhole, revisions, texts } from '../support/events';
import { pageCases } from './event-store/pages';

export interface OpenedEventStore {
  readonly store: EventStore;
  /** Close the store and open the same log again. */
  reopen(): Promise<EventStore>;
  /**
   * Another connection to the same log, as from another process; undefined if the store does not support it.
   */
  second?(): Promise<EventStore>;
  close(): Promise<void>;
}

const STREAM = 'locker-1';
const note = (text: unknown) => newEvent('Noted', { text });

/** The requirements for every event store. */
export function eventStoreContract(name: string, open: () => Promise<OpenedEventStore>): void {
  describe(`${name} as an event store`, () => {
    let opened: OpenedEventStore;
    let store: EventStore;
    // A store limited to one process is tested with the same connection twice.
    const second = async (): Promise<EventStore> => (await opened.second?.()) ?? store;

    beforeEach(async () => ({ store } = opened = await open()));
    afterEach(() => opened.close());

    /** Resolves once `condition` holds; checks it whenever the store reports that its log may have grown. */
    const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
      let wake: () => void = () => undefined;
      const stop = store.onAppended(() => wake());
      for (;;) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        if (await condition()) break;
        await woken;
      }
      stop();
    };

    describe('append', () => {
      it("numbers a stream from 0, for every kind of expected revision, and returns the last event's position", async () => {
        const answers = [
          await store.append(STREAM, 'none', [note('a')]),
          await store.append(STREAM, 0, [note('b'), note('c')]),
          await store.append(STREAM, 'any', [note('d')]),
          await store.append('locker-2', 'any', [note('e')]),
        ];

        const events = await store.readStream(STREAM);
        expect(revisions(events)).toEqual([0, 1, 2, 3]);
        expect(texts(events)).toEqual(['a', 'b', 'c', 'd']);
        expect(answers.map(({ revision }) => revision)).toEqual([0, 2, 3, 0]);
        const log = await readWhole(store);
        expect(answers.map(({ position }) => position)).toEqual([0, 2, 3, 4].map((at) => log[at]!.position));
      });

      it.each<{ expected: ExpectedRevision; stream: string; actual: number | 'none' }>([
        { expected: 'none', stream: STREAM, actual: 1 },
        { expected: 0, stream: STREAM, actual: 1 },
        { expected: 2, stream: STREAM, actual: 1 },
        { expected: 0, stream: 'locker-unused', actual: 'none' },
      ])(
        'refuses $expected if $stream is at $actual, and writes nothing',
        async ({ expected, stream, actual }) => {
          await store.append(STREAM, 'none', [note('a'), note('b')]);

          const error: unknown = await store
            .append(stream, expected, [note('c'), note('d')])
            .catch((e: unknown) => e);

          expect(error).toBeInstanceOf(WrongExpectedRevision);
          expect(error).toMatchObject({ stream, expected, actual });
          expect(texts(await readWhole(store))).toEqual(['a', 'b']);
        },
      );

      it('writes no event if one of them cannot be written, and does not affect concurrent appends', async () => {
        const unwritable = newEvent('Noted', { text: 10n }); // JSON cannot represent a bigint
        const outcomes = await Promise.allSettled([
          store.append('locker-before', 'none', [note('before')]),
          store.append(STREAM, 'none', [note('lost'), unwritable]),
          store.append('locker-stale', 7, [note('stale')]),
          store.append('locker-after', 'none', [note('after')]),
          store.append('locker-before', 0, [note('next')]),
        ]);

        expect(outcomes.map(({ status }) => status)).toEqual([
          'fulfilled',
          'rejected',
          'rejected',
          'fulfilled',
          'fulfilled',
        ]);
        expect(texts(await readWhole(store)).sort()).toEqual(['after', 'before', 'next']);
      });

      it('returns exactly what was written', async () => {
        const data = {
          text: `O'Brien said "née Zoë" \\ \n\t\u0000 \u2028 🧭 ${'𝔘'.repeat(3)} %_? \ud800`,
          nested: { list: [1, -0.5, 1e21, true, null, [], {}], '': 'empty key', 'a.b$': 'odd key' },
          large: 'ŵ€'.repeat(50_000), // at least 200 kB in UTF-8
        };
        const event = newEvent('Noted', data, {
          on: '2024-02-29',
          schema: 3,
          actor: 'policy:“allocation”',
          subject: 'pupil-ø',
          chain: { hash: 'aa', previous: 'bb' },
        });
        await store.append(STREAM, 'none', [event]);

        const expected = { ...event, stream: STREAM, revision: 0 };
        expect(await store.readStream(STREAM)).toEqual([expect.objectContaining(expected)]);
        expect(await readWhole(await opened.reopen())).toEqual([expect.objectContaining(expected)]);
      });
    });

    describe('reading', () => {
      it.each([
        { options: {}, found: [0, 1, 2, 3, 4] },
        { options: { from: 3 }, found: [3, 4] },
        { options: { limit: 2 }, found: [0, 1] },
        { options: { from: 1, limit: 2 }, found: [1, 2] },
        { options: { from: 5 }, found: [] },
        { options: { direction: 'backwards' as const }, found: [4, 3, 2, 1, 0] },
        { options: { direction: 'backwards' as const, limit: 1 }, found: [4] },
        { options: { direction: 'backwards' as const, from: 2 }, found: [2, 1, 0] },
        { options: { direction: 'backwards' as const, from: 9, limit: 2 }, found: [4, 3] },
      ])('finds $found of a stream with $options', async ({ options, found }) => {
        await store.append(STREAM, 'none', range(5).map(note));
        await store.append('locker-10', 'none', [note('of another stream')]);

        expect(revisions(await store.readStream(STREAM, options))).toEqual(found);
      });

      it('finds nothing in a stream that does not exist, in either direction', async () => {
        await store.append(STREAM, 'none', [note('a')]);

        expect(await store.readStream('locker-')).toEqual([]);
        expect(await store.readStream('locker-unused', { direction: 'backwards' })).toEqual([]);
      });

      it('returns the whole log once and in the order of writing, for any page size', async () => {
        const written: string[] = [];
        for (const at of range(23)) {
          const events = range((at % 3) + 1).map((n) => note(`${String(at)}.${String(n)}`));
          await store.append(`locker-${String(at % 4)}`, 'any', events);
          written.push(...events.map(({ data }) => (data as { text: string }).text));
        }

        for (const size of [1, 2, 7, written.length, 1_000]) {
          const log = await readWhole(store, size);
          expect(texts(log)).toEqual(written);
          const positions = log.map(({ position }) => position);
          expect(positions.every((position, at) => position > (positions[at - 1] ?? START))).toBe(true);
        }
        expect((await store.readAll(START, 5)).events).toHaveLength(5);
      });

      it('returns the position of its last event, and START for an empty log', async () => {
        expect(await store.head()).toBe(START);
        const { position } = await store.append(STREAM, 'none', [note('a'), note('b')]);

        expect(await store.head()).toBe(position);
        expect((await store.readAll(position, 10)).events).toEqual([]);
      });

      pageCases(() => store);

      it('reads an empty log through the requested position, or through its end', async () => {
        const { events, through } = await store.readAll(START, 10);
        expect(events).toEqual([]);
        expect(through).toBeGreaterThanOrEqual(START);
        await store.append(STREAM, 'none', [note('a')]);

        expect(texts((await store.readAll(through, 10)).events)).toEqual(['a']);
      });
    });

    describe('under concurrency', () => {
      it('lets one of 200 concurrent writers win each revision of a stream, until all have written', async () => {
        let waiting = range(200);
        const won: number[] = [];
        while (waiting.length > 0) {
          const expected = won.length === 0 ? 'none' : won.length - 1;
          const outcomes = await Promise.allSettled(
            waiting.map((writer) => store.append(STREAM, expected, [note(writer)])),
          );
          const winners = waiting.filter((_, at) => outcomes[at]!.status === 'fulfilled');
          const losers = outcomes.flatMap((outcome) =>
            outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
          );
          expect(winners).toHaveLength(1);
          expect(losers.every((reason) => reason instanceof WrongExpectedRevision)).toBe(true);
          won.push(...winners);
          waiting = waiting.filter((writer) => !winners.includes(writer));
        }

        const events = await store.readStream(STREAM);
        expect(texts(events)).toEqual(won);
        expect(revisions(events)).toEqual(range(200));
      }, 120_000);

      it('has all of 1,000 concurrent appends to many streams after it was reopened', async () => {
        const answers = await Promise.all(
          range(1_000).map((n) => store.append(`locker-${String(n % 37)}`, 'any', [note(n)])),
        );

        const log = await readWhole(await opened.reopen());
        expect(
          texts(log)
            .map(Number)
            .sort((a, b) => a - b),
        ).toEqual(range(1_000));
        const answered = new Map(answers.map(({ position, revision }, n) => [n, { position, revision }]));
        expect(
          log.every((event) => {
            const answer = answered.get((event.data as { text: number }).text)!;
            return answer.position === event.position && answer.revision === event.revision;
          }),
        ).toBe(true);
      });

      it('never gives the same revision to two connections, and shows each event once to a reader', async () => {
        const writers = [store, await second()];
        const followed: RecordedEvent[] = [];
        let after = START;
        const following = eventually(async () => {
          for (;;) {
            const page = await store.readAll(after, 3);
            followed.push(...page.events);
            after = page.through;
            if (page.events.length < 3) return followed.length >= 120;
          }
        });

        const appendAll = (writer: EventStore, label: string): Promise<void> =>
          appendInTurn(
            writer,
            STREAM,
            range(60).map((n) => note(`${label}${String(n)}`)),
          );
        await Promise.all(writers.map((writer, at) => appendAll(writer, 'ab'[at]!)));
        await following;

        const events = await store.readStream(STREAM);
        expect(revisions(events)).toEqual(range(120));
        for (const label of 'ab') {
          const own = texts(events).filter((text) => String(text).startsWith(label));
          expect(own).toEqual(range(60).map((n) => `${label}${String(n)}`));
        }
        expect(followed).toEqual(events);
      });
    });

    describe('onAppended', () => {
      it('wakes listeners for its own appends and those of another connection', async () => {
        const connections = [store, await second()];
        // Several rounds: one wake may be spurious, but not every one.
        for (const round of range(6)) {
          const seen = eventually(async () => (await readWhole(store)).length > round);
          await connections[round % 2]!.append(STREAM, 'any', [note(round)]);
          await seen;
        }
        expect(texts(await readWhole(store))).toEqual(range(6));
      });

      it('does not wake a removed listener, and continues to wake the others', async () => {
        const another = await second();
        const wake = jest.fn();
        const stop = store.onAppended(wake);
        await store.append(STREAM, 'any', [note(0)]);
        await eventually(() => Promise.resolve(wake.mock.calls.length > 0));
        stop();
        wake.mockClear();

        for (const connection of [store, another]) {
          const woken = new Promise<void>((resolve) => {
            const stopThis = store.onAppended(() => {
              stopThis();
              resolve();
            });
          });
          await connection.append(STREAM, 'any', [note(1)]);
          await woken;
        }
        expect(wake).not.toHaveBeenCalled();
      });
    });
  });
}
