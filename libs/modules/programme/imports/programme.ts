import { hasReservedName } from '@waymark/core/fields';
import {
  Rejection,
  rowByRow,
  type RowCommands,
  type SourceFile,
  type RowImporter,
  textOf,
} from '@waymark/core/imports';
import { DefineProgramme, programme, type ProgrammeDefinition } from '../programme';

type CommandsFor = (row: number) => RowCommands;

/** Imports a programme's definition from a JSON file, which counts as one row. */
export class ProgrammeImporter implements RowImporter {
  readonly chunk = 1;
  /** The programme's id, once it has been imported. */
  id: string | undefined;

  constructor(
    private readonly file: SourceFile,
    private readonly commands: CommandsFor,
  ) {}

  readonly importRows = rowByRow(async (_cells, row) => {
    const { id, body } = await this.read();
    const commands = this.commands(row);
    await commands.send('programme', id, DefineProgramme, body);
    this.id = id;
    return commands.outcome();
  });

  /** The id in the file. An import that continues later needs it too. */
  async idInFile(): Promise<string> {
    return (await this.read()).id;
  }

  private async read(): Promise<{ readonly id: string; readonly body: object }> {
    const value = JSON.parse(await textOf(this.file)) as Partial<ProgrammeFile>;
    if (hasReservedName(value)) throw new Rejection('UNKNOWN_FIELD');
    const { id, name, eligibility, caseloadCap, deliveryModel } = value;
    if (typeof id !== 'string' || !programme.id.pattern.test(id)) throw new Rejection('INVALID_PROGRAMME_ID');
    const body = {
      name,
      baseline: period(value.baseline),
      followUp: period(value.followUp),
      ...listed('terms', value.terms, period),
      ...listed('closures', value.closures, (on) => ({ on })),
      eligibility,
      caseloadCap,
      deliveryModel,
    };
    return { id, body };
  }
}

interface ProgrammeFile extends Pick<
  ProgrammeDefinition,
  'name' | 'eligibility' | 'caseloadCap' | 'deliveryModel'
> {
  readonly id: string;
  readonly baseline: readonly [string, string];
  readonly followUp: readonly [string, string];
  readonly terms: readonly (readonly [string, string])[];
  readonly closures: readonly string[];
}

const period = (days: readonly [string, string] | undefined) => days && { from: days[0], to: days[1] };

/**
 * A field with a list; left out if the list is missing or empty. Any other value is passed on, so that validation
 * rejects it.
 */
const listed = <Item>(
  name: string,
  list: readonly Item[] | undefined,
  asPart: (item: Item) => unknown,
): object => {
  if (!list || (Array.isArray(list) && list.length === 0)) return {};
  return { [name]: Array.isArray(list) ? list.map(asPart) : list };
};
