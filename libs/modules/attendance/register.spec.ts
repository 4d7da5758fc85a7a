import fc from 'fast-check';
import { naivelyOver, period, recordings } from '@test/support/attendance/given';
import { pupilFacts, SCHOOL, schoolFacts } from '@test/support/given';
import { command, spec } from '@test/support/spec';
import type { DomainEvents } from '@waymark/modules/domain';
import { attendance, type MarkPart, RecordAttendance } from './attendance';
import { countPages, type RegisterPages, written } from './page';

const empty = spec(attendance).with({ pupil: pupilFacts, school: schoolFacts });

/** The register after recordings arrived in these batches, and its events. */
function arrived(batches: readonly (readonly MarkPart[])[]) {
  let register = empty;
  const events: DomainEvents['AttendanceRecorded'][] = [];
  for (const marks of batches.filter(({ length }) => length > 0)) {
    const decided = register.when(command(RecordAttendance, { school: SCHOOL, marks: [...marks] })).events();
    register = register.given(...decided);
    events.push(...decided.map(({ data }) => data));
  }
  return { facts: register.facts()!, events };
}

const pagesOf = (events: readonly DomainEvents['AttendanceRecorded'][]): RegisterPages =>
  events.reduce<RegisterPages>((pages, { marks }) => written(pages, marks), {});

/** The same recordings in another order, some of them repeated, cut into batches. */
const shuffled = recordings.chain((all) =>
  fc.record({
    all: fc.constant(all),
    order: fc.shuffledSubarray(all, { minLength: all.length }),
    again: fc.subarray(all),
    size: fc.integer({ min: 1, max: 20 }),
  }),
);

const batches = (marks: readonly MarkPart[], size: number): MarkPart[][] =>
  marks.length === 0 ? [] : [marks.slice(0, size), ...batches(marks.slice(size), size)];

describe('a register, regardless of the order in which recordings arrive', () => {
  it('counts the latest recording of each day', () => {
    fc.assert(
      fc.property(shuffled, period, ({ all, order, again, size }, over) => {
        const { facts } = arrived(batches([...order, ...again], size));
        expect(facts.countsOver(over)).toEqual(naivelyOver(all, over));
      }),
    );
  });

  it('keeps every recording once', () => {
    fc.assert(
      fc.property(shuffled, ({ all, order, again, size }) => {
        const { events } = arrived(batches([...order, ...again], size));
        const kept = events.flatMap(({ marks }) => marks.map(({ on, at }) => `${on} ${at}`));
        expect(kept.sort()).toEqual(all.map(({ on, at }) => `${on} ${at}`).sort());
      }),
    );
  });

  it('has pages that give the same counts for any period', () => {
    fc.assert(
      fc.property(shuffled, period, ({ order, size }, over) => {
        const { facts, events } = arrived(batches(order, size));
        expect(countPages(pagesOf(events), over)).toEqual(facts.countsOver(over));
      }),
    );
  });

  it('has the same pages', () => {
    fc.assert(
      fc.property(shuffled, ({ all, order, size }) => {
        expect(pagesOf(arrived(batches(order, size)).events)).toEqual(pagesOf(arrived([all]).events));
      }),
    );
  });
});

describe('a page of a register', () => {
  const mark = (on: string, am: string, pm: string) => ({ on, am, pm, at: '2025-09-03T16:00:00Z' });
  const pages = written({}, [
    mark('2025-09-01', '/', '\\'),
    mark('2025-10-31', 'C1', 'Y7'),
    mark('2025-10-30', '-', 'L'),
  ]);

  it('has a morning and an afternoon for each day of a month', () => {
    expect(pages).toEqual({
      '2025-09': '/\\'.padEnd(62),
      '2025-10': `${''.padEnd(58)}-L<_`,
    });
  });

  it('is overwritten by marks in force, not by marks superseded on arrival', () => {
    const mended = written(pages, [
      mark('2025-09-01', 'I', 'I'),
      { ...mark('2025-10-30', '/', '\\'), superseded: true },
    ]);
    expect(mended['2025-09']?.trimEnd()).toBe('II');
    expect(mended['2025-10']).toBe(pages['2025-10']);
    expect(pages['2025-09']?.trimEnd()).toBe('/\\');
  });

  it.each([
    ['2025-09-01', '2025-09-01', 2],
    ['2025-09-02', '2025-10-30', 1],
    ['2025-10-31', '2025-11-01', 1],
    ['2025-08-31', '2026-08-31', 4],
    ['2024-09-01', '2024-10-31', 0],
    ['2025-10-31', '2025-10-30', 0],
    ['2025-10-31', '2025-09-01', 0],
  ])('counts from %s to %s: %i possible', (from, to, possible) => {
    expect(countPages(pages, { from, to }).possible).toBe(possible);
  });
});
