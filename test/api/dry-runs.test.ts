import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { DRY_RUN_QUEUE, type DryRunLimits, openLimits, Platform, type Rates } from '@waymark/platform';
import { createApp } from '../../apps/api/app.module';
import { schools } from '../imports/papers';
import { documentedClient } from '../support/documented';
import { latch } from '../support/jobs';
import { anybody, letAnybody } from '../support/readers';
import { afterwards, temporaryDirectory } from '../support/stores';
import { eventually } from './client';

jest.setTimeout(60_000);

const generous: Rates = { person: 1_000, stranger: 1_000, dryRuns: 1_000 };

/** A server with these limits. */
async function served({
  rates = generous,
  dryRuns,
}: {
  readonly rates?: Rates;
  readonly dryRuns?: DryRunLimits;
}) {
  const platform = await Platform.open({ data: temporaryDirectory(), ...(dryRuns && { dryRuns }) });
  afterwards(() => platform.close());
  letAnybody(platform);
  await platform.work();
  const limits = await openLimits(rates);
  const app = await createApp({ platform, identify: anybody, limits, log: pino({ level: 'silent' }) });
  await app.listen(0, '127.0.0.1');
  afterwards(() => app.close());
  const http = documentedClient(app.getHttpServer() as Server);
  const send = (query = '?dryRun=true', who = 'somebody') =>
    http
      .post(`/v1/imports${query}`)
      .set('Authorization', `Bearer ${who}`)
      .attach('files', Buffer.from(schools), 'schools.csv');
  const queued = async (): Promise<number> =>
    ((await platform.control.get(DRY_RUN_QUEUE))?.doc as { entries: unknown[] } | undefined)?.entries
      .length ?? 0;
  const lengthIs = (length: number): Promise<true> =>
    eventually(async () => ((await queued()) === length ? true : undefined));
  return { platform, send, lengthIs, url: await app.getUrl() };
}

describe('dry runs', () => {
  it('run one at a time; some wait, and the next is refused', async () => {
    const { platform, send, lengthIs } = await served({ dryRuns: { atOnce: 1, waiting: 1 } });
    const held = latch();
    const first = platform.dryRuns.run(new AbortController().signal, () => held.opened);
    await lengthIs(1);
    const waits = send().then(({ status }) => status);
    await lengthIs(2);
    const { body, headers } = await send().expect(503);
    expect([body.code, Number(headers['retry-after'])]).toEqual(['DRY_RUNS_BUSY', 30]);
    // An import itself does not wait for dry runs.
    await send('').expect(202);
    held.open();
    await first;
    expect(await waits).toBe(200);
    await lengthIs(0);
  });

  it('of a client that goes away leave the queue, and leave no files', async () => {
    const { platform, lengthIs, url } = await served({});
    const held = latch();
    const first = platform.dryRuns.run(new AbortController().signal, () => held.opened);
    await lengthIs(1);
    const client = new AbortController();
    const form = new FormData();
    form.append('files', new Blob([schools]), 'schools.csv');
    const sent = fetch(`${url}/v1/imports?dryRun=true`, {
      method: 'POST',
      body: form,
      signal: client.signal,
    });
    await lengthIs(2);
    const opened = jest.spyOn(Platform, 'open');
    client.abort();
    await expect(sent).rejects.toThrow('aborted');
    await lengthIs(1);
    held.open();
    await first;
    await lengthIs(0);
    await eventually(() =>
      Promise.resolve(readdirSync(join(platform.data, 'uploads')).length === 0 || undefined),
    );
    expect(opened).not.toHaveBeenCalled();
    opened.mockRestore();
  });

  it('are limited for each person, and imports are not', async () => {
    const { send } = await served({ rates: { ...generous, dryRuns: 2 } });
    for (const status of [200, 200]) await send().expect(status);
    const { body, headers } = await send().expect(429);
    expect(body.code).toBe('TOO_MANY_DRY_RUNS');
    expect(Number(headers['retry-after'])).toBeGreaterThan(3_000);
    await send('?dryRun=true', 'another').expect(200);
    await send('').expect(202);
  });
});
