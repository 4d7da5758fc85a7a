import { derivedId, type Submitter } from '@waymark/core/commands';
import { type Day, isUpn } from '@waymark/core/fields';
import {
  type People,
  Rejection,
  rowByRow,
  type RowCommands,
  type Step,
  type Taker,
  type ImportServices,
} from '@waymark/core/imports';
import { type Pupil, RegisterPupil, stayOn } from '@waymark/modules/pupil';
import { RecordBarrier } from '../barriers';
import { GiveConsent } from '../consent';
import { ReferPupil } from '../referral';

/** Takes referrals: the pupil, the journey, consent where there is some, and the barriers that the school names. */
export const referralTaker = (
  { submitter }: ImportServices,
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
      on = '',
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
    const register = {
      upn,
      forename,
      surname,
      dateOfBirth,
      ...(sex ? { sex } : {}),
      school,
      schoolFrom: (await knownSince(submitter, pupil, on)) ?? earliest(on, baseline?.from),
    };
    const journey = (await people.journey(to, pupil)) ?? derivedId('journey', to, pupil);
    const refer = {
      pupil,
      programme: to,
      school,
      on,
      yearGroup: Number(year),
      ...flag('freeSchoolMeals', meals),
      ...(sen ? { sen } : {}),
      ...flag('eal', eal),
    };
    const found = (barriers ?? '').split(';').filter(Boolean);
    await commands.sendAll([
      ['pupil', pupil, RegisterPupil, register],
      ['journey', journey, ReferPupil, refer],
      ...(consentOn ? [['journey', journey, GiveConsent, { on: consentOn, by: 'PARENT' }] as const] : []),
      ...found.map((kind): Step => {
        const barrier = derivedId('barrier', journey, kind);
        // The file has no words for it, and a barrier of this kind needs some.
        const text = kind === 'OTHER' ? { text: 'Named at referral, without details.' } : {};
        return ['journey', journey, RecordBarrier, { barrier, kind, by: 'SCHOOL', on, ...text }];
      }),
    ]);
    return commands.outcome();
  }),
});

/** Since when the pupil is recorded to be at the school of that day; undefined where the pupil is not known. */
async function knownSince(submitter: Submitter, pupil: string, on: Day): Promise<Day | undefined> {
  return stayOn((await submitter.load('pupil', pupil)).state as Pupil, on)?.from;
}

const earliest = (on: string, from: string | undefined): string =>
  from !== undefined && from < on ? from : on;

/** `Y` or `N`; anything else is refused as no flag. */
const flag = (name: string, cell: string | undefined): object =>
  cell ? { [name]: cell === 'Y' ? true : cell === 'N' ? false : cell } : {};
