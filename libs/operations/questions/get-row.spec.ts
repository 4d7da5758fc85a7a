import { newEvent } from '@test/support/events';
import { answerTo } from '@test/support/questions';
import { openStores } from '@test/support/stores';
import type { Principal } from '@waymark/core/access';
import { Catalog } from '@waymark/core/projections';
import type { AccessLog } from '@waymark/governance/access';
import { views } from '@waymark/modules';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getRow } from './get-row';

const { pupil, journey: key } = exampleIds;
const model = { version: 1, weeks: 12, sessionMinutes: 60, sessionsPerPhase: 3, phases: ['One', 'Two'] };
const referred = { pupil, programme: 'ampe-2025-11', school: '990401', yearGroup: 8, model };
const consent = { on: '2025-10-13', by: 'PARENT' };

/** An access log that only notes what is recorded. */
const readsInto = (seen: unknown[]): AccessLog =>
  ({
    record: async ({ id }: Principal, what: string, people: Iterable<string>, reason?: string) =>
      void seen.push([id, what, [...people], ...(reason === undefined ? [] : [reason])]),
  }) as unknown as AccessLog;

describe('GetRow', () => {
  it('has the row of a position, folded from the log', async () => {
    const { events: log, rows: rowStore } = openStores();
    const stream = `journey-${key}`;
    await log.append(stream, 'none', [
      newEvent('PupilReferred', referred, { subject: pupil }),
      newEvent('ConsentGiven', consent, { subject: pupil }),
    ]);
    const [first, last] = (await log.readAll(-1, 10)).events;
    const seen: unknown[] = [];
    const accessLog = readsInto(seen);
    const sources = { log, rowStore, catalog: new Catalog(rowStore.control, views), accessLog };
    const at = (position?: number) =>
      answerTo(getRow, { view: 'caseload', key, ...(position !== undefined && { position }) }, {}, sources);

    const before = await at(first!.position);
    expect(before).toMatchObject({
      key,
      position: first!.position,
      events: 1,
      row: { pupil, consented: false },
    });
    const now = await at();
    expect(now).toMatchObject({ events: 2, last: { type: 'ConsentGiven' }, row: { consented: true } });
    expect(now.position).toBe(last!.position);
    // Nothing was built yet that is served beside it.
    expect(now).not.toHaveProperty('served');
    expect(seen).toEqual([
      ['asker', 'GetRow', [pupil]],
      ['asker', 'GetRow', [pupil]],
    ]);
  });

  it('is recorded in the access log before the row is folded, also if folding fails', async () => {
    const { events: log, rows: rowStore } = openStores();
    await log.append(`journey-${key}`, 'none', [newEvent('PupilReferred', { pupil }, { subject: pupil })]);
    const seen: unknown[] = [];
    const sources = { log, rowStore, catalog: new Catalog(rowStore.control, views) };
    const asked = answerTo(
      getRow,
      { view: 'caseload', key },
      { reason: 'a fault' },
      { ...sources, accessLog: readsInto(seen) },
    );
    await expect(asked).rejects.toMatchObject({ code: 'ROW_CANNOT_BE_FOLDED' });
    expect(seen).toEqual([['asker', 'GetRow', [pupil], 'a fault']]);
  });

  it('is refused where the view has and had no such row', async () => {
    const { events: log, rows: rowStore } = openStores();
    const seen: unknown[] = [];
    const accessLog = readsInto(seen);
    const sources = { log, rowStore, catalog: new Catalog(rowStore.control, views), accessLog };
    await expect(answerTo(getRow, { view: 'caseload', key }, {}, sources)).rejects.toMatchObject({
      code: 'UNKNOWN_ROW',
    });
  });

  it('is asked for a view there is, for which no role has a right but those that run the service', () => {
    expect(getRow.parts.view.id.pattern.test('caseload')).toBe(true);
    expect(getRow.parts.view.id.pattern.test('caseload2')).toBe(false);
    for (const name of ['pupil-outcomes', 'regional-kpis'])
      expect(getRow.parts.view.id.pattern.test(name)).toBe(true);
    expect(getRow.by).toEqual({ operations: 'all', 'local-operator': 'all' });
  });
});
