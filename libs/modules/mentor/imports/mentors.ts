import { Rejection, rowByRow, type RowCommands, type RowImporter } from '@waymark/core/imports';
import { AppointMentor } from '../appointment';
import { mentor } from '../mentor';

type CommandsFor = (row: number) => RowCommands;

/** Imports the mentors of a programme. */
export const mentorImporter = (commandsFor: CommandsFor, programme: () => Promise<string>): RowImporter => ({
  chunk: 500,
  importRows: rowByRow(async (cells, row) => {
    const [id = '', name, _area, school, from] = cells;
    if (!mentor.id.pattern.test(id)) throw new Rejection('INVALID_MENTOR_ID');
    const commands = commandsFor(row);
    await commands.send('mentor', id, AppointMentor, { name, programme: await programme(), school, from });
    return commands.outcome();
  }),
});
