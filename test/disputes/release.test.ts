import { randomUUID } from 'node:crypto';
import { valid } from '@waymark/core/fields';
import { claims, type Claimed, Refusal, START, streamName } from '@waymark/core/kernel';
import { carryOut } from '@waymark/core/reactions';
import { permitFor } from '@waymark/governance/access';
import { erase, subjectAccess } from '@waymark/governance/privacy';
import { ContestUpn, RejectDispute, UpholdDispute } from '@waymark/modules/disputes';
import type { DisputeFacts } from '@waymark/modules/disputes/facts';
import { namesIn } from '@waymark/modules/insights/names';
import { RegisterPerson } from '@waymark/modules/people';
import { policies } from '@waymark/modules/policies/index';
import { ChangeUpn, type Pupil, RegisterPupil } from '@waymark/modules/pupil';
import { Platform } from '@waymark/platform';
import { furnish, partOf } from '../access/parts';
import { readWhole } from '../support/events';
import { TestClock } from '../support/lockers';
import { afterwards, temporaryDirectory } from '../support/stores';
import { upnOf } from '../support/made-up';

const [own, other] = [partOf(1), partOf(2)];
const UPN = other.upn;
const [LEAD, OFFICER, NEW] = [randomUUID(), 'an officer', randomUUID()];
const reason = 'Quillarnevex is at our school.';

/** Two processes on the same data: one carries out the policies, the other sends the schools' commands. */
async function open() {
  const [data, clock] = [temporaryDirectory(), new TestClock('2026-02-15T09:00:00.000Z')];
  const [first, second] = [
    await Platform.open({ data, clock, work: false }),
    await Platform.open({ data, clock, work: false }),
  ];
  afterwards(() => Promise.all([first.close(), second.close()]));
  for (const part of [own, other]) await furnish(first, part, { upTo: 'pupil' });
  const register = valid(RegisterPerson, { subject: 'a-lead', name: 'A lead' });
  await first.submitter.submit({ module: 'person', id: LEAD, command: register, actor: 'office' });
  return { first, second };
}

const send = async (
  { submitter }: Platform,
  [module, id, command]: readonly [module: string, id: string, command: object],
  actor = 'office',
): Promise<string> => {
  try {
    const { events } = await submitter.submit({ module, id, command, actor });
    return events.length > 0 ? 'recorded' : 'nothing';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

const dispute: string = randomUUID();
const contest = (platform: Platform, upn = UPN, id = dispute) =>
  send(platform, ['dispute', id, valid(ContestUpn, { upn, school: own.school, reason })], LEAD);
const uphold = (platform: Platform) =>
  send(platform, ['dispute', dispute, valid(UpholdDispute, { reason })], OFFICER);
const details = { forename: 'Ada', surname: 'Osei', dateOfBirth: '2013-02-15' };
const registered = (upn = UPN) =>
  valid(RegisterPupil, { upn, ...details, school: own.school, schoolFrom: '2025-09-01' });
const register = (platform: Platform, id: string = NEW) => send(platform, ['pupil', id, registered()]);
const takeBack = (platform: Platform) =>
  send(platform, ['pupil', other.pupil, valid(ChangeUpn, { upn: UPN })]);

/** Carry out the policies' reactions to the whole log, as after a crash before any of them was remembered. */
async function react(platform: Platform): Promise<void> {
  for (let from = START; ;) {
    const { events, through } = await platform.log.readAll(from, 100);
    if (events.length === 0) return;
    from = through;
    for (const event of events)
      for (const policy of policies)
        if (policy.on.has(event.type)) await carryOut(policy, event, platform.submitter);
  }
}

const pupilIn = async ({ submitter }: Platform, id: string): Promise<Pupil> =>
  (await submitter.load('pupil', id)).state as Pupil;

/** The pupils whose record has the UPN, now or formerly. */
async function havingIt(platform: Platform, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) {
    const { upn, former } = await pupilIn(platform, id);
    if (upn === UPN || former.includes(UPN)) found.push(id);
  }
  return found;
}

/** At most one record has the UPN, and only the record that holds the claim. */
async function demandOne(platform: Platform, ids: readonly string[]): Promise<void> {
  const having = await havingIt(platform, ids);
  const holder = await platform.submitter.holder('upn', UPN);
  expect(having.filter((id) => streamName('pupil', id) !== holder)).toEqual([]);
}

const counted = async (platform: Platform): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { type } of await readWhole(platform.log))
    if (/Release|Dispute/.test(type)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};
const once = {
  ...{ 'disputes.DisputeUpheld': 1, UpnReleased: 1, ValueReleased: 1, UpnReleaseConfirmed: 1 },
};

describe('a dispute that is upheld', () => {
  it('takes the UPN off the pupil, after which the school that contested it can register its own', async () => {
    const { first, second } = await open();
    expect(await register(second)).toBe('UPN_TAKEN');
    expect(await contest(first)).toBe('recorded');
    expect(await uphold(first)).toBe('recorded');
    expect(await register(second)).toBe('UPN_TAKEN');
    await react(first);
    expect(await register(second)).toBe('recorded');
    expect(await second.submitter.holder('upn', UPN)).toBe(streamName('pupil', NEW));
    expect(await counted(first)).toEqual(once);
    expect(await uphold(first)).toBe('nothing');
  });

  it('leaves a pupil without a UPN, who keeps the name and everything else, and can get another UPN', async () => {
    const { first, second } = await open();
    await contest(first);
    await uphold(first);
    await react(first);
    expect(await pupilIn(second, other.pupil)).toMatchObject({ former: [], details: { forename: 'Zara' } });
    expect((await pupilIn(second, other.pupil)).upn).toBeUndefined();
    expect(await namesIn(second.submitter).pupils([other.pupil])).toEqual(
      new Map([[other.pupil, { forename: 'Zara', surname: 'Farouk' }]]),
    );
    const command = valid(ChangeUpn, { upn: upnOf(77) });
    expect(await send(second, ['pupil', other.pupil, command])).toBe('recorded');
    expect(await pupilIn(second, other.pupil)).toMatchObject({ upn: upnOf(77), former: [] });
    const { person } = await subjectAccess(sourcesOf(first), { kind: 'pupil', id: other.pupil });
    expect(person).toMatchObject({ upn: upnOf(77), formerUpns: [], forename: 'Zara' });
  });

  it('releases a former UPN too, and the UPN of an erased pupil', async () => {
    for (const before of [
      ({ submitter }: Platform) => {
        const command = valid(ChangeUpn, { upn: upnOf(77) });
        return submitter.submit({ module: 'pupil', id: other.pupil, command, actor: 'office' });
      },
      (platform: Platform) =>
        erase(platform, { kind: 'pupil', id: other.pupil, ground: 'CONSENT_WITHDRAWN', actor: OFFICER }),
    ]) {
      const { first, second } = await open();
      await before(first);
      await contest(first);
      await uphold(first);
      await react(first);
      expect(await register(second)).toBe('recorded');
      await demandOne(second, [other.pupil, NEW]);
      expect(await counted(first)).toEqual(once);
    }
  });

  it('can be followed by a dispute that gives the UPN back', async () => {
    const { first, second } = await open();
    await contest(first);
    await uphold(first);
    await react(first);
    await register(second);
    const back = randomUUID();
    const command = valid(ContestUpn, { upn: UPN, school: other.school, reason });
    await send(second, ['dispute', back, command], 'another lead');
    await send(second, ['dispute', back, valid(UpholdDispute, { reason })], OFFICER);
    await react(first);
    expect(await takeBack(second)).toBe('recorded');
    expect(await havingIt(second, [other.pupil, NEW])).toEqual([other.pupil]);
  });
});

describe('the release of a UPN', () => {
  /** Run work before each append of the first process. Throws in the nth append: the process dies there. */
  function beforeAppends(
    { stores: { events } }: Platform,
    work: () => Promise<void>,
    dies = Infinity,
  ): () => void {
    const append = events.append.bind(events);
    let count = 0;
    const spy = jest.spyOn(events, 'append').mockImplementation(async (...args) => {
      if (count++ === dies) throw new Error('died');
      await work();
      return append(...args);
    });
    return () => spy.mockRestore();
  }

  it.each([0, 1, 2])('continues after a crash before append %i, with each step once', async (dies) => {
    const { first, second } = await open();
    await contest(first);
    await uphold(first);
    const restore = beforeAppends(first, () => Promise.resolve(), dies);
    await expect(react(first)).rejects.toThrow('died');
    restore();
    await demandOne(second, [other.pupil, NEW]);
    await react(second);
    expect(await register(second)).toBe('recorded');
    expect(await counted(second)).toEqual(once);
  });

  /** A pupil whose registration died after it claimed the UPN. */
  async function ghost(platform: Platform): Promise<string> {
    const id = randomUUID();
    await send(platform, ['pupil', other.pupil, valid(ChangeUpn, { upn: upnOf(77) })]);
    const { submitter, stores } = platform;
    await contest(platform);
    await uphold(platform);
    await react(platform);
    const append = stores.events.append.bind(stores.events);
    const spy = jest
      .spyOn(stores.events, 'append')
      .mockImplementation((stream, ...rest) =>
        stream.startsWith('pupil-') ? Promise.reject(new Error('died')) : append(stream, ...rest),
      );
    const command = registered();
    await expect(submitter.submit({ module: 'pupil', id, command, actor: 'office' })).rejects.toThrow('died');
    spy.mockRestore();
    return id;
  }

  it.each([
    ['a registered pupil', 0, ['UPN_BEING_RELEASED', 'UPN_TAKEN', 'recorded']],
    ['a pupil whose registration died', 0, ['PUPIL_ALREADY_REGISTERED', 'UPN_TAKEN', 'recorded']],
    ['a pupil whose registration died', 1, ['UPN_BEING_RELEASED', 'UPN_TAKEN', 'recorded']],
  ] as const)(
    'by %s never leaves two records with the UPN, whatever the schools send from append %i on',
    async (holder, from, expected) => {
      const { first, second } = await open();
      const id = holder === 'a registered pupil' ? other.pupil : await ghost(first);
      const last = randomUUID();
      await contest(second, UPN, last);
      await send(second, ['dispute', last, valid(UpholdDispute, { reason })], OFFICER);
      const answers: string[] = [];
      let appends = 0;
      const attempt = async (): Promise<void> => {
        if (appends++ < from) return;
        const again = holder === 'a registered pupil' ? takeBack(second) : register(second, id);
        answers.push(await again, await register(second));
        await demandOne(second, [other.pupil, NEW, id]);
      };
      const restore = beforeAppends(first, attempt);
      await react(first);
      restore();
      await attempt();
      expect(answers).toEqual(expect.arrayContaining([...expected]));
      expect(await havingIt(second, [other.pupil, NEW, id])).toEqual([NEW]);
    },
  );
});

describe('a dispute', () => {
  it('stores the UPN and the reason nowhere in clear', async () => {
    const { first } = await open();
    await contest(first);
    await send(first, ['dispute', dispute, valid(RejectDispute, { reason })], OFFICER);
    const stored = JSON.stringify(await readWhole(first.stores.events));
    expect(stored).toContain('ValueContested');
    for (const secret of [UPN, reason, 'Quillarnevex']) expect(stored).not.toContain(secret);
  });

  it('is recorded with the same answer and the same event, whether a record holds the UPN or not', async () => {
    const { first } = await open();
    const [free, taken] = [randomUUID(), randomUUID()];
    expect([await contest(first, UPN, taken), await contest(first, upnOf(77), free)]).toEqual([
      ...['recorded', 'recorded'],
    ]);
    const shapeOf = async (id: string) => {
      const [event] = await first.log.readStream(streamName('dispute', id));
      return Object.keys(event!.data).sort();
    };
    expect(await shapeOf(taken)).toEqual(await shapeOf(free));
  });

  it('is closed when the person who contested the UPN is erased, and is part of that person’s subject access', async () => {
    const { first } = await open();
    await contest(first);
    const { history } = await subjectAccess(sourcesOf(first), { kind: 'person', id: LEAD });
    expect(history.map(({ type }) => type)).toContain('disputes.ValueContested');
    expect(JSON.stringify(history)).toContain(reason);
    await erase(first, { kind: 'person', id: LEAD, ground: 'NO_LONGER_NEEDED', actor: OFFICER });
    expect(await first.submitter.facts<DisputeFacts>('dispute', dispute)).toMatchObject({ state: 'closed' });
    expect(await uphold(first)).toBe('PERSON_ERASED');
    expect((await first.submitter.load('dispute', dispute)).state).not.toHaveProperty('reason', reason);
    const claim = await first.submitter.facts<Claimed>(
      claims.name,
      claimOf(await first.log.readStream(`dispute-${dispute}`)),
    );
    expect(claim?.by).toBe(streamName('pupil', other.pupil));
  });

  it('can be recorded only for a school that the person reaches', async () => {
    const { first } = await open();
    const grants = [{ role: 'school-lead', school: own.school } as const];
    const sent = (school: string) => {
      const command = valid(ContestUpn, { upn: UPN, school, reason });
      const permit = permitFor(first.look, { id: LEAD, grants });
      return first.submitter.submit({ module: 'dispute', id: randomUUID(), command, actor: LEAD, permit });
    };
    await expect(sent(other.school)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(sent('990888')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect((await sent(own.school)).events).toEqual(['disputes.ValueContested']);
  });
});

const claimOf = ([contested]: readonly { readonly data: object }[]): string =>
  (contested!.data as { readonly claim: string }).claim;

const sourcesOf = (platform: Platform) => ({
  ...{ events: platform.events, look: platform.look, submitter: platform.submitter },
  ...{ keys: platform.keys, accessLog: platform.accessLog, now: () => platform.now() },
});
