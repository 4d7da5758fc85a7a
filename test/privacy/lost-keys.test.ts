import { join } from 'node:path';
import Database from 'better-sqlite3';
import { isEncrypted } from '@waymark/core/log';
import { erase } from '@waymark/governance/privacy';
import { checkRelease } from '@waymark/operations';
import { waymark } from '../ops/command-line';
import { readWhole } from '../support/events';
import { DAY, type Known, openKnown } from './erasing';

jest.setTimeout(120_000);

/** Change the key store as somebody with access to its file could. */
function change({ platform }: Known, statement: string, ...values: readonly string[]): void {
  const db = new Database(join(platform.data, 'keys', 'keys.sqlite'));
  db.prepare(statement).run(...values);
  db.close();
}

const found = async ({ platform }: Known) =>
  (await checkRelease(platform)).findings.flatMap(({ code, message }) =>
    code === 'KEY_LOST' ? [message] : [],
  );

const verified = async ({ platform }: Known) => {
  const { code, out } = await waymark(platform.data, 'verify', '--json');
  return { code, ...(JSON.parse(out) as { lostKeys: object[] }) };
};

const firstOf = async ({ platform }: Known, subject: string) => {
  const events = await readWhole(platform.stores.events);
  return events.find((event) => event.metadata.subject === subject && isEncrypted(event))!;
};

describe('a key that is lost without an erasure', () => {
  it.each([
    ['missing', 'DELETE FROM keys WHERE subject = ?'],
    ['damaged', 'UPDATE keys SET wrapped = zeroblob(length(wrapped)) WHERE subject = ?'],
    ['damaged', `UPDATE keys SET master = 'another' WHERE subject = ?`],
    [
      'destroyed',
      `UPDATE keys SET wrapped = NULL, master = NULL, destroyed_at = '2026-01-01T00:00:00.000Z' WHERE subject = ?`,
    ],
  ])('is found by check and verify, with the first event that cannot be read: %s', async (why, statement) => {
    const office = await openKnown();
    expect([await found(office), (await verified(office)).lostKeys]).toEqual([[], []]);

    change(office, statement, office.one);
    const { type, stream, revision, position } = await firstOf(office, office.one);
    const text = `the key of ${office.one} ${why === 'missing' ? 'is missing' : why === 'damaged' ? 'is damaged' : 'was destroyed'}, and no erasure is recorded: the first event that cannot be read is ${type} at position ${String(position)}, revision ${String(revision)} of ${stream}`;
    expect(await found(office)).toEqual([text]);
    expect(await verified(office)).toMatchObject({
      code: 1,
      lostKeys: [{ subject: office.one, why, first: { type, stream, revision, position } }],
    });
    expect((await waymark(office.platform.data, 'verify')).out).toContain(text);
  });

  it('is found if it was replaced by the key of another person', async () => {
    const office = await openKnown();
    change(
      office,
      'UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE subject = ?) WHERE subject = ?',
      office.other,
      office.one,
    );
    expect(await found(office)).toEqual([expect.stringContaining(`the key of ${office.one} is damaged`)]);
  });

  it('is found for every person if the key store is empty', async () => {
    const office = await openKnown();
    change(office, 'DELETE FROM keys');
    const messages = (await found(office)).join();
    for (const id of [office.one, office.other]) expect(messages).toContain(`the key of ${id} is missing`);
  });

  it('is not reported if the erasure is recorded, nor are persons without personal data', async () => {
    const office = await openKnown();
    await erase(office.platform, {
      ...{ kind: 'pupil', id: office.one, ground: 'CONSENT_WITHDRAWN' },
      ...{ on: DAY, actor: 'officer' },
    });
    expect(await found(office)).toEqual([]);
    expect(await verified(office)).toMatchObject({ code: 0, lostKeys: [] });
    // The key of an erased person may even be missing; the service destroys it again when it starts.
    change(office, 'DELETE FROM keys WHERE subject = ?', office.one);
    expect(await found(office)).toEqual([]);
    change(office, 'DELETE FROM keys WHERE subject = ?', office.other);
    expect(await found(office)).toEqual([expect.stringContaining(office.other)]);
  });
});
