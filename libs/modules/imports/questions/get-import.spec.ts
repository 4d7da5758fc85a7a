import { answerTo } from '@test/support/questions';
import { exampleIds } from '@waymark/modules/shared/examples';
import { type ImportReport, importReports } from '../views/import-reports';
import { getImport } from './get-import';
import { exampleReport } from './list-imports';

const id = exampleIds.import;
const { finishedAt: _finishedAt, ...report } = exampleReport;
const running: ImportReport = { ...report, state: 'running' };
const rowsOf = (report: ImportReport) => [[importReports, { [id]: report }]] as const;

describe('GetImport', () => {
  it('adds the rows of a corrections file to its register', async () => {
    const [file] = exampleReport.files;
    const corrections = { ...file!, name: 'blackpool-corrections.csv', accepted: 120 };
    const rows = rowsOf({ ...exampleReport, files: [file!, corrections] });
    const { registers } = await answerTo(getImport, { id }, { rows });
    expect(Object.keys(registers)).toEqual(['blackpool']);
    expect(registers['blackpool']).toMatchObject({ accepted: 10_240, corrections: 120 });
  });

  it('is interrupted if it is running and its job has failed or was cancelled', async () => {
    const interrupted = async (report: ImportReport, state: 'failed' | 'cancelled' | 'running') =>
      (await answerTo(getImport, { id }, { rows: rowsOf(report), jobs: { [id]: { state } } })).interrupted;
    expect(await interrupted(running, 'failed')).toBe(true);
    expect(await interrupted(running, 'cancelled')).toBe(true);
    expect(await interrupted(running, 'running')).toBeUndefined();
    expect(await interrupted(exampleReport, 'failed')).toBeUndefined();
  });

  it('is refused to other senders as if it did not exist', async () => {
    const as = [{ role: 'programme-administrator', programme: 'ampe-2025-11' } as const];
    const own = { ...exampleReport, startedBy: 'asker' };
    expect((await answerTo(getImport, { id }, { rows: rowsOf(own), as })).startedBy).toBe('asker');
    await expect(answerTo(getImport, { id }, { rows: rowsOf(exampleReport), as })).rejects.toMatchObject({
      code: 'UNKNOWN_IMPORT',
    });
  });

  it('is refused for an unknown import', async () => {
    await expect(answerTo(getImport, { id }, {})).rejects.toMatchObject({ code: 'UNKNOWN_IMPORT' });
  });
});
