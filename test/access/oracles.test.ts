import { randomUUID } from 'node:crypto';
import { scopeKindOf } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { fileKinds, sourceFiles } from '@waymark/core/imports';
import { type Role, roles, START } from '@waymark/core/kernel';
import { carryOut } from '@waymark/core/reactions';
import { type RefusedClaim, rights } from '@waymark/governance/access';
import { erase } from '@waymark/governance/privacy';
import { Importer } from '@waymark/modules/imports/importer';
import { rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { RegisterPerson } from '@waymark/modules/people';
import { policies } from '@waymark/modules/policies/index';
import { Platform } from '@waymark/platform';
import { type CommandRoute, commandRoutes } from '../../apps/api/commands/routes';
import { raw } from '../api/client';
import { programme as programmeFile, table } from '../imports/papers';
import { written } from '../imports/office';
import { temporaryDirectory } from '../support/stores';
import { furnish, type Part, partOf } from './parts';
import { scenarios, type Sent } from './scenarios';
import { own, other, type World, world } from './world';

/*
 * What a command or a row of an import answers about a value that is out of the sender's reach: the same whether a record
 * holds the value or an erased record does, and where the sender may not act, also the same as if nobody held it. Each
 * answer that says that a value is taken is in the access log.
 */

jest.setTimeout(300_000);

/** A part whose pupil, and a person whose subject, are erased. */
const erased = partOf(3);
const NOBODY = partOf(4);
const SUBJECTS = { held: 'held-subject', erased: 'erased-subject', nobody: 'free-subject' };

/** The holders of a value out of reach. */
type Holder = keyof typeof SUBJECTS;
const holders = ['held', 'erased', 'nobody'] as const;
const partWith: Readonly<Record<Holder, Part>> = { held: other, erased, nobody: NOBODY };

let served: World;

beforeAll(async () => {
  served = await world();
  const { platform } = served;
  await furnish(platform, erased);
  await platform.settle();
  const request = { ground: 'CONSENT_WITHDRAWN', actor: 'officer' } as const;
  await erase(platform, { kind: 'pupil', id: erased.pupil, ...request });
  for (const holder of ['held', 'erased'] as const) {
    const id = randomUUID();
    const command = valid(RegisterPerson, { subject: SUBJECTS[holder], name: 'Somebody' });
    await platform.submitter.submit({ module: 'person', id, command, actor: 'office' });
    if (holder === 'erased') await erase(platform, { kind: 'person', id, ...request });
  }
  await platform.settle();
}, 60_000);

afterAll(() => served.close());

/** Every claim that was refused so far. */
async function refusedClaims(): Promise<RefusedClaim[]> {
  const found: RefusedClaim[] = [];
  for await (const claim of served.platform.accessLog.refusedClaims({})) found.push(claim);
  return found;
}

/** The person with the role over the first part. */
async function personWith(role: Role): Promise<string> {
  const headers = await served.headersOf(role);
  expect(headers).toHaveProperty('authorization');
  const stream = await served.platform.submitter.holder('subject', `${role}-1`);
  return stream!.slice('person-'.length);
}

/** A pupil of the first part, whose UPN and journeys the command may change. */
const pupilDetails = {
  forename: 'Ada',
  surname: 'Osei',
  dateOfBirth: '2013-02-15',
  schoolFrom: '2025-09-01',
};

/** A command that claims a value, at a place that the sender may reach or not. */
interface Claiming {
  readonly taken: string;
  readonly send: (holder: Holder, at: Part) => Sent;
}

/** Every command that claims a value. */
const claiming: Readonly<Record<string, Claiming>> = {
  RegisterPupil: {
    taken: 'UPN_TAKEN',
    send: (holder, { school }) => ({
      ...{ module: 'pupil', id: randomUUID() },
      body: { upn: partWith[holder].upn, ...pupilDetails, school },
    }),
  },
  ChangeUpn: {
    taken: 'UPN_TAKEN',
    send: (holder, { pupil }) => ({ module: 'pupil', id: pupil, body: { upn: partWith[holder].upn } }),
  },
  ReferPupil: {
    taken: 'ALREADY_REFERRED',
    // The claimed value is the pupil's journey in the programme, so that the holder is the pupil's.
    send: (holder, { programme, school }) => ({
      ...{ module: 'journey', id: randomUUID() },
      body: { pupil: partWith[holder].pupil, programme, school, on: '2025-09-19', yearGroup: 8 },
    }),
  },
  RegisterPerson: {
    taken: 'SUBJECT_TAKEN',
    send: (holder) => ({
      ...{ module: 'person', id: randomUUID() },
      body: { subject: SUBJECTS[holder], name: 'Somebody' },
    }),
  },
};

const routes: readonly CommandRoute[] = [...commandRoutes.values()]
  .flatMap((each) => [...each.values()])
  .filter(({ replacedBy }) => replacedBy === undefined);

/** What the sender is told: the status, the headers that depend on the answer, and the body without the request's id. */
async function told(role: Role, name: string, { module, id, body }: Sent): Promise<string> {
  const { module: of, name: command } = routes.find(({ type }) => type.name === name)!;
  expect(of.name).toBe(module);
  const text = JSON.stringify(body);
  const answer = await raw(served.url, {
    ...{ method: 'POST', path: `/v1/${of.plural}/${id}/${command}`, body: text },
    headers: {
      ...(await served.headersOf(role)),
      ...{ 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) },
    },
  });
  return `${String(answer.status)} ${answer.text.replace(/"instance":"[^"]*"/, '')}`;
}

describe('the commands that claim values', () => {
  it('are all tried out here', async () => {
    const platform = await Platform.open({ data: temporaryDirectory(), work: false, refusedClaims: 1 });
    const asked = new Set<string>();
    platform.submitter.watchClaims({
      watched: ({ command }, claim) => {
        asked.add(command);
        return claim();
      },
    });
    let position = START;
    const react = async (): Promise<void> => {
      const { events, through } = await platform.events.readAll(position, 1_000);
      position = through;
      for (const event of events)
        for (const policy of policies)
          if (policy.on.has(event.type)) await carryOut(policy, event, platform.submitter);
    };
    for (const [n, [name, { first, send }]] of Object.entries(scenarios).entries()) {
      const part = partOf(n + 1);
      await furnish(platform, part);
      await react();
      const permit = () => Promise.resolve();
      const submit = async (sent: Sent, command: string, actor: string) => {
        const { type } = routes.find((route) => route.type.name === command)!;
        const to = { module: sent.module, id: sent.id, command: valid(type, sent.body), actor };
        await platform.submitter.submit({ ...to, permit });
        await react();
      };
      for (const [command, sent] of first?.(part, 'operations') ?? []) await submit(sent, command, 'first');
      await submit(send(part, 'operations'), name, 'somebody');
    }
    await platform.close();
    expect([...asked].sort()).toEqual(Object.keys(claiming).sort());
  });

  it.each(Object.keys(claiming))('%s tells nothing about who holds a value, as every role', async (name) => {
    const { taken, send } = claiming[name]!;
    const everything: string[] = [];
    for (const role of roles) {
      const before = (await refusedClaims()).length;
      const here: string[] = [];
      for (const holder of ['held', 'erased'] as const) here.push(await told(role, name, send(holder, own)));
      expect([role, here[1]]).toEqual([role, here[0]]);
      const right = rights.get(name)?.[role];
      const there: string[] = [];
      // Somebody who may act everywhere would be accepted with a value that nobody holds.
      for (const holder of right === 'all' ? (['held', 'erased'] as const) : holders)
        there.push(await told(role, name, send(holder, other)));
      expect([role, new Set(there).size]).toEqual([role, 1]);

      const answers = [...here, ...there];
      const refused = (await refusedClaims()).slice(before);
      expect([role, refused.length]).toEqual([
        role,
        answers.filter((answer) => answer.includes(taken)).length,
      ]);
      const person = await personWith(role);
      for (const claim of refused) expect(claim).toMatchObject({ person, command: name });
      everything.push(...answers);
    }
    // Otherwise the test would prove nothing about taken values, or about senders who may not act.
    expect(everything.some((answer) => answer.includes('NOT_ALLOWED'))).toBe(true);
    expect(everything.some((answer) => answer.includes(taken))).toBe(name !== 'ReferPupil');
  });
});

describe('the rows of an import', () => {
  const days = { held: '2025-11-05', erased: '2025-11-06', nobody: '2025-11-07' };
  const upnOf = (holder: Holder): string => partWith[holder].upn;

  /** A file of each kind with a row for each holder, at the place of a part. */
  const filesAt = ({ school, programme, mentor, areaName, region }: Part, which: readonly Holder[]) => {
    const rows = (row: (holder: Holder) => readonly string[]): string[] =>
      which.map((holder) => row(holder).join(','));
    return {
      'programme.json': JSON.stringify({ ...programmeFile, id: programme }),
      'schools.csv': table(
        'schools',
        ...rows((holder) => [
          ...[partWith[holder].school, '890', 'Blackpool', '4401', 'Harbour', 'Secondary', 'Open'],
          ...[region, areaName],
        ]),
      ),
      'mentors.csv': table(
        'mentors',
        ...rows((holder) => [partWith[holder].mentor, 'Somebody', areaName, school, '2025-09-01']),
      ),
      'referrals.csv': table(
        'referrals',
        ...rows((holder) => [
          ...[
            upnOf(holder),
            'Ada',
            'Osei',
            '2013-02-15',
            '8',
            'F',
            school,
            '2025-09-19',
            'Y',
            'N',
            'N',
            '',
            '',
          ],
        ]),
      ),
      'registers.csv': table(
        'registers',
        ...rows((holder) => [school, upnOf(holder), '2025-09-10', '/', '\\', '2025-09-10T16:00:00Z']),
      ),
      'sessions.csv': table(
        'sessions',
        ...rows((holder) => [upnOf(holder), mentor, days[holder], 'HELD', '60', 'IN_PERSON', 'SCHOOL', '1']),
      ),
    };
  };

  /** The outcomes of the rows by kind of file, in order. */
  async function imported(person: string, at: Part, which: readonly Holder[]) {
    const { platform } = served;
    const id = randomUUID();
    const paths = written(temporaryDirectory(), filesAt(at, which));
    await new Importer(platform, id, await sourceFiles(paths), { actor: person }).run();
    const outcomes: Record<string, string[]> = {};
    for (const { file, from, to, outcome } of await rowOutcomes(platform.events, id))
      (outcomes[file.split('.')[0]!] ??= []).push(...Array.from({ length: to - from + 1 }, () => outcome));
    expect(Object.keys(outcomes).sort()).toEqual([...fileKinds].sort());
    const { programme: _own, ...others } = outcomes;
    return { id, outcomes: others };
  }

  it('tell nothing about who holds a value, for every kind of file and as every role', async () => {
    const everything: string[] = [];
    for (const role of roles) {
      const person = await personWith(role);
      const before = (await refusedClaims()).length;
      const all: string[] = [];
      // A role over the whole service may register a school that does not exist.
      const everywhere = scopeKindOf[role] === undefined;
      const places: readonly (readonly [Part, readonly Holder[]])[] = [
        [own, ['held', 'erased']],
        [other, everywhere ? ['held', 'erased'] : holders],
      ];
      for (const [at, which] of places) {
        const { outcomes } = await imported(person, at, which);
        for (const [kind, told] of Object.entries(outcomes))
          expect([role, at.school, kind, told]).toEqual([role, at.school, kind, which.map(() => told[0])]);
        all.push(...Object.values(outcomes).flat());
      }
      const refused = (await refusedClaims()).slice(before);
      expect([role, refused.length]).toEqual([role, all.filter((told) => told === 'UPN_TAKEN').length]);
      for (const claim of refused) expect(claim).toMatchObject({ person, command: 'RegisterPupil' });
      everything.push(...all);
    }
    // Otherwise the test would prove nothing.
    expect([...new Set(everything)]).toEqual(
      expect.arrayContaining(['UPN_TAKEN', 'NOT_ALLOWED', 'UNKNOWN_PUPIL']),
    );
  });
});
