/** Invented people and schools with valid identifiers. */

const LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ';

const withCheckLetter = (rest: string): string => {
  const value = (character: string): number =>
    /\d/.test(character) ? Number(character) : LETTERS.indexOf(character);
  const sum = [...rest].reduce((all, character, index) => all + value(character) * (index + 2), 0);
  return LETTERS.charAt(sum % 23) + rest;
};

/** The permanent UPN of the nth pupil. */
export const upnOf = (pupil: number): string => withCheckLetter(`890${String(pupil).padStart(9, '0')}`);

/** A temporary UPN. */
export const temporaryUpnOf = (pupil: number): string =>
  withCheckLetter(`890${String(pupil).padStart(8, '0')}A`);

/** The fields with which a school is registered. */
export const harbourAcademy = {
  name: 'Blackpool Harbour Academy',
  localAuthorityCode: '890',
  localAuthority: 'Blackpool',
  establishmentNumber: '4401',
  phase: 'Secondary',
  status: 'Open',
  region: 'North West',
  area: 'Blackpool',
};
