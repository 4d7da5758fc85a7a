import { newEvent } from '@test/support/events';
import { answerTo } from '@test/support/questions';
import { openStores } from '@test/support/stores';
import { Catalog } from '@waymark/core/projections';
import { views } from '@waymark/modules';
import { exampleIds } from '@waymark/modules/shared/examples';
import { getRow } from './get-row';

const { pupil, journey: key } = exampleIds;
const model = { version: 1, weeks: 12, sessionMinutes: 60, sessionsPerPhase: 3, phases: ['One', 'Two'] };
const referred = { pupil, programme: 'ampe-2025-11', school: '990401', yearGroup: 8, model };
const consent = { on: '2025-10-13', by: 'PARENT' };

describe('GetRow', () => {
  it('has the row of a position, folded from the log', async () => {
    const { events: log, rows: rowStore } = openStores();
    const stream = `journey-${key}`;
    await log.append(stream, 'none', [
      newEvent('PupilReferred', referred),
      newEvent('ConsentGiven', consent),
    ]);
    const [first, last] = (await log.readAll(-1, 10)).events;
    const sources = { log, rowStore, catalog: new Catalog(rowStore.control, views) };
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
  });

  it('is refused where the view has and had no such row', async () => {
    const { events: log, rows: rowStore } = openStores();
    const sources = { log, rowStore, catalog: new Catalog(rowStore.control, views) };
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
