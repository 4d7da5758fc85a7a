import { PermanentFailure } from '@waymark/core/kernel';
import { type Fault, type Notice, requestRebuild } from '@waymark/core/upkeep';
import { Platform } from '@waymark/platform';
import { eventually } from '../api/client';
import { newEvent } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';

const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';

/** A working platform, with the faults and notices that it reports. */
async function observedPlatform() {
  const faults: Fault[] = [];
  const notices: Notice[] = [];
  const platform = await Platform.open({
    data: temporaryDirectory(),
    member: 'this-one',
    onFault: (_what, _reason, fault) => void faults.push(fault),
    onNotice: (notice) => void notices.push(notice),
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= platform.close());
  afterwards(close);
  const until = <T>(list: readonly T[], count: number) =>
    eventually(async () => (list.length >= count ? list : undefined));
  return { platform, faults, notices, until, close };
}

describe('the faults and notices of a platform', () => {
  it('report which views this process owns, under its member name', async () => {
    const { platform, notices, close } = await observedPlatform();
    const owned = notices.filter(({ event }) => event === 'owner.taken');
    expect(owned).toContainEqual({ event: 'owner.taken', rows: 'caseload@3', epoch: 1 });
    expect(owned).toContainEqual({ event: 'owner.taken', rows: 'policies@1', epoch: 1 });
    const documents = await platform.rowStore.control.list('member/');
    expect(documents.map(({ id }) => id)).toEqual(['member/this-one']);
    await close();
    expect(notices.filter(({ event }) => event === 'owner.lost')).toHaveLength(owned.length);
  });

  it('report a view that has stopped', async () => {
    const { platform, faults, until } = await observedPlatform();
    await platform.stores.events.append('journey-strange', 'none', [newEvent('NeverHeardOf')]);
    await until(faults, 10);
    expect(faults).toContainEqual({ event: 'view.stopped', rows: 'caseload@3' });
  });

  it('report a parked row by its event and not by its key', async () => {
    const { platform, faults, until } = await observedPlatform();
    const marks = newEvent('AttendanceRecorded', { school: '990401', marks: 'none' }, { schema: 2 });
    await platform.stores.events.append(`attendance-${PUPIL}`, 'none', [marks]);
    await until(faults, 1);
    expect(faults).toContainEqual({
      ...{ event: 'row.parked', rows: 'attendance@1' },
      ...{ type: 'AttendanceRecorded', position: await platform.events.head() },
    });
    expect(JSON.stringify(faults)).not.toContain(PUPIL);
  });

  it('report every step of a rebuild', async () => {
    const { platform, notices } = await observedPlatform();
    await platform.work([]);
    notices.length = 0;
    await platform.rebuilder.plan(['schools']);
    await requestRebuild(platform.jobs, platform.catalog, ['schools']);
    const changes = () => notices.filter((notice) => notice.event === 'view.changed');
    await eventually(async () => (changes().some(({ is }) => is === 'live') ? true : undefined));
    expect(changes().map(({ rows, was, is }) => [rows, was, is])).toEqual([
      ['schools@1.2', 'none', 'planned'],
      ['schools@1.2', 'planned', 'building'],
      ['schools@1.2', 'building', 'catching up'],
      ['schools@1.2', 'catching up', 'verified'],
      ['schools@1.2', 'verified', 'live'],
      ['schools@1', 'live', 'previous'],
    ]);
  });

  it('report a failed job, and whether it will be tried again', async () => {
    const { platform, faults, until } = await observedPlatform();
    const kind = 'paint';
    let attempt = 0;
    const run = (): Promise<undefined> => {
      attempt += 1;
      return Promise.reject(attempt === 1 ? new Error('no brush') : new PermanentFailure('no wall'));
    };
    await platform.work([{ kind, run, attempts: 5, backoff: 1, concurrency: 1 }]);
    const job = await platform.jobs.add({ kind, data: {} });
    await until(faults, 2);
    expect(faults).toEqual([
      { event: 'job.failed', kind, job, attempt: 1, last: false },
      { event: 'job.failed', kind, job, attempt: 2, last: true },
    ]);
  });
});
