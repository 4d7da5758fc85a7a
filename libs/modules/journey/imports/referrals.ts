import type { Submitter } from '@waymark/core/commands';
import { type Day, isUpn } from '@waymark/core/fields';
import {
  type People,
  Rejection,
  rowByRow,
  type Step,
  type RowImporter,
  type ImportServices,
  type RowSending,
} from '@waymark/core/imports';
import { type Pupil, RegisterPupil, stayOn } from '@waymark/modules/pupil';
import { scopesForIntakeOn, scopesOfPupil } from '@waymark/modules/pupil/facts';
import { RecordBarrier } from '../barriers';
import { GiveConsent } from '../consent';
import { ReferPupil } from '../referral';
import type { Journey } from '../state';

/** Imports referrals: pupil, journey, consent if given, and the barriers that the school names. */
export const referralImporter = (
  { submitter, look }: ImportServices,
  people: People,
  { sending: { sender }, programme, commandsFor }: RowSending,
): RowImporter => ({
  chunk: 200,
  importRows: rowByRow(async (cells, row) => {
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
    const known = await people.pupil(upn);
    const reads = known !== undefined && (await sender.reaches('GetPupil', () => scopesOfPupil(known, look)));
    const refers =
      known !== undefined && (await sender.reaches('ReferPupil', () => scopesForIntakeOn(on, known, look)));
    // A pupil out of reach is not looked at: the UPN of a new pupil is then taken.
    const pupil = reads || refers ? known : commands.newId('pupil', known);
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
    const journey = (await people.journey(to, pupil)) ?? submitter.ids.of('journey', to, pupil);
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
    const { barriers: recorded } = (await submitter.load('journey', journey)).state as Journey;
    await commands.sendAll([
      // Only a sender who may read the pupil's details learns whether those of the row are the same.
      ...(refers && !reads ? [] : [['pupil', pupil, RegisterPupil, register] as const]),
      ['journey', journey, ReferPupil, refer],
      ...(consentOn ? [['journey', journey, GiveConsent, { on: consentOn, by: 'PARENT' }] as const] : []),
      ...found.map((kind): Step => {
        const barrier = submitter.ids.recorded((id) => id in recorded, 'barrier', journey, kind);
        // The file has no text for barriers, but kind OTHER requires one.
        const text = kind === 'OTHER' ? { text: 'Named at referral, without details.' } : {};
        return ['journey', journey, RecordBarrier, { barrier, kind, by: 'SCHOOL', on, ...text }];
      }),
    ]);
    return commands.outcome();
  }),
});

/** Since when the pupil has been at the school of that day; undefined if the pupil is not known. */
async function knownSince(submitter: Submitter, pupil: string, on: Day): Promise<Day | undefined> {
  return stayOn((await submitter.load('pupil', pupil)).state as Pupil, on)?.from;
}

const earliest = (on: string, from: string | undefined): string =>
  from !== undefined && from < on ? from : on;

/** `Y` or `N` as a boolean. Any other text is passed on, so that the command's validation rejects it. */
const flag = (name: string, cell: string | undefined): object =>
  cell ? { [name]: cell === 'Y' ? true : cell === 'N' ? false : cell } : {};
