import { type EventStore, START } from '@waymark/core/kernel';
import { newEvent, readWhole, texts } from '../../support/events';

const STREAM = 'locker-1';
const note = (text: string) => newEvent('Noted', { text });

/** The requirements for reading the whole log page by page. */
export function pageCases(store: () => EventStore): void {
  describe('a page of the log', () => {
    const NOTED = new Set(['Noted']);
    const other = () => newEvent('Forgotten');
    /** The positions of all written events. */
    let written: number[];

    beforeEach(async () => {
      await store().append(STREAM, 'none', [note('a'), other(), note('b')]);
      await store().append('locker-2', 'none', [note('c'), other(), other()]);
      written = (await readWhole(store())).map(({ position }) => position);
    });

    it('extends through its last event if it is full', async () => {
      expect((await store().readAll(START, 2)).through).toBe(written[1]);
      expect((await store().readAll(written[0]!, 3)).through).toBe(written[3]);
      expect((await store().readAll(START, 1, NOTED)).through).toBe(written[0]);
      expect((await store().readAll(START, 2, NOTED)).through).toBe(written[2]);
    });

    it('extends through the end of the log if it is not full, for any types', async () => {
      for (const types of [undefined, NOTED, new Set(['Unheard']), new Set<string>()]) {
        for (const after of [START, written[2]!, written.at(-1)!]) {
          const { events, through } = await store().readAll(after, 100, types);
          expect(through).toBeGreaterThanOrEqual(written.at(-1)!);
          expect(texts(events)).toEqual(
            texts(await readWhole(store())).filter(
              (text, at) => written[at]! > after && (types?.has(text === undefined ? '' : 'Noted') ?? true),
            ),
          );
        }
      }
    });

    it('contains only events of the requested types, in one order', async () => {
      await store().append('locker-3', 'none', [newEvent('Kept'), note('d')]);

      const { events } = await store().readAll(written[2]!, 100, new Set(['Noted', 'Kept']));

      expect(events.map(({ type }) => type)).toEqual(['Noted', 'Kept', 'Noted']);
    });

    it.each([undefined, NOTED])('is followed by the next one, with the types %p', async (types) => {
      const first = await store().readAll(START, 100, types);
      const nothing = await store().readAll(first.through, 100, types);
      expect(nothing.events).toEqual([]);
      expect(nothing.through).toBeGreaterThanOrEqual(first.through);

      await store().append(STREAM, 'any', [note('later'), other()]);

      const next = await store().readAll(nothing.through, 100, NOTED);
      expect(texts(next.events)).toEqual(['later']);
    });
  });

  describe('the stored form of the log', () => {
    it('has the same pages, with each event as the text that was written', async () => {
      const notes = ['Zoë', '{"chain":"“”"}', '\u0000\n', '𝔘'].map(note);
      await store().append(STREAM, 'none', notes);
      await store().append('locker-2', 'none', [note('e')]);

      const [first, ...others] = (await store().readAll(START, 100)).events;
      for (const [after, limit] of [
        [START, 2],
        [first!.position, 3],
        [first!.position, 100],
        [others.at(-1)!.position, 5],
      ] as const) {
        const page = await store().readAll(after, limit);
        expect(await store().readStored(after, limit)).toEqual({
          through: page.through,
          events: page.events.map((event) => ({
            ...event,
            data: JSON.stringify(event.data),
            metadata: JSON.stringify(event.metadata),
          })),
        });
      }
    });

    it('is empty if nothing was written', async () => {
      expect((await store().readStored(START, 10)).events).toEqual([]);
    });
  });
}
