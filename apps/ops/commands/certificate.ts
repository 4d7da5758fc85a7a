import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { certified } from '@waymark/governance/privacy';
import { certificateText } from '@waymark/operations/terminal';
import { settingsFrom, verificationKeys } from '@waymark/platform';
import { print, printJson } from '../output';

interface Flags {
  readonly publicKey?: string;
  readonly json?: boolean;
}

export const certificate = new Command('certificate')
  .description('check an erasure certificate against a public key; exit code 1 if it is not valid')
  .argument('<file>', 'file of the certificate')
  .option('--public-key <file>', 'PEM file of public keys (default: that of this machine)')
  .option('--json', 'print the content of the certificate')
  .action(async (file: string, { publicKey, json = false }: Flags) => {
    const pem = publicKey === undefined ? undefined : await readFile(publicKey, 'utf8');
    const erased = certified(await readFile(file, 'utf8'), verificationKeys(settingsFrom(process.env), pem));
    if (json) printJson(erased);
    else print(certificateText(erased));
  });
