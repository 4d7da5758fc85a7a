import { newEvent } from '@test/support/events';
import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { listRows } from './list-rows';

const id = exampleIds.import;
const stream = `import-${id}`;
const history = [
  newEvent('ImportStarted', { files: [{ name: 'blackpool.csv' }], at: '' }),
  newEvent('RowsImported', {
    file: 0,
    outcomes: [
      [1, 2, 'accepted'],
      [3, 3, 'UNKNOWN_PUPIL'],
    ],
    warnings: [[2, 'LATE']],
    noMark: 0,
  }),
].map((event, revision) => ({ ...event, stream, revision, position: revision }));
const given = { streams: { [stream]: history } };
const row = (from: number, to: number, outcome: string) => ({ file: 'blackpool.csv', from, to, outcome });

describe('ListRows', () => {
  it('returns warnings as separate items', async () => {
    const { items } = await answerTo(listRows, { id }, given);
    expect(items).toEqual([row(1, 2, 'accepted'), row(3, 3, 'UNKNOWN_PUPIL'), row(2, 2, 'LATE')]);
  });

  it('returns the rows with one outcome, in pages', async () => {
    const { items } = await answerTo(listRows, { id, outcome: 'UNKNOWN_PUPIL' }, given);
    expect(items).toEqual([row(3, 3, 'UNKNOWN_PUPIL')]);
    expect(await answerTo(listRows, { id, limit: 1, after: '1' }, given)).toEqual({
      ...{ items: [row(3, 3, 'UNKNOWN_PUPIL')], next: '2' },
    });
  });

  it('is refused to other senders as if the import did not exist', async () => {
    const as = [{ role: 'area-manager', area: 'blackpool' } as const];
    await expect(answerTo(listRows, { id }, { ...given, as })).rejects.toMatchObject({
      code: 'UNKNOWN_IMPORT',
    });
    const own = history.map((event) => ({ ...event, metadata: { ...event.metadata, actor: 'asker' } }));
    expect((await answerTo(listRows, { id }, { streams: { [stream]: own }, as })).items).toHaveLength(3);
  });

  it('is refused for an unknown import', async () => {
    await expect(answerTo(listRows, { id }, {})).rejects.toMatchObject({ code: 'UNKNOWN_IMPORT' });
  });
});
