import { generateKeyPairSync } from 'node:crypto';
import { cpSync } from 'node:fs';
import { keyId } from '@waymark/core/log';
import { RecordBarrier } from '@waymark/modules/journey';
import { ErasePupil } from '@waymark/modules/pupil';
import { Platform } from '@waymark/platform';
import { type Office, openProgramme } from '../imports/office';
import { held, persistent, referrals, referred, registers, sessions } from '../imports/papers';
import { filesOf } from '../operations/data-folders';
import { upnOf } from '../support/made-up';
import { afterwards, temporaryDirectory } from '../support/stores';

/** Two pupils with unique names, each with a held session. The first also has a barrier with a text. */
export const FIRST = { forename: 'Quillarnevex', surname: 'Ostrembaljudd', dateOfBirth: '2012-07-29' };
export const SECOND = { forename: 'Brunthallow', surname: 'Vexmirandole', dateOfBirth: '2013-11-08' };
export const WORDS = 'Will not cross Thimblewreck Lane.';
export const [ONE, OTHER] = [upnOf(7_001), upnOf(7_002)];
export const DAY = '2026-03-02';

export const papers = {
  'referrals.csv': referrals(referred(ONE, FIRST), referred(OTHER, SECOND)),
  'register.csv': registers(...persistent(ONE), ...persistent(OTHER)),
  'sessions.csv': sessions(held(ONE, '2025-11-03'), held(OTHER, '2025-11-04')),
};

export interface Known extends Office {
  /** Ids of the first and the second pupil. */
  readonly one: string;
  readonly other: string;
  /** Id of the first pupil's journey. */
  readonly of: string;
}

/** An office with the two pupils. */
export async function openKnown(): Promise<Known> {
  const office = await openProgramme();
  await office.take(papers);
  const of = await office.journey(ONE);
  await office.command('journey', of, RecordBarrier, {
    ...{ barrier: '7b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b14', kind: 'OTHER', by: 'MENTOR' },
    ...{ on: '2025-11-10', text: WORDS },
  });
  return { ...office, one: await office.pupil(ONE), other: await office.pupil(OTHER), of };
}

export const keyPair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signingKey: privateKey, keys: new Map([[keyId(publicKey), publicKey]]) };
};

/** Record only the decision to erase, as if the process had died afterwards. */
export const decide = ({ platform }: Office, id: string): Promise<unknown> =>
  platform.submitter.submit({
    ...{ module: 'pupil', id, actor: 'officer' },
    command: Object.assign(new ErasePupil(), { ground: 'CONSENT_WITHDRAWN', on: DAY }),
  });

/** A platform on a copy of a data folder, or on a mix of files from several folders. */
export async function openCopy(...folders: readonly { data: string; only?: string }[]): Promise<Platform> {
  const data = temporaryDirectory();
  for (const { data: from, only = '' } of folders)
    cpSync(`${from}/${only}`, `${data}/${only}`, { recursive: true });
  const platform = await Platform.open({ data });
  afterwards(() => platform.close());
  return platform;
}

/** Files in a folder that contain one of some texts. */
export const holding = (folder: string, texts: readonly string[]): string[] =>
  Object.entries(filesOf(folder)).flatMap(([path, content]) =>
    texts.some((text) => content.includes(text)) ? [path] : [],
  );
