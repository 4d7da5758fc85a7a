import { Rejection, rowByRow, type RowCommands, type RowImporter } from '@waymark/core/imports';
import { RegisterSchool, school } from '../school';

type CommandsFor = (row: number) => RowCommands;

/** Imports schools. The columns are those of the Department for Education's register of schools, and the area. */
export const schoolImporter = (commandsFor: CommandsFor): RowImporter => ({
  chunk: 500,
  importRows: rowByRow(async (cells, row) => {
    const [urn = '', laCode, la, establishment, name, phase, status, region, area] = cells;
    if (!school.id.pattern.test(urn)) throw new Rejection('INVALID_URN');
    const commands = commandsFor(row);
    await commands.send('school', urn, RegisterSchool, {
      name,
      localAuthorityCode: laCode,
      localAuthority: la,
      establishmentNumber: establishment,
      phase,
      status,
      region,
      area,
    });
    return commands.outcome();
  }),
});
