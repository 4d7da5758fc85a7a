import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyFromFile } from '@waymark/stores/files/key-file';
import { localMasterKey } from '@waymark/stores/files/master-key';
import { range } from '../support/events';
import { temporaryDirectory } from '../support/stores';

describe('a key in a file', () => {
  it('is created on first use, readable only by its owner, and stays the same', () => {
    const file = join(temporaryDirectory(), 'keys', 'master.key');
    const key = keyFromFile(file);

    expect(key).toHaveLength(32);
    expect(keyFromFile(file)).toEqual(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'ab', 'z'.repeat(64), 'ab'.repeat(33)])('is refused if it is not a key: %j', (text) => {
    const file = join(temporaryDirectory(), 'master.key');
    writeFileSync(file, text);

    expect(() => keyFromFile(file)).toThrow('is not 32 bytes in hexadecimal');
  });
});

describe('a local master key', () => {
  const [secret, other] = [randomBytes(32), randomBytes(32)];
  const master = localMasterKey(secret);
  const key = randomBytes(32);

  it('wraps a data key differently each time, and unwraps it', async () => {
    const [one, two] = [await master.wrap('zara', key), await master.wrap('zara', key)];

    expect(one).not.toEqual(two);
    expect(one.includes(key)).toBe(false);
    expect(await localMasterKey(secret).unwrap('zara', one)).toEqual(key);
    expect(await master.unwrap('zara', two)).toEqual(key);
  });

  it('has an id that is the same everywhere and does not reveal the key', () => {
    expect(localMasterKey(Buffer.from(secret)).id).toBe(master.id);
    expect(localMasterKey(other).id).not.toBe(master.id);
    expect(master.id).toMatch(/^local-[0-9a-f]{16}$/);
    expect(secret.toString('hex')).not.toContain(master.id.slice(6));
  });

  it('does not unwrap for another subject, with another key, or with any byte changed', async () => {
    const wrapped = await master.wrap('zara', key);
    const failure = 'wrapped by another master key or for another subject, or was altered';

    await expect(master.unwrap('omar', wrapped)).rejects.toThrow(failure);
    await expect(localMasterKey(other).unwrap('zara', wrapped)).rejects.toThrow(failure);
    for (const at of range(wrapped.length)) {
      const changed = Buffer.from(wrapped);
      changed[at]! ^= 1;
      await expect(master.unwrap('zara', changed)).rejects.toThrow(failure);
    }
    for (const length of [0, 11, 12, 28, wrapped.length - 1])
      await expect(master.unwrap('zara', wrapped.subarray(0, length))).rejects.toThrow(failure);
  });
});
