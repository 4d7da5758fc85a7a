import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';
import { localMasterKey } from '@waymark/stores/files/master-key';
import {
  HARBOUR,
  held,
  mentors,
  persistent,
  programme,
  referrals,
  referred,
  registers,
  schools,
  sessions,
} from '../imports/papers';
import { upnOf } from '../support/made-up';
import { afterwards, temporaryDirectory } from '../support/stores';

/**
 * A log as an earlier release recorded it: ids without a key, hashes of commands and files that no person's key seals, and
 * the service of a support referral in clear. The files beside this one hold its events, keys and a certificate.
 */

const [ONE, OTHER, ERASED, REGISTERED] = [7_001, 7_002, 7_003, 7_004].map(upnOf) as [
  string,
  string,
  string,
  string,
];
export const earlierUpns = { ONE, OTHER, ERASED, REGISTERED };

/** Ids of the two imports, and of a pupil whom a person registered. */
export const SETTING = '1a0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
export const PUPILS = '2a0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
export const BY_HAND = '4a0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';

/** The files of the two imports. */
export const setting = {
  'programme.json': JSON.stringify(programme),
  'schools.csv': schools,
  'mentors.csv': mentors(),
};
export const pupilFiles = {
  'referrals.csv': referrals(
    referred(ONE, {
      ...{ forename: 'Quillarnevex', surname: 'Ostrembaljudd', dateOfBirth: '2012-07-29' },
      barriers: 'TRANSPORT;OTHER',
    }),
    referred(OTHER, { forename: 'Brunthallow', surname: 'Vexmirandole', dateOfBirth: '2013-11-08' }),
    referred(ERASED, { forename: 'Ombrelline', surname: 'Tarkwessen', dateOfBirth: '2012-01-17' }),
  ),
  'register.csv': registers(...persistent(ONE), ...persistent(OTHER), ...persistent(ERASED)),
  'sessions.csv': sessions(
    held(ONE, '2025-11-03'),
    held(OTHER, '2025-11-04'),
    held(ONE, '2025-11-10', { outcome: 'MISSED_PUPIL_ILL' }),
    held(ERASED, '2025-11-04'),
  ),
};

/** A person sent these commands, with the keys `referral-1` and `register-4`. */
export const madeReferral = {
  referral: '3a0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10',
  service: 'CAMHS, for Quillarnevex',
  on: '2025-11-12',
};
export const registeredByHand = {
  ...{ upn: REGISTERED, forename: 'Isolde', surname: 'Marchbanque', dateOfBirth: '2012-03-04' },
  ...{ school: HARBOUR, schoolFrom: '2025-09-01' },
};

const read = (name: string): string => readFileSync(join(__dirname, name), 'utf8');

export const earlierEvents = read('log.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedEvent);
export const earlierCertificate = read('certificate.json');
export const earlierSealKey = read('seal-key.pem');

const MASTER = Buffer.alloc(32, 'm');
export const earlierKeys = {
  hashKey: Buffer.alloc(32, 'h'),
  masterKeys: { current: MASTER, former: [] },
};

type Key = { readonly subject: string } & ({ readonly wrapped: string } | { readonly destroyedAt: string });

/** A platform on that log, or on its events up to the first one that `until` selects. */
export async function openEarlier(until?: (event: RecordedEvent) => boolean): Promise<Platform> {
  const clock = { now: () => '2026-03-02T09:00:00.000Z' };
  const platform = await Platform.open({ data: temporaryDirectory(), clock, ...earlierKeys });
  afterwards(() => platform.close());
  const { events, keys } = platform.stores;
  for (const key of JSON.parse(read('keys.json')) as Key[]) {
    if ('destroyedAt' in key) await keys.destroy(key.subject, key.destroyedAt);
    else
      await keys.add(key.subject, {
        master: localMasterKey(MASTER).id,
        wrapped: Buffer.from(key.wrapped, 'hex'),
      });
  }
  const end = until ? earlierEvents.findIndex(until) : earlierEvents.length;
  for (const event of earlierEvents.slice(0, end)) await events.append(event.stream, 'any', [event]);
  await platform.settle();
  return platform;
}
