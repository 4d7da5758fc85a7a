import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JobContext, JobInterrupted, PermanentFailure } from '@waymark/core/kernel';
import { importJob } from '@waymark/modules/imports/import-job';
import { type ImportReport, importReport } from '@waymark/modules/imports/views/import-reports';
import { packageFile, Platform } from '@waymark/platform';
import { upnOf } from '../support/made-up';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(60_000);

const files = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv'];

/** A worker with uploaded files and a function that runs their import job. */
async function sent() {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data });
  afterwards(() => platform.close());
  const id = randomUUID();
  for (const [index, name] of files.entries())
    copyFileSync(
      packageFile('data', 'sample', name),
      join(await platform.uploads.folderFor(id, index), name),
    );
  const folder = join(data, 'uploads', id);
  const progress: object[] = [];
  /** `onProgress` is called after each progress report, before the import continues. */
  const run = (onProgress: () => void = () => undefined, signal = new AbortController().signal) =>
    importJob(platform).run({ actor: 'local-operator', aliases: false } as never, {
      ...({ id, attempt: 1, signal } satisfies Partial<JobContext>),
      progress: async (so) => {
        progress.push(so);
        onProgress();
      },
    });
  const report = async (): Promise<ImportReport> => {
    await platform.settle();
    return (await importReport(platform.rows, id))!;
  };
  return { platform, id, folder, progress, run, report, isThere: () => existsSync(folder) };
}

const accepted = ({ files: of }: ImportReport): number[] => of.map((file) => file.accepted);

describe('the job of an import', () => {
  it('imports the uploaded files, reports progress, and deletes the files', async () => {
    const { run, report, progress, isThere } = await sent();
    expect(await run()).toBeUndefined();
    expect(await report()).toMatchObject({ state: 'finished', startedBy: 'local-operator' });
    expect(accepted(await report())).toEqual([1, 12, 12, 300]);
    // One report per chunk; the referrals have two chunks.
    expect(progress).toHaveLength(5);
    const done = progress.map((so) => (so as { done: number }).done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(isThere()).toBe(false);
  });

  it('keeps the files if it fails, and continues with them', async () => {
    const { platform, run, report, isThere } = await sent();
    const submit = jest
      .spyOn(platform.submitter, 'submit')
      .mockRejectedValue(new Error(`no place: ${upnOf(1)}`));
    await expect(run()).rejects.toThrow('no place');
    expect(isThere()).toBe(true);
    submit.mockRestore();
    await run();
    expect(accepted(await report())).toEqual([1, 12, 12, 300]);
    expect(isThere()).toBe(false);
  });

  it.each([
    ['between two files', 1, [1, 0, 0, 0]],
    ['within a file', 4, [1, 12, 12, 200]],
  ])('that is interrupted %s stops, and continues from there', async (_, chunks, soFar) => {
    const { run, report, progress, isThere } = await sent();
    const worker = new AbortController();
    const stopping = new JobInterrupted('stopping');
    const first = run(() => {
      if (progress.length === chunks) worker.abort(stopping);
    }, worker.signal);
    await expect(first).rejects.toBe(stopping);
    expect(progress).toHaveLength(chunks);
    expect(accepted(await report())).toEqual(soFar);
    expect(isThere()).toBe(true);
    await run();
    expect(accepted(await report())).toEqual([1, 12, 12, 300]);
    expect(progress).toHaveLength(5);
  });

  it('ends at once if it cannot report progress because another worker has taken it over', async () => {
    const { run, progress, isThere } = await sent();
    const late = new JobInterrupted('taken over');
    const saying = run(() => {
      throw late;
    });
    await expect(saying).rejects.toBe(late);
    expect(progress).toHaveLength(1);
    expect(isThere()).toBe(true);
  });

  it('is done if the import was finished before, even if some files remain', async () => {
    const { platform, id, run, report, isThere } = await sent();
    await run();
    await expect(run()).resolves.toBeUndefined();
    // Killed while it was deleting the files.
    const place = await platform.uploads.folderFor(id, 0);
    copyFileSync(packageFile('data', 'sample', 'schools.csv'), join(place, 'schools.csv'));
    await run();
    expect(isThere()).toBe(false);
    expect(accepted(await report())).toEqual([1, 12, 12, 300]);
  });

  it('fails permanently if the files are missing or never reached this worker', async () => {
    const { run, folder } = await sent();
    rmSync(folder, { recursive: true });
    await expect(run()).rejects.toThrow(PermanentFailure);
  });
});
