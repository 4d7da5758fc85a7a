import { stdout } from 'node:process';
import { everywhere } from '@waymark/core/access';
import { localOperator } from '@waymark/governance/access';
import { kpisBy } from '@waymark/modules/insights/kpis';
import { importWithProgress, kpiTable } from '@waymark/operations/terminal';
import { packageFile, type Platform } from '@waymark/platform';
import { run } from '../shared/program';
import { createApp } from './app.module';

/** Import the sample programme and show its figures. Importing it again changes nothing. */
async function showSample(platform: Platform): Promise<void> {
  await importWithProgress(platform, [packageFile('data', 'sample')], { actor: localOperator.id });
  const { rows, published } = platform;
  stdout.write(`${kpiTable(await kpisBy(rows, published, { by: 'region' }, everywhere))}\n`);
}

run({
  role: 'api',
  port: { variables: ['PORT'], fallback: 3000 },
  options: { sample: showSample },
  app: createApp,
});
