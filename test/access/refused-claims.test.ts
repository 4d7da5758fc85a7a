import { randomUUID } from 'node:crypto';
import type { Grant } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { sourceFiles } from '@waymark/core/imports';
import { Refusal, type RetryableRefusal, StoreUnavailable } from '@waymark/core/kernel';
import { localOperator, permitFor, type RefusedClaim } from '@waymark/governance/access';
import { subjectAccess } from '@waymark/governance/privacy';
import { Importer } from '@waymark/modules/imports/importer';
import { rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { RegisterPupil } from '@waymark/modules/pupil';
import { Platform } from '@waymark/platform';
import { written } from '../imports/office';
import { programme as programmeDefinition, referrals, referred, upnOf } from '../imports/papers';
import { range, readWhole } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';
import { TestClock } from '../support/lockers';
import { furnish, partOf } from './parts';

const [own, other] = [partOf(1), partOf(2)];
const MOST = 5;
const lead: readonly Grant[] = [{ role: 'school-lead', school: own.school }];

interface Held {
  readonly platform: Platform;
  readonly clock: TestClock;
  /** Register a pupil with a UPN at the person's own school. Returns `recorded`, or the code of the refusal. */
  readonly register: (upn: string, person?: string, at?: Platform) => Promise<string>;
  /** A further process on the same data. */
  readonly process: () => Promise<Platform>;
  readonly refused: () => Promise<readonly RefusedClaim[]>;
}

/** Two parts. A lead of the first one tries the UPN of the pupil of the second one. */
async function open(): Promise<Held> {
  const clock = new TestClock('2026-02-15T09:00:00.000Z');
  const data = temporaryDirectory();
  const process = async (work = false): Promise<Platform> => {
    const opened = await Platform.open({ data, clock, work, refusedClaims: MOST });
    afterwards(() => opened.close());
    return opened;
  };
  const platform = await process(true);
  for (const part of [own, other]) await furnish(platform, part, { upTo: 'pupil' });
  const register: Held['register'] = async (upn, person = 'a lead', at = platform) => {
    const grants = person === localOperator.id ? localOperator.grants : lead;
    const permit = permitFor(at.look, { id: person, grants });
    const names = { forename: 'Ada', surname: 'Osei', dateOfBirth: '2013-02-15' };
    const command = valid(RegisterPupil, { upn, ...names, school: own.school, schoolFrom: '2025-09-01' });
    try {
      await at.submitter.submit({ module: 'pupil', id: randomUUID(), command, actor: person, permit });
      return 'recorded';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  const refused = async (): Promise<RefusedClaim[]> => {
    const found: RefusedClaim[] = [];
    for await (const claim of platform.accessLog.refusedClaims({})) found.push(claim);
    return found;
  };
  return { platform, clock, register, process, refused };
}

describe('a refused claim', () => {
  it('is recorded with the person, the kind of the value and the command, without the value and its holder', async () => {
    const { platform, clock, register, refused } = await open();
    expect(await register(other.upn)).toBe('UPN_TAKEN');
    expect(await refused()).toEqual([
      { at: clock.now(), person: 'a lead', kind: 'upn', command: 'RegisterPupil' },
    ]);
    const [event] = (await readWhole(platform.log)).filter(({ type }) => type === 'ClaimRefused');
    expect(JSON.stringify(event)).not.toMatch(new RegExp(`${other.upn}|${other.pupil}|upn\\.`));
  });

  it('is not recorded for an accepted claim, nor for commands of the service', async () => {
    const { platform, register, refused } = await open();
    expect(await register(upnOf(70))).toBe('recorded');
    const command = valid(RegisterPerson, { subject: 'known', name: 'Somebody' });
    const send = () =>
      platform.submitter.submit({ module: 'person', id: randomUUID(), command, actor: 'job:directory' });
    await send();
    await expect(send()).rejects.toMatchObject({ code: 'SUBJECT_TAKEN' });
    expect(await refused()).toEqual([]);
  });

  it('is not told if it cannot be recorded', async () => {
    const { platform, register, refused } = await open();
    const append = platform.stores.events.append.bind(platform.stores.events);
    const failing = jest
      .spyOn(platform.stores.events, 'append')
      .mockImplementation((stream, ...rest) =>
        stream.startsWith('access-') ? Promise.reject(new Error('disk full')) : append(stream, ...rest),
      );
    await expect(register(other.upn)).rejects.toThrow(StoreUnavailable);
    failing.mockRestore();
    expect(await refused()).toEqual([]);
    expect(await register(other.upn)).toBe('UPN_TAKEN');
  });

  it('is in the subject access document of the person, also if the person was shown nothing that day', async () => {
    const { platform, register } = await open();
    const id = randomUUID();
    const command = valid(RegisterPerson, { subject: 'a-lead', name: 'Somebody' });
    await platform.submitter.submit({ module: 'person', id, command, actor: 'office' });
    await register(other.upn, id);
    const { history } = await subjectAccess(
      {
        ...{ events: platform.events, look: platform.look, submitter: platform.submitter },
        ...{ keys: platform.keys, accessLog: platform.accessLog, now: () => platform.now() },
      },
      { kind: 'person', id },
    );
    expect(history.map(({ type }) => type)).toEqual(['PersonRegistered', 'ClaimRefused']);
  });
});

describe('the limit of refused claims', () => {
  const exhaust = async ({ register }: Held, person?: string): Promise<void> => {
    for (const _ of range(MOST)) expect(await register(other.upn, person)).toBe('UPN_TAKEN');
  };

  it('refuses every further claim of the person within the hour, whether the value is taken or not', async () => {
    const held = await open();
    await exhaust(held);
    const look = jest.spyOn(held.platform.stores.events, 'readStream');
    const looked = () => look.mock.calls.filter(([stream]) => stream.startsWith('claim-')).length;
    for (const upn of [other.upn, upnOf(70)])
      expect(await held.register(upn)).toBe('TOO_MANY_REFUSED_CLAIMS');
    expect(looked()).toBe(0);
    expect(await held.register(upnOf(70), 'another lead')).toBe('recorded');
    expect(looked()).toBeGreaterThan(0);
  });

  it('ends when the refusals are an hour old, also after midnight', async () => {
    const held = await open();
    const { clock, register } = held;
    // The clock starts at 09:00: the first refusal is at 23:30.
    clock.pass(14.5 * 3_600);
    expect(clock.now()).toMatch(/T23:30/);
    await register(other.upn);
    clock.pass(45 * 60);
    for (const _ of range(MOST - 1)) expect(await register(other.upn)).toBe('UPN_TAKEN');
    expect(await register(upnOf(70))).toBe('TOO_MANY_REFUSED_CLAIMS');
    clock.pass(15 * 60);
    expect(await register(other.upn)).toBe('UPN_TAKEN');
    expect(await register(other.upn)).toBe('TOO_MANY_REFUSED_CLAIMS');
    clock.pass(45 * 60);
    expect(await register(upnOf(70))).toBe('recorded');
  });

  it('says after how many seconds the person can send the command again', async () => {
    const held = await open();
    await exhaust(held);
    held.clock.pass(600);
    const permit = permitFor(held.platform.look, { id: 'a lead', grants: lead });
    const names = { upn: upnOf(70), forename: 'Ada', surname: 'Osei', dateOfBirth: '2013-02-15' };
    const command = valid(RegisterPupil, { ...names, school: own.school, schoolFrom: '2025-09-01' });
    const sent = held.platform.submitter.submit({
      ...{ module: 'pupil', id: randomUUID(), command, actor: 'a lead', permit },
    });
    const expected: Partial<RetryableRefusal> = { kind: 'limited', seconds: 3_000 };
    await expect(sent).rejects.toMatchObject(expected);
  });

  it('holds in another process and after a restart', async () => {
    const held = await open();
    const second = await held.process();
    await held.register(other.upn);
    for (const _ of range(MOST - 1))
      expect(await held.register(other.upn, 'a lead', second)).toBe('UPN_TAKEN');
    for (const at of [held.platform, second, await held.process()])
      expect(await held.register(upnOf(70), 'a lead', at)).toBe('TOO_MANY_REFUSED_CLAIMS');
  });

  it('holds for claims that are sent at once', async () => {
    const { register } = await open();
    const answers = await Promise.all(range(40).map(() => register(other.upn)));
    expect(answers.filter((answer) => answer === 'UPN_TAKEN')).toHaveLength(MOST);
    expect(new Set(answers)).toEqual(new Set(['UPN_TAKEN', 'TOO_MANY_REFUSED_CLAIMS']));
  });

  it('does not hold for the local operator, whose refused claims are recorded', async () => {
    const held = await open();
    for (const _ of range(MOST + 3))
      expect(await held.register(other.upn, localOperator.id)).toBe('UPN_TAKEN');
    expect(await held.refused()).toHaveLength(MOST + 3);
  });
});

describe('an import', () => {
  /** Import referrals of pupils at the own school as its lead. Returns the outcome of each row. */
  async function imported({ platform }: Held, into: Platform, person: string, upns: readonly string[]) {
    const send = (command: object) =>
      platform.submitter.submit({ module: 'person', id: person, command, actor: 'office' });
    await send(valid(RegisterPerson, { subject: person, name: 'Somebody' }));
    const role = { assignment: person, role: 'school-lead', school: own.school, from: '2020-01-01' };
    await send(valid(AssignRole, role));
    const rows = upns.map((upn) => referred(upn, { school: own.school }));
    const programme = JSON.stringify({ ...programmeDefinition, id: own.programme });
    const paths = written(temporaryDirectory(), {
      'programme.json': programme,
      'referrals.csv': referrals(...rows),
    });
    const id = randomUUID();
    await new Importer(into, id, await sourceFiles(paths), { actor: person }).run();
    const outcomes = (await rowOutcomes(into.events, id)).filter(({ file }) => file === 'referrals.csv');
    return {
      id,
      outcomes: outcomes.flatMap(({ from, to, outcome }) => range(to - from + 1).map(() => outcome)),
    };
  }

  const upns = range(MOST + 3).map(() => other.upn);
  const limited = [...range(MOST).map(() => 'UPN_TAKEN'), ...range(3).map(() => 'TOO_MANY_REFUSED_CLAIMS')];

  it('rejects rows after the limit, and records each refused claim with the import', async () => {
    const held = await open();
    const person = randomUUID();
    const { id, outcomes } = await imported(held, held.platform, person, upns);
    expect(outcomes).toEqual(limited);
    expect(await held.register(upnOf(70), person)).toBe('TOO_MANY_REFUSED_CLAIMS');
    expect(await held.refused()).toEqual(
      range(MOST).map(() => ({
        ...{ at: held.clock.now(), person, kind: 'upn', command: 'RegisterPupil', import: id },
      })),
    );
  });

  it('on a copy counts towards the limit of the original, at once', async () => {
    const held = await open();
    const person = randomUUID();
    const copy = await held.platform.scratch();
    afterwards(() => copy.close());
    const { outcomes } = await imported(held, copy, person, upns);
    expect(outcomes).toEqual(limited);
    expect(await held.refused()).toHaveLength(MOST);
    expect(await held.register(upnOf(70), person)).toBe('TOO_MANY_REFUSED_CLAIMS');
  });
});
