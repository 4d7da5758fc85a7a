import { Argument, Command, Option } from 'commander';
import {
  type PersonKindName,
  personKindNames,
  subjectAccess as gather,
  subjectAccessText,
} from '@waymark/governance/privacy';
import { withPlatform } from '../open';
import { tell } from '../output';
import { writePrivately } from '../private-file';
import { reach } from '../rules';

interface Flags {
  readonly out: string;
  readonly format: 'json' | 'markdown';
}

export const subjectAccess = new Command('subject-access')
  .description('everything that is held of a person, in a file that only its owner may read')
  .addArgument(new Argument('<kind>', 'what the person is').choices(personKindNames))
  .argument('<id>')
  .requiredOption('--out <file>', 'the file, which must not be there yet')
  .addOption(
    new Option('--format <format>', 'to read, or to compute with')
      .choices(['markdown', 'json'])
      .default('markdown'),
  )
  .action((kind: PersonKindName, id: string, { out, format }: Flags) =>
    withPlatform(async (platform) => {
      await platform.work([]);
      await platform.settle();
      const document = await gather(platform, { kind, id });
      await platform.accessLog.record(reach().principal, 'SubjectAccess', [id]);
      await writePrivately(
        out,
        format === 'json' ? `${JSON.stringify(document, undefined, 1)}\n` : subjectAccessText(document),
      );
      tell(`Written to ${out}. It is all personal data: hand it over safely, and delete it here.`);
    }),
  );
