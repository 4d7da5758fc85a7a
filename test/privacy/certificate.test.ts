import { type Certificate, certified, certify, erase } from '@waymark/governance/privacy';
import { DAY, decide, FIRST, keyPair, ONE, openKnown } from './erasing';

jest.setTimeout(60_000);

const person = (id: string) => ({ kind: 'pupil', id }) as const;

/** The signature with another first character. */
const flipped = (signature: string): string => (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);

/** A certificate of a pupil's erasure, and the objects it was made with. */
async function given() {
  const office = await openKnown();
  const { platform, one } = office;
  const { signingKey, keys } = keyPair();
  await erase(platform, { ...person(one), ground: 'CONSENT_WITHDRAWN', on: DAY, actor: 'officer' });
  const certificate = await certify({ events: platform.events, signingKey }, person(one));
  return { ...office, signingKey, keys, certificate };
}

describe('the certificate of an erasure', () => {
  it('contains what was erased, when and why, and no personal data', async () => {
    const { platform, one, keys, certificate } = await given();
    const now = platform.now();
    const stream = await platform.events.readStream(`pupil-${one}`);
    const decision = stream.find(({ type }) => type === 'PupilErased')!;
    expect(certified(JSON.stringify(certificate), keys)).toEqual({
      ...{ kind: 'pupil', id: one, ground: 'CONSENT_WITHDRAWN', on: DAY, recordedAt: now },
      ...(decision.metadata.chain && { hash: decision.metadata.chain.hash }),
      ...{ position: decision.position, keyDestroyedAt: now, completedAt: now },
      events: expect.any(Number),
      remains: {
        ...{ clearEvents: 0, unsealedHashes: 0, unkeyedIds: 0, claims: 2 },
        ...{ plainFileHashes: 0, reasons: 0, jobs: 0, earlierRows: 0 },
      },
    });
    expect(certificate.erased.events).toBeGreaterThan(8);
    for (const text of [ONE, ...Object.values(FIRST)])
      expect(JSON.stringify(certificate)).not.toContain(text);
  });

  it('is the same for every request, and valid in any JSON layout', async () => {
    const { platform, one, signingKey, keys, certificate } = await given();
    expect(await certify({ events: platform.events, signingKey }, person(one))).toEqual(certificate);
    const text = JSON.stringify(certificate, undefined, 4);
    expect(certified(text, keys)).toEqual(certificate.erased);
  });

  it.each<[string, (certificate: Certificate) => unknown]>([
    ['CERTIFICATE_CHANGED', ({ erased, ...rest }) => ({ erased: { ...erased, id: 'other' }, ...rest })],
    ['CERTIFICATE_CHANGED', ({ erased, ...rest }) => ({ erased: { ...erased, more: 1 }, ...rest })],
    ['CERTIFICATE_CHANGED', (all) => ({ ...all, signature: flipped(all.signature) })],
    ['OTHER_KEY', (all) => ({ ...all, key: 'another' })],
    ['NO_CERTIFICATE', ({ erased }) => erased],
    ['NO_CERTIFICATE', () => 'nothing'],
    ['NO_CERTIFICATE', (all) => ({ ...all, erased: null })],
  ])('is rejected as %s if it was changed (%#)', async (code, tamper) => {
    const { keys, certificate } = await given();
    const read = (): unknown => certified(JSON.stringify(tamper(certificate)), keys);
    expect(read).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('is rejected with another public key', async () => {
    const { certificate } = await given();
    const read = (): unknown => certified(JSON.stringify(certificate), keyPair().keys);
    expect(read).toThrow(expect.objectContaining({ code: 'OTHER_KEY' }) as Error);
  });

  it('is issued only for a complete erasure', async () => {
    const office = await openKnown();
    const { platform, one, other } = office;
    const parts = { events: platform.events, signingKey: keyPair().signingKey };
    await decide(office, one);
    await expect(certify(parts, person(one))).rejects.toMatchObject({ code: 'ERASURE_WAITING' });
    await expect(certify(parts, person(other))).rejects.toMatchObject({ code: 'NOT_ERASED' });
    await expect(certify(parts, person('nobody'))).rejects.toMatchObject({ code: 'UNKNOWN_PUPIL' });
  });
});
