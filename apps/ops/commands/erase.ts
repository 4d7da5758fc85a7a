import { readFile } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import { type ErasureGround, erasureGrounds } from '@waymark/core/privacy';
import {
  applyErasures,
  certify,
  erase as erasePerson,
  erasedSubjects,
  parseErasures,
  type PersonKindName,
  personKindNames,
} from '@waymark/governance/privacy';
import { appliedText, erasedText } from '@waymark/operations/terminal';
import { sealKey, settingsFrom } from '@waymark/platform';
import { besidePlatform, withPlatform } from '../open';
import { day } from '../options';
import { print, printJson } from '../output';
import { writePrivately } from '../private-file';
import { reach } from '../rules';

interface Flags {
  readonly ground: ErasureGround;
  readonly on?: string;
  readonly certificate?: string;
  readonly json?: boolean;
}

export const erase = new Command('erase')
  .description(
    'erase a person’s data, for good: the key to them is destroyed, and exports and files that were sent are deleted; run again, it goes on, and gives the certificate again',
  )
  .addArgument(new Argument('<kind>', 'what the person is').choices(personKindNames))
  .argument('<id>')
  .addOption(new Option('--ground <ground>', 'why').choices(erasureGrounds).makeOptionMandatory())
  .option('--on <day>', 'the day on which it was decided: today, if left out', day)
  .option('--certificate <file>', 'write the certificate to a file')
  .option('--json', 'print the certificate')
  .action((kind: PersonKindName, id: string, { ground, on, certificate: file, json = false }: Flags) =>
    withPlatform(async (platform) => {
      await platform.work([]);
      const request = { kind, id, ground, actor: reach().principal.id, ...(on !== undefined && { on }) };
      const state = await erasePerson(platform, request);
      // Places of journeys that were stopped become free.
      await platform.settle();
      if (state === 'waiting') {
        if (json) printJson({ state });
        else print(erasedText(undefined));
        process.exitCode = 2;
        return;
      }
      const signingKey = sealKey(settingsFrom(process.env));
      const certificate = await certify({ events: platform.events, signingKey }, { kind, id });
      if (file !== undefined) await writePrivately(file, `${JSON.stringify(certificate, undefined, 1)}\n`);
      if (json) printJson(certificate);
      else print(erasedText(certificate));
    }),
  );

export const erasures = new Command('erasures')
  .enablePositionalOptions()
  .description(
    'who was erased, to be kept apart from backups: what is restored from before is brought up to date by it',
  );

erasures
  .command('list')
  .description('everybody whose key was destroyed, by id and time, a line of JSON each')
  .action(() =>
    besidePlatform(async ({ keys }) => {
      for await (const erased of erasedSubjects(keys)) print(JSON.stringify(erased));
    }),
  );

erasures
  .command('apply')
  .description(
    'erase again whoever a list says to have been erased: after a restore, before anything is served',
  )
  .argument('<file>')
  .option('--json', 'print an object')
  .action(async (file: string, { json = false }: { readonly json?: boolean }) => {
    const list = parseErasures(await readFile(file, 'utf8'));
    await withPlatform(async (platform) => {
      await platform.work([]);
      const applied = await applyErasures(platform, list, reach().principal.id);
      await platform.settle();
      if (json) printJson(applied);
      else print(appliedText(applied));
    });
  });
