import { readFile } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import { type ErasureGround, erasureGrounds } from '@waymark/core/privacy';
import {
  applyErasures,
  certify,
  erase as erasePerson,
  type ErasedSubject,
  erasedSubjects,
  parseErasures,
  type PersonKindName,
  personKindNames,
} from '@waymark/governance/privacy';
import { appliedText, erasedText } from '@waymark/operations/terminal';
import { sealKey, settingsFrom } from '@waymark/platform';
import { confirm, YES } from '../confirm';
import { EXIT } from '../exit-codes';
import { withPassivePlatform, withWorkingPlatform } from '../open';
import { day } from '../options';
import { print, printJson } from '../output';
import { writePrivateFile } from '../private-file';
import { reach } from '../rights';

interface Flags {
  readonly ground: ErasureGround;
  readonly on?: string;
  readonly certificate?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export const erase = new Command('erase')
  .description(
    'erase a person’s data permanently: destroy the data key, and delete exports and uploaded files; run it again to continue, or to get the certificate again; exit code 2 if it has to wait for an import or export',
  )
  .addArgument(new Argument('<kind>', 'kind of person').choices(personKindNames))
  .argument('<id>', 'id of the person')
  .addOption(
    new Option('--ground <ground>', 'ground of the erasure').choices(erasureGrounds).makeOptionMandatory(),
  )
  .option('--on <day>', 'day of the decision (default: today)', day)
  .option('--certificate <file>', 'write the certificate to a file')
  .option('--json', 'print the certificate')
  .option(...YES)
  .action(async (kind: PersonKindName, id: string, flags: Flags) => {
    const { ground, on, certificate: file, json = false, yes = false } = flags;
    await confirm(`All personal data of ${kind} ${id} will be erased.`, yes);
    await withWorkingPlatform(async (platform) => {
      await platform.work([]);
      const request = { kind, id, ground, actor: reach().principal.id, ...(on !== undefined && { on }) };
      const state = await erasePerson(platform, request);
      // Policies release the mentor places of journeys that the erasure ended.
      await platform.settle();
      if (state === 'waiting') {
        if (json) printJson({ state });
        else print(erasedText(undefined));
        process.exitCode = EXIT.unfinished;
        return;
      }
      const signingKey = sealKey(settingsFrom(process.env));
      const certificate = await certify({ events: platform.events, signingKey }, { kind, id });
      await platform.accessLog.record(reach().principal, 'ErasureCertificate', [id]);
      if (file !== undefined) await writePrivateFile(file, `${JSON.stringify(certificate, undefined, 1)}\n`);
      if (json) printJson(certificate);
      else print(erasedText(certificate));
    });
  });

export const erasures = new Command('erasures')
  .enablePositionalOptions()
  .description('list erased persons, and erase them again after an older backup was restored');

erasures
  .command('list')
  .description(
    'list everyone whose key was destroyed, with id and time, one line of JSON each; keep the list apart from backups',
  )
  .action(() =>
    withPassivePlatform(async ({ keys, accessLog }) => {
      const list: ErasedSubject[] = [];
      for await (const erased of erasedSubjects(keys)) list.push(erased);
      const people = list.map(({ subject }) => subject);
      await accessLog.record(reach().principal, 'ListErasures', people);
      for (const erased of list) print(JSON.stringify(erased));
    }),
  );

erasures
  .command('apply')
  .description('erase everyone on a list again: after a restore, before services start')
  .argument('<file>', 'output of `erasures list`')
  .option('--json', 'print an object')
  .option(...YES)
  .action(async (file: string, { json = false, yes = false }: Pick<Flags, 'json' | 'yes'>) => {
    const list = parseErasures(await readFile(file, 'utf8'));
    await confirm(`All personal data of the ${String(list.length)} people on the list will be erased.`, yes);
    await withWorkingPlatform(async (platform) => {
      await platform.work([]);
      const applied = await applyErasures(platform, list, reach().principal.id);
      await platform.settle();
      const people = applied.recorded.map(({ id }) => id);
      await platform.accessLog.record(reach().principal, 'ListErasures', people);
      if (json) printJson(applied);
      else print(appliedText(applied));
    });
  });
