import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyId } from '@waymark/core/log';
import { publicPem, readSeals, sealKey, sealSinks, settingsFrom } from '@waymark/platform';
import { temporaryDirectory } from '../support/stores';

describe('sealSinks', () => {
  it('defaults to a file in the data folder', async () => {
    const data = temporaryDirectory();
    const [sink, ...others] = sealSinks(settingsFrom({ WAYMARK_DATA: data }));
    expect(others).toEqual([]);
    await sink!.write(1, '{"number":1}');
    expect(existsSync(join(data, 'seals.jsonl'))).toBe(true);
  });

  it('has one sink for each address in WAYMARK_SEALS', () => {
    const { seals } = settingsFrom({
      WAYMARK_SEALS: 'file:/mnt/seals.jsonl, stdout:, https://host/bucket?key=1',
    });
    expect(seals).toEqual(['file:/mnt/seals.jsonl', 'stdout:', 'https://host/bucket?key=1']);
    const readable = sealSinks({ data: 'none', seals: seals! }).map(({ lines }) => lines !== undefined);
    expect(readable).toEqual([true, false, false]);
  });

  it.each(['/mnt/seals.jsonl', 'file:', 'http://host/bucket', 'ftp://host', 'stdout:,secret'])(
    'refuses %s without repeating the value',
    (wrong) => {
      const reading = (): unknown => settingsFrom({ WAYMARK_SEALS: wrong });
      expect(reading).toThrow(/WAYMARK_SEALS must be/);
      expect(reading).not.toThrow(/secret|bucket|ftp/);
    },
  );
});

describe('the keys of seals', () => {
  it('are created on first use, and then stay the same', () => {
    const where = { data: temporaryDirectory() };
    expect(keyId(sealKey(where))).toBe(keyId(sealKey(where)));
    expect(keyId(createPublicKey(publicPem(sealKey(where))))).toBe(keyId(sealKey(where)));
  });

  it('are not created if WAYMARK_SEAL_KEY_FILE names a missing file', () => {
    const sealKeyFile = join(temporaryDirectory(), 'seal.key');
    expect(() => sealKey({ data: 'none', sealKeyFile })).toThrow(
      expect.objectContaining({ code: 'NO_SEAL_KEY' }),
    );
    expect(existsSync(sealKeyFile)).toBe(false);
  });

  it('can be several in one PEM file, but all must be Ed25519', () => {
    const data = temporaryDirectory();
    const file = join(data, 'other.jsonl');
    writeFileSync(file, '');
    const keys = [1, 2].map(() => generateKeyPairSync('ed25519').privateKey);
    const publicKeys = keys.map(publicPem).join('\n');
    expect([...readSeals({ data }, { file, publicKeys })!.keys.keys()]).toEqual(keys.map(keyId));

    const rsa = publicPem(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey);
    expect(() => readSeals({ data }, { file, publicKeys: publicKeys + rsa })).toThrow(
      expect.objectContaining({ code: 'WRONG_KEY' }),
    );
  });

  it('are not needed if there are no seals', () => {
    expect(
      readSeals({ data: temporaryDirectory() }, { file: undefined, publicKeys: undefined }),
    ).toBeUndefined();
  });
});
