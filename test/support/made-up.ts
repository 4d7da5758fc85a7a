import { v5 as uuidV5 } from 'uuid';

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

/** An invented id: the same parts always give the same one. */
export const idOf = (...parts: readonly string[]): string => uuidV5(parts.join(' '), NAMESPACE);
const NAMESPACE = '7d0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b17';

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
