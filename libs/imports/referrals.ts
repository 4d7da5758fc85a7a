import { GiveConsent, RecordBarrier, ReferPupil, RegisterPupil } from '@waymark/domain';
import { derivedId } from '@waymark/runtime';
import { isUpn } from '@waymark/vocabulary';
import type { People } from './people';
import { Rejection, rowByRow, type RowCommands, type Taker, type Workshop } from './taker';

/** Takes referrals: the pupil, the journey, consent where there is some, and the barriers that the school names. */
export const referralTaker = (
  { submitter }: Workshop,
  people: People,
  programme: () => Promise<string>,
  commandsFor: (row: number) => RowCommands,
): Taker => ({
  chunk: 200,
  take: rowByRow(async (cells, row) => {
    const [
      upn = '',
      forename,
      surname,
      dateOfBirth,
      year,
      sex,
      school,
      on,
      meals,
      sen,
      eal,
      consentOn,
      barriers,
    ] = cells;
    if (!isUpn(upn)) throw new Rejection('INVALID_UPN');
    const to = await programme();
    const commands = commandsFor(row);
    const pupil = (await people.pupil(upn)) ?? commands.newId('pupil');
    const { baseline } = (await submitter.facts<{ baseline: { from: string } }>('programme', to)) ?? {};
    await commands.send('pupil', pupil, RegisterPupil, {
      upn,
      forename,
      surname,
      dateOfBirth,
      ...(sex ? { sex } : {}),
      school,
      schoolFrom: earliest(on, baseline?.from),
    });
    const journey = (await people.journey(to, pupil)) ?? derivedId('journey', to, pupil);
    await commands.send('journey', journey, ReferPupil, {
      pupil,
      programme: to,
      school,
      on,
      yearGroup: Number(year),
      ...flag('freeSchoolMeals', meals),
      ...(sen ? { sen } : {}),
      ...flag('eal', eal),
    });
    if (consentOn) await commands.send('journey', journey, GiveConsent, { on: consentOn, by: 'PARENT' });
    for (const kind of (barriers ?? '').split(';').filter(Boolean)) {
      const barrier = derivedId('barrier', journey, kind);
      await commands.send('journey', journey, RecordBarrier, { barrier, kind, by: 'SCHOOL', on });
    }
    return commands.outcome();
  }),
});

const earliest = (on: string | undefined, from: string | undefined): string | undefined =>
  on !== undefined && from !== undefined && from < on ? from : on;

/** `Y` or `N`; anything else is refused as no flag. */
const flag = (name: string, cell: string | undefined): object =>
  cell ? { [name]: cell === 'Y' ? true : cell === 'N' ? false : cell } : {};
