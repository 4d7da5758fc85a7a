import 'reflect-metadata';
import { sourceFiles } from '@waymark/core/imports';
import { Importer } from '@waymark/modules/imports/importer';
import { Platform } from '@waymark/platform';

/** Imports a folder in a separate process, and prints its peak memory. */
async function main(data: string, folder: string): Promise<void> {
  const start = Date.now();
  const platform = await Platform.open({ data });
  await new Importer(platform, '00000000-0000-4000-8000-00000000000c', await sourceFiles([folder]), {
    actor: 'local-operator',
  }).run();
  await platform.settle();
  await platform.close();
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(JSON.stringify({ peakMiB: maxRSS / 1024, seconds: (Date.now() - start) / 1000 }));
}

void main(process.argv[2]!, process.argv[3]!);
