import type { Server } from 'node:http';
import { Platform, packaged, settingsFrom } from '@waymark/platform';
import { kpisBy } from '@waymark/views';
import type { Logger } from 'pino';
import { importWithProgress, kpiTable } from '@waymark/terminal';
import { createApp } from './app.module';
import { masked } from './problem';
import { createLog } from './request-log';

/** How long requests may take to finish once the process is told to stop, in milliseconds. */
const GRACE = 25_000;

function portIn(text = '3000'): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error('PORT must be a number from 0 to 65535');
  return port;
}

/** Import the sample programme, which changes nothing where that has been done before, and show its figures. */
async function showSample(platform: Platform): Promise<void> {
  await importWithProgress(platform, [packaged('data', 'sample')], { actor: 'sample' });
  process.stdout.write(`${kpiTable(await kpisBy(platform.rows, platform.published, { by: 'region' }))}\n`);
}

async function serve(log: Logger): Promise<void> {
  const host = process.env['HOST'] ?? '127.0.0.1';
  const port = portIn(process.env['PORT']);
  const platform = await Platform.open({
    ...settingsFrom(process.env),
    onFault: (what, reason) => log.error({ what, reason: masked(reason) }, 'fault'),
  });
  if (process.argv.includes('--sample')) await showSample(platform);
  await platform.work([]);
  const app = await createApp(platform, log);

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), GRACE).unref();
    await app.close();
    await platform.close();
    log.info('stopped');
    log.flush(() => process.exit(0));
  };
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));

  await app.listen(port, host);
  const address = (app.getHttpServer() as Server).address();
  log.info(
    { url: `http://${host}:${String(typeof address === 'object' ? address?.port : port)}` },
    'serving',
  );
}

serve(createLog()).catch((error: unknown) => {
  process.stderr.write(`waymark: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
