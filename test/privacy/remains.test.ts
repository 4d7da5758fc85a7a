import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bodyHash } from '@waymark/core/commands';
import { addDays } from '@waymark/core/fields';
import type { RecordedEvent } from '@waymark/core/kernel';
import { copyLog, encryptedCopy, isSealedHash, sealedHash } from '@waymark/core/log';
import { certified, certify, erase } from '@waymark/governance/privacy';
import { MakeReferral } from '@waymark/modules/journey';
import { RegisterPupil } from '@waymark/modules/pupil';
import { certificateText } from '@waymark/operations/terminal';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { keyId } from '@waymark/core/log';
import { createPublicKey } from 'node:crypto';
import { personalFields, type Platform } from '@waymark/platform';
import {
  BY_HAND,
  earlierCertificate,
  earlierEvents,
  earlierKeys,
  earlierSealKey,
  earlierUpns,
  madeReferral,
  openEarlier,
  pupilFiles,
  registeredByHand,
} from '../earlier/earlier';
import { programme } from '../imports/papers';
import { readWhole } from '../support/events';
import { openStores } from '../support/stores';
import { DAY, holding, keyPair, ONE, openCopy, openKnown, papers } from './erasing';

jest.setTimeout(60_000);

const request = (id: string) => ({
  ...({ kind: 'pupil', id, ground: 'CONSENT_WITHDRAWN', on: DAY, actor: 'officer' } as const),
});

async function certificateOf(platform: Platform, id: string) {
  const { events } = platform;
  return (await certify({ events, signingKey: keyPair().signingKey }, { kind: 'pupil', id })).erased;
}

const holder = async ({ submitter }: Platform, kind: string, value: string): Promise<string> =>
  (await submitter.holder(kind, value))!.replace(/^[a-z]+-/, '');

const register = Object.assign(new RegisterPupil(), registeredByHand);
const registration = {
  ...{ module: 'pupil', id: BY_HAND, actor: 'clerk', idempotencyKey: 'register-4' },
  command: register,
};

/** The birth dates for which a hash of the registration, made with the service's key, is in these events. */
function guessedBirthDates(events: readonly RecordedEvent[], key: Buffer): string[] {
  const hashes = new Set(events.map(({ metadata }) => metadata.command.hash));
  const found: string[] = [];
  for (let day = '2011-09-01'; day < '2012-09-01'; day = addDays(day, 1))
    if (hashes.has(bodyHash(key, { ...register, dateOfBirth: day }))) found.push(day);
  return found;
}

describe('after an erasure, what was recorded by this release', () => {
  it('leaves only the claims of the UPN and the journey and the reasons of readers, which the certificate counts', async () => {
    const { platform, one, of } = await openKnown();
    const refer = Object.assign(new MakeReferral(), madeReferral);
    await platform.submitter.submit({
      ...{ module: 'journey', id: of, actor: 'clerk', idempotencyKey: 'referral-1' },
      command: refer,
    });
    await platform.settle();
    expect(holding(platform.data, [madeReferral.service])).toEqual([]);
    expect(JSON.stringify(await readWhole(platform.events))).toContain(madeReferral.service);
    const reader = { id: 'reader-1', grants: [] };
    await platform.accessLog.record(reader, 'GetJourney', [one], 'A meeting about Quillarnevex.');
    await platform.accessLog.record(reader, 'GetJourney', [one]);
    await erase(platform, request(one));
    expect(JSON.stringify(await readWhole(platform.events))).not.toContain(madeReferral.service);
    const { remains, events } = await certificateOf(platform, one);
    expect(remains).toEqual({
      ...{ clearEvents: 0, unsealedHashes: 0, unkeyedIds: 0, claims: 2 },
      ...{ plainFileHashes: 0, reasons: 1, jobs: 0, earlierRows: 0 },
    });
    expect(events).toBeGreaterThan(8);
  });

  it('includes no hash that confirms a guess of the birth date, even with the service’s key', async () => {
    const { platform } = await openKnown();
    await platform.submitter.submit(registration);
    const stored = await platform.stores.events.readStream(`pupil-${BY_HAND}`);
    const serviceKey = keyFromFile(join(platform.data, 'keys', 'hash.key'));
    // With the pupil's own key as well, the hash can be confirmed: it does depend on the body.
    const key = (await platform.keyring.forDecryption(new Set([BY_HAND]))).get(BY_HAND)!;
    expect(stored[0]!.metadata.command.hash).toBe(sealedHash(bodyHash(serviceKey, register), key));
    await erase(platform, request(BY_HAND));
    expect(guessedBirthDates(await readWhole(platform.stores.events), serviceKey)).toEqual([]);
  });

  it('includes no plain hash of a file, and no UPN from the name of a file', async () => {
    const { platform, take } = await openKnown();
    await take({ [`${ONE}-referral.csv`]: papers['referrals.csv'] });
    expect(holding(platform.data, [ONE])).toEqual([]);
    const plain = Object.values(papers).flatMap((text) => [
      createHash('sha256').update(text).digest('hex'),
      createHash('sha256').update(text).digest('base64url'),
    ]);
    expect(holding(platform.data, plain)).toEqual([]);
  });

  it('answers a retry with the first answer, and has no second effect, in this process and after a restart', async () => {
    const { platform } = await openKnown();
    const first = await platform.submitter.submit(registration);
    await erase(platform, request(BY_HAND));
    await platform.settle();
    const head = await platform.events.head();
    const others = Object.assign(new RegisterPupil(), { ...registeredByHand, forename: 'Another' });
    for (const { submitter, events } of [platform, await openCopy({ data: platform.data })]) {
      expect(await submitter.submit(registration)).toEqual({ ...first, repeated: true });
      // Without the key, the bodies can no longer be compared.
      expect(await submitter.submit({ ...registration, command: others })).toEqual({
        ...first,
        repeated: true,
      });
      await expect(submitter.submit({ ...registration, idempotencyKey: 'another' })).rejects.toMatchObject({
        code: 'PUPIL_ERASED',
        kind: 'gone',
      });
      expect(await events.head()).toBe(head);
    }
  });

  it('recognises a retry of the creating command before the erasure, and another body, after a restart', async () => {
    const { platform } = await openKnown();
    const first = await platform.submitter.submit(registration);
    const others = Object.assign(new RegisterPupil(), { ...registeredByHand, forename: 'Another' });
    for (const { submitter } of [platform, await openCopy({ data: platform.data })]) {
      expect(await submitter.submit(registration)).toEqual({ ...first, repeated: true });
      await expect(submitter.submit({ ...registration, command: others })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
    }
  });
});

describe('after an erasure, what an earlier release recorded', () => {
  it('is shown to nobody, and the certificate counts what the stored log still contains', async () => {
    const platform = await openEarlier();
    const one = await holder(platform, 'upn', earlierUpns.ONE);
    const journey = await holder(platform, 'journey', `${programme.id}/${one}`);
    expect(JSON.stringify(await readWhole(platform.events))).toContain(madeReferral.service);
    expect(JSON.stringify(await readWhole(platform.log))).not.toContain(madeReferral.service);
    expect(holding(platform.data, [madeReferral.service]).every((path) => path.startsWith('events'))).toBe(
      true,
    );

    await erase(platform, request(one));
    expect(JSON.stringify(await readWhole(platform.events))).not.toContain('Quillarnevex');
    expect(JSON.stringify((await platform.submitter.load('journey', journey)).state)).not.toContain('CAMHS');

    const own = earlierEvents.filter(({ metadata }) => metadata.subject === one);
    const text = JSON.stringify(own);
    const ids = new Set(text.match(/\b[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{21}\b/g));
    const erased = await certificateOf(platform, one);
    expect(erased.remains).toEqual({
      ...{ clearEvents: 1, unsealedHashes: own.length, claims: 2, plainFileHashes: 3 },
      ...{ unkeyedIds: ids.size, reasons: 0, jobs: 0, earlierRows: 0 },
    });
    expect(certificateText(erased)).toContain('- 1 events with a text that was recorded in clear');
    expect(guessedBirthDates(earlierEvents, earlierKeys.hashKey)).toEqual([registeredByHand.dateOfBirth]);
  });

  it('loses its texts in clear and its hashes when the log is copied with seals', async () => {
    const platform = await openEarlier();
    const { events: from } = platform.stores;
    const { events: to } = openStores();
    const one = await holder(platform, 'upn', earlierUpns.ONE);
    await erase(platform, request(one));
    await copyLog(from, to, { keepsOrder: true, form: encryptedCopy(to, platform.keyring, personalFields) });
    const copies = await readWhole(to);
    expect(JSON.stringify(copies)).not.toContain('Quillarnevex');
    const about = copies.filter(({ metadata }) => metadata.subject !== undefined);
    expect(about.filter(({ metadata }) => !isSealedHash(metadata.command.hash))).toEqual([]);
    expect(guessedBirthDates(copies, earlierKeys.hashKey)).toEqual([]);
    expect(JSON.stringify(await readWhole(from))).toContain('Quillarnevex');
  });

  it('keeps its certificate valid, which says that nothing was counted', () => {
    const key = createPublicKey(earlierSealKey);
    const erased = certified(earlierCertificate, new Map([[keyId(key), key]]));
    expect(erased.remains).toBeUndefined();
    expect(certificateText(erased)).toContain('did not count what remains');
    expect(JSON.stringify(erased)).not.toContain(Object.keys(pupilFiles)[0]!);
  });

  it('gives the same certificate as before for an erasure that it completed', async () => {
    const platform = await openEarlier();
    const id = (JSON.parse(earlierCertificate) as { erased: { id: string } }).erased.id;
    expect({ erased: await certificateOf(platform, id) }).toMatchObject({
      erased: (JSON.parse(earlierCertificate) as { erased: object }).erased,
    });
  });
});
