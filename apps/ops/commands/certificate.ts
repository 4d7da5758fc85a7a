import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { certified } from '@waymark/governance/privacy';
import { certifiedText } from '@waymark/operations/terminal';
import { settingsFrom, verifyingKeys } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly publicKey?: string;
  readonly json?: boolean;
}

export const certificate = new Command('certificate')
  .description(
    'check the certificate of an erasure, with nothing but the public key; exit code 1 where it is none',
  )
  .argument('<file>')
  .option('--public-key <file>', 'public keys in PEM: this machine’s own, if left out')
  .option('--json', 'print what is certified')
  .action(async (file: string, { publicKey, json = false }: Flags) => {
    const pem = publicKey === undefined ? undefined : await readFile(publicKey, 'utf8');
    const erased = certified(await readFile(file, 'utf8'), verifyingKeys(settingsFrom(process.env), pem));
    if (json) printJson(erased);
    else print(certifiedText(erased));
  });
