import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { EventStore, LogPage } from '@waymark/core/kernel';
import { EXPORT, ExportFiles, exportJob } from '@waymark/modules/exports';
import { Platform, type JobContext } from '@waymark/platform';
import { inState, latch } from '../support/jobs';
import { letAnybody } from '../support/readers';
import { afterwards, temporaryDirectory } from '../support/stores';

jest.setTimeout(30_000);

const ID = 'e1';
const FILE = 'reminders.jsonl';
/** More than one page of the log, and more than one progress step. */
const REMINDERS = 2_500;

const reminder = (position: number) => ({
  stream: 'mentor-M-890-1',
  position,
  data: { on: '2026-02-16', overdue: [], quiet: [String(position)] },
});
const all = Array.from({ length: REMINDERS }, (_, index) => reminder(index));

/** A log of reminders. Each page waits for `ready`. */
const logOf = (ready: (after: number) => Promise<void>): Pick<EventStore, 'readAll'> => ({
  readAll: async (after, limit) => {
    await ready(after);
    const events = all.slice(after + 1, after + 1 + limit);
    return { events, through: events.at(-1)?.position ?? after } as unknown as LogPage;
  },
});
const whole = logOf(() => Promise.resolve());

const quietIn = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { quiet: string[] }).quiet[0]);
const everyone = all.map(({ position }) => String(position));

/** A process that works on exports of reminders from the given log. `told` is called when the job is interrupted. */
async function worker(
  data: string,
  events: Pick<EventStore, 'readAll'>,
  told: () => void = () => undefined,
): Promise<Platform & { readonly end: () => Promise<void> }> {
  const platform = await Platform.open({ data });
  letAnybody(platform);
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= platform.close());
  afterwards(end);
  const workplace = Object.create(platform, { redactedRecords: { value: { events } } }) as JobContext;
  const { run, ...handler } = exportJob(workplace);
  await platform.work([
    {
      ...handler,
      backoff: 1,
      run: (request, context) => {
        context.signal.addEventListener('abort', told);
        return run(request, context);
      },
    },
  ]);
  return Object.assign(platform, { end });
}

const ask = (platform: Platform): Promise<string> =>
  platform.jobs.add({
    kind: EXPORT,
    id: ID,
    data: { kind: 'reminders', parameters: {}, actor: 'evaluator:1' },
  });

/** A log that stops after its first page until a test lets it continue. */
function halting() {
  const [reached, goesOn] = [latch(), latch()];
  const log = logOf(async (after) => {
    if (after < 0) return;
    reached.open();
    await goesOn.opened;
  });
  return { log, reached: reached.opened, goOn: goesOn.open };
}

describe('an export', () => {
  it('reports the number of rows written, and its result', async () => {
    const platform = await worker(temporaryDirectory(), whole);
    await ask(platform);
    expect(await inState(platform.jobs, ID, 'done')).toMatchObject({
      attempts: 1,
      progress: { rows: 2_000 },
      result: { file: FILE, rows: REMINDERS },
    });
  });

  it('that is interrupted leaves no file, and starts again with the next worker', async () => {
    const data = temporaryDirectory();
    const folder = join(data, 'exports', ID);
    const { log, reached, goOn } = halting();
    const first = await worker(data, log, goOn);
    await ask(first);
    await reached;
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^reminders\.jsonl\.[0-9a-f-]{36}$/)]);
    await first.end();
    expect(readdirSync(folder)).toEqual([]);

    // What remains of a killed process.
    writeFileSync(join(folder, `${FILE}.killed`), '{"half":');
    const second = await worker(data, whole);
    await inState(second.jobs, ID, 'done');
    expect(readdirSync(folder)).toEqual([FILE]);
    expect(quietIn(join(folder, FILE))).toEqual(everyone);
  });

  it('that fails halfway starts again, and contains every row once', async () => {
    const data = temporaryDirectory();
    let failures = 0;
    const failing = logOf(async (after) => {
      if (after > 0 && (failures += 1) < 3) throw new Error('not now');
    });
    const platform = await worker(data, failing);
    await ask(platform);
    expect(await inState(platform.jobs, ID, 'done')).toMatchObject({ attempts: 3 });
    expect(quietIn(join(data, 'exports', ID, FILE))).toEqual(everyone);
  });

  it('that is cancelled leaves no file', async () => {
    const data = temporaryDirectory();
    const { log, reached, goOn } = halting();
    const platform = await worker(data, log, goOn);
    await ask(platform);
    await reached;
    await platform.jobs.cancel(ID);
    await inState(platform.jobs, ID, 'cancelled');
    expect(readdirSync(join(data, 'exports', ID))).toEqual([]);
  });
});

describe('the file of an export', () => {
  const lines = () =>
    new Transform({
      writableObjectMode: true,
      transform: (row: { readonly row: string }, _, done) => done(null, `${row.row}\n`),
    });
  const { signal } = new AbortController();

  it('is not mixed with that of an attempt considered dead', async () => {
    const data = temporaryDirectory();
    const files = new ExportFiles(data);
    const { opened, open } = latch();
    const { opened: begun, open: begin } = latch();
    const late = files.write(
      ID,
      'x',
      (async function* () {
        yield { row: 'late' };
        begin();
        await opened;
        yield { row: 'later' };
      })(),
      { format: lines(), signal },
    );
    await begun;
    const rows = (async function* () {
      yield { row: 'new' };
    })();
    await files.write(ID, 'x', rows, { format: lines(), signal });
    open();
    await expect(late).rejects.toThrow('ENOENT');
    expect(readdirSync(files.folderOf(ID))).toEqual(['x']);
    expect(readFileSync(join(files.folderOf(ID), 'x'), 'utf8')).toBe('new\n');
  });

  it('is deleted with its folder, without affecting other folders', async () => {
    const data = temporaryDirectory();
    const files = new ExportFiles(data);
    for (const id of ['a', 'b']) mkdirSync(files.folderOf(id), { recursive: true });
    await files.discard('a');
    await files.discard('never-there');
    expect(readdirSync(join(data, 'exports'))).toEqual(['b']);
    expect(await files.before(0)).toEqual([]);
    expect(await files.before(Date.now() + 60_000)).toEqual(['b']);
  });
});
