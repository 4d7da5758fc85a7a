import { randomUUID } from 'node:crypto';
import { streamName } from '@waymark/core/kernel';
import { copyLog, encryptedCopy } from '@waymark/core/log';
import {
  applyErasures,
  certify,
  destroyErasedKeys,
  erase,
  eraseDue,
  type ErasureRequest,
  finishErasures,
  recordsDue,
  subjectAccess,
} from '@waymark/governance/privacy';
import { AssignRole, ErasePerson, LeavePerson, RegisterPerson } from '@waymark/modules/people';
import type { PersonFacts } from '@waymark/modules/people/facts';
import { dueTable } from '@waymark/operations/terminal';
import { personalFields, type Platform } from '@waymark/platform';
import { type Office, openOffice } from '../imports/office';
import { readWhole } from '../support/events';
import { keyringOn, openKeys } from '../support/keys';
import { openStores } from '../support/stores';
import { holding, keyPair, openCopy } from './erasing';

jest.setTimeout(60_000);

const [NAME, SUBJECT, REASON] = ['Quillarnevex Ostrembaljudd', 'idp|thimblewreck', 'Vexmirandole rang'];
const OWN = [NAME, SUBJECT, REASON];
const OTHERS = ['Brunthallow Dapplestone', 'idp|brunthallow', 'A colleague asked'];
const PUPIL = '0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10';
/** The office's clock is set to 2 March 2026. */
const [LEFT, LAST_DAY] = ['2026-03-02', '2026-03-01'];

interface Staff extends Office {
  /** A person with a role who has read a pupil's record, and a second such person. */
  readonly one: string;
  readonly other: string;
}

async function openStaff(): Promise<Staff> {
  const office = await openOffice();
  const [one, other] = [randomUUID(), randomUUID()];
  for (const [id, [name, subject, reason]] of [
    [one, OWN],
    [other, OTHERS],
  ] as const) {
    await office.command('person', id, RegisterPerson, { name, subject });
    await office.command('person', id, AssignRole, {
      ...{ assignment: randomUUID(), role: 'data-protection-officer', from: '2025-09-01' },
    });
    await office.platform.accessLog.record({ id, grants: [] }, 'GetPupil', [PUPIL], reason);
  }
  return { ...office, one, other };
}

const of = (id: string): ErasureRequest => ({
  ...{ kind: 'person', id, ground: 'NO_LONGER_NEEDED', actor: 'officer' },
});
const leave = ({ command }: Office, id: string): Promise<unknown> =>
  command('person', id, LeavePerson, { on: LEFT });
const whole = async ({ events }: Platform): Promise<string> => JSON.stringify(await readWhole(events));
const among = (texts: readonly string[], text: string): string[] => texts.filter((own) => text.includes(own));

describe('the data held about a person who works with the service', () => {
  it('are encrypted wherever they are stored', async () => {
    const { platform } = await openStaff();
    expect(among(OWN, await whole(platform))).toEqual(OWN);
    expect(holding(platform.data, OWN)).toEqual([]);
  });

  it('are encrypted in a copy of a log from before they were', async () => {
    const { platform } = await openStaff();
    const [before, copy] = [openStores().events, openStores().events];
    for (const { stream, metadata, ...event } of await readWhole(platform.events)) {
      const { chain: _, ...unchained } = metadata;
      await before.append(stream, 'any', [{ ...event, metadata: unchained }]);
    }
    const form = encryptedCopy(copy, keyringOn(openKeys().keys), personalFields);
    await copyLog(before, copy, { form });
    expect(among(OWN, JSON.stringify(await readWhole(before)))).toEqual(OWN);
    expect(among(OWN, JSON.stringify(await readWhole(copy)))).toEqual([]);
  });

  it('are identity, roles and access log entries, and nothing about other people', async () => {
    const { platform, one, other } = await openStaff();
    await platform.accessLog.record({ id: other, grants: [] }, 'SubjectAccess', [one]);
    const document = await subjectAccess(platform, { kind: 'person', id: one });
    expect(document.person).toEqual({
      ...{ name: NAME, subject: SUBJECT },
      roles: [{ role: 'data-protection-officer', from: '2025-09-01' }],
    });
    expect(document.history.map(({ type }) => type)).toEqual([
      'PersonRegistered',
      'RoleAssigned',
      'RecordsRead',
    ]);
    expect(document.history.at(-1)?.data).toEqual({ what: 'GetPupil', pupils: [PUPIL], reason: REASON });
    expect(document.reads).toMatchObject([{ reader: other, what: 'SubjectAccess' }]);
    expect(among(OTHERS, JSON.stringify(document))).toEqual([]);
  });
});

describe('erasing a person who worked with the service', () => {
  it('is refused, and destroys nothing, while the person has a role', async () => {
    const { platform, one } = await openStaff();
    await expect(erase(platform, of(one))).rejects.toMatchObject({ code: 'PERSON_HAS_ROLES' });
    expect(among(OWN, await whole(platform))).toEqual(OWN);
    await expect(erase(platform, of(randomUUID()))).rejects.toMatchObject({ code: 'UNKNOWN_PERSON' });
  });

  it('leaves nothing that identifies the person, and does not affect other people', async () => {
    const office = await openStaff();
    const { platform, one } = office;
    await leave(office, one);
    expect(await erase(platform, of(one))).toBe('completed');
    const log = await whole(platform);
    expect(among(OWN, log)).toEqual([]);
    expect(among(OTHERS, log)).toEqual(OTHERS);
    expect((await platform.keys.load([one])).get(one)).toHaveProperty('destroyedAt');
    const { person: held, key } = await subjectAccess(platform, { kind: 'person', id: one });
    expect([Object.keys(held), key]).toEqual([['subject', 'name', 'roles'], 'destroyed']);
    expect(held).toMatchObject({ subject: undefined, name: undefined });
  });

  it('keeps the access log by ids, without reasons', async () => {
    const office = await openStaff();
    const { platform, one, other } = office;
    await leave(office, one);
    await erase(platform, of(one));
    const reads = [];
    for await (const { at: _, ...read } of platform.accessLog.reads({ pupil: PUPIL })) reads.push(read);
    expect(reads).toEqual([
      { reader: one, what: 'GetPupil', pupil: PUPIL },
      { reader: other, what: 'GetPupil', pupil: PUPIL, reason: OTHERS[2] },
    ]);
  });

  it('leaves their tokens without rights, and their subject cannot be registered again', async () => {
    const office = await openStaff();
    const { platform, one } = office;
    await leave(office, one);
    await erase(platform, of(one));
    expect(await platform.people.reader(SUBJECT)).toEqual({ id: one, grants: [] });
    await expect(
      office.command('person', randomUUID(), RegisterPerson, { name: NAME, subject: SUBJECT }),
    ).rejects.toMatchObject({ code: 'SUBJECT_TAKEN' });
  });

  it('is certified, and counts the access log entries as their events', async () => {
    const office = await openStaff();
    const { platform, one } = office;
    await leave(office, one);
    await erase(platform, of(one));
    const { signingKey } = keyPair();
    const { erased } = await certify({ events: platform.events, signingKey }, { kind: 'person', id: one });
    // Registered, role assigned, record read, left, erased.
    expect(erased).toMatchObject({ kind: 'person', id: one, ground: 'NO_LONGER_NEEDED', events: 5 });
  });

  it('is completed after an interruption', async () => {
    const office = await openStaff();
    const { platform, one } = office;
    await leave(office, one);
    await office.command('person', one, ErasePerson, { ground: 'NO_LONGER_NEEDED', on: LEFT });
    expect(await destroyErasedKeys(platform)).toEqual([{ kind: 'person', id: one }]);
    expect(among(OWN, await whole(platform))).toEqual([]);
    expect(await finishErasures(platform)).toEqual([]);
    const types = (await platform.events.readStream(streamName('person', one))).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['PersonErased', 'PersonErasureCompleted']);
  });

  it('is repeated on a restored log in which the person still has a role, and ends that role', async () => {
    const { platform, one, other } = await openStaff();
    const restored = await openCopy({ data: platform.data });
    const list = [{ subject: one, destroyedAt: '2026-03-02T09:00:00.000Z' }];
    expect(await applyErasures(restored, list, 'operator')).toEqual({
      ...{ destroyed: 1, recorded: [{ kind: 'person', id: one }], waiting: 0 },
    });
    expect(among(OWN, await whole(restored))).toEqual([]);
    expect(await restored.people.grants(one)).toEqual([]);
    expect(await restored.people.grants(other)).toHaveLength(1);
  });
});

describe('staff whose retention period has ended', () => {
  it('are those whose last role ended exactly that long ago or earlier', async () => {
    const office = await openStaff();
    const { platform, one } = office;
    expect(await recordsDue(platform, '2099-01-01')).toEqual([]);
    await leave(office, one);
    const due = [{ kind: 'person', id: one, ended: LAST_DAY }];
    expect(await recordsDue(platform, '2032-02-29')).toEqual([]);
    expect(await recordsDue(platform, '2032-03-01')).toEqual(due);
    expect(await recordsDue(platform, '2027-03-01', 1)).toEqual(due);
    expect(await recordsDue(platform, '2032-03-01')).toEqual(due);
    expect(dueTable(await recordsDue(platform, '2032-03-01'), { dryRun: true })).toMatch(
      new RegExp(`person │ ${one} │ ${LAST_DAY} │ ROLES_ENDED │ would be erased`),
    );
  });

  it('include those registered that long ago who never had a role', async () => {
    const { platform, command } = await openStaff();
    const id = randomUUID();
    await command('person', id, RegisterPerson, { name: 'Somebody', subject: 'idp|somebody' });
    expect(await recordsDue(platform, '2032-03-01')).toEqual([]);
    expect(await recordsDue(platform, '2032-03-02')).toEqual([{ kind: 'person', id, ended: LEFT }]);
  });

  it('are erased once, and the others are kept', async () => {
    const office = await openStaff();
    const { platform, one, other } = office;
    await leave(office, one);
    const due = await recordsDue(platform, '2032-03-01');
    expect(await eraseDue(platform, due, { actor: 'officer' })).toEqual(due);
    expect(await recordsDue(platform, '2032-03-01')).toEqual([]);
    expect(among([...OWN, ...OTHERS], await whole(platform))).toEqual(OTHERS);
    expect((await platform.submitter.facts<PersonFacts>('person', other))?.assignments).toBeDefined();
  });
});
