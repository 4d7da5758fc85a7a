import { Rejection, rowByRow, type RowCommands, type Taker } from '@waymark/core/imports';
import { RegisterSchool, school } from '../school';

type CommandsFor = (row: number) => RowCommands;

/** Takes schools, with the columns of the Department for Education's register of schools and the area. */
export const schoolTaker = (commandsFor: CommandsFor): Taker => ({
  chunk: 500,
  take: rowByRow(async (cells, row) => {
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
