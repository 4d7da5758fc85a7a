import { Argument, Command, Option } from 'commander';
import {
  type PersonKindName,
  personKindNames,
  personsIn,
  subjectAccess as gather,
  subjectAccessText,
} from '@waymark/governance/privacy';
import { withWorkingPlatform } from '../open';
import { printError } from '../output';
import { writePrivateFile } from '../private-file';
import { reach } from '../rights';

interface Flags {
  readonly out: string;
  readonly format: 'json' | 'markdown';
}

export const subjectAccess = new Command('subject-access')
  .description('write everything that is held about a person to a file that only its owner may read')
  .addArgument(new Argument('<kind>', 'kind of person').choices(personKindNames))
  .argument('<id>', 'id of the person')
  .requiredOption('--out <file>', 'the file, which must not exist yet')
  .addOption(
    new Option('--format <format>', 'markdown for people, json for programs')
      .choices(['markdown', 'json'])
      .default('markdown'),
  )
  .action((kind: PersonKindName, id: string, { out, format }: Flags) =>
    withWorkingPlatform(async (platform) => {
      await platform.work([]);
      await platform.settle();
      const document = await gather(platform, { kind, id });
      const persons = await personsIn(platform, document);
      await platform.accessLog.record(reach().principal, 'SubjectAccess', persons);
      await writePrivateFile(
        out,
        format === 'json' ? `${JSON.stringify(document, undefined, 1)}\n` : subjectAccessText(document),
      );
      printError(
        `Written to ${out}. The file is full of personal data: hand it over securely, then delete it.`,
      );
    }),
  );
