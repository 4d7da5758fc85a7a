import { randomUUID } from 'node:crypto';
import type { Grant } from '@waymark/core/access';
import { valid } from '@waymark/core/fields';
import { sourceFiles } from '@waymark/core/imports';
import { Importer } from '@waymark/modules/imports/importer';
import { allImports, rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { AppointMentor } from '@waymark/modules/mentor';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { RegisterPupil } from '@waymark/modules/pupil';
import { type Platform } from '@waymark/platform';
import { programme as programmeDefinition, table, upnOf } from '../imports/papers';
import { written } from '../imports/office';
import { temporaryDirectory } from '../support/stores';
import { furnish, type Part, partOf } from './parts';

import { own, other, office, lead, administrator } from './places-office';

jest.setTimeout(60_000);

describe('rows of an import', () => {
  /** Import files as a person with some roles. Returns the outcome of each row. */
  async function sent(platform: Platform, grants: readonly Grant[], files: Readonly<Record<string, string>>) {
    const id = randomUUID();
    const person = randomUUID();
    const command = valid(RegisterPerson, { subject: person, name: 'Somebody' });
    await platform.submitter.submit({ module: 'person', id: person, command, actor: 'office' });
    for (const grant of grants) {
      const role = valid(AssignRole, { assignment: randomUUID(), from: '2025-01-01', ...grant });
      await platform.submitter.submit({ module: 'person', id: person, command: role, actor: 'office' });
    }
    const paths = written(temporaryDirectory(), files);
    await new Importer(platform, id, await sourceFiles(paths), { actor: person }).run();
    const rows = await rowOutcomes(platform.events, id);
    return rows.map(({ file, from, to, outcome }) => `${file} ${String(from)}-${String(to)} ${outcome}`);
  }

  const programmeFile = ({ programme }: Part) => ({ 'programme.json': programmeJson(programme) });

  it('are judged as the commands of the person who sends them', async () => {
    const { platform } = await office();
    const mentors = table('mentors', `${other.mentor},Taken,${own.areaName},${own.school},2025-09-01`);
    expect(
      await sent(platform, administrator(own), { ...programmeFile(own), 'mentors.csv': mentors }),
    ).toEqual(['programme.json 1-1 accepted', 'mentors.csv 1-1 NOT_ALLOWED']);
    expect(await platform.submitter.facts('mentor', other.mentor)).toMatchObject({
      programme: other.programme,
    });
  });

  it('do not count pupils of others who wait for a mentor', async () => {
    const { platform, as } = await office();
    const waiting = partOf(3);
    await furnish(platform, waiting, { upTo: 'eligible' });
    const both: readonly Grant[] = [{ role: 'local-operator' }];
    const elsewhere = {
      name: 'Somebody',
      programme: waiting.programme,
      school: own.school,
      from: '2025-09-01',
    };
    expect(await as(both, 'mentor', waiting.mentor, AppointMentor, elsewhere)).toBe('recorded');
    const before = new Set<string>();
    const counted = async (grants: readonly Grant[]) => {
      await sent(platform, grants, { 'registers.csv': register(own.upn, own.school) });
      await platform.settle();
      const latest = (await allImports(platform.rows)).find(({ id }) => !before.has(id))!;
      before.add(latest.id);
      return latest.followUps!.notAllocated;
    };
    expect(await counted(administrator(own))).toEqual({});
    expect(await counted(administrator(waiting))).toEqual({ NO_MENTOR_AT_SCHOOL: 1 });
  });

  it('of people who are out of reach all have one outcome', async () => {
    const { platform } = await office();
    const known = register(other.upn, own.school);
    const files = {
      'known.csv': known,
      'unknown.csv': register(upnOf(77), own.school),
      'elsewhere.csv': register(other.upn, other.school),
    };
    expect(await sent(platform, lead(own), files)).toEqual([
      'known.csv 1-1 UNKNOWN_PUPIL',
      'unknown.csv 1-1 UNKNOWN_PUPIL',
      'elsewhere.csv 1-1 UNKNOWN_PUPIL',
    ]);
  });

  it('do not tell a birth date: the UPN of a pupil out of reach is taken, whatever the row says', async () => {
    const { platform } = await office();
    const rows = ['2013-02-15', '2013-02-16'].map((born) => referral(other.upn, born, own.school));
    const outcomes = await sent(platform, administrator(own), {
      ...programmeFile(own),
      'referrals.csv': table('referrals', ...rows),
    });
    expect(outcomes).toEqual(['programme.json 1-1 accepted', 'referrals.csv 1-2 UPN_TAKEN']);
  });

  it('that a programme may take in refer a pupil without comparing details', async () => {
    const { platform, as } = await office();
    const pupil = randomUUID();
    const registered = { upn: upnOf(50), forename: 'Ada', surname: 'Osei', dateOfBirth: '2012-05-05' };
    await as(lead(own), 'pupil', pupil, RegisterPupil, {
      ...registered,
      school: own.school,
      schoolFrom: '2025-09-01',
    });
    const outcomes = await sent(platform, administrator(own), {
      ...programmeFile(own),
      'referrals.csv': table('referrals', referral(upnOf(50), '2013-02-15', own.school)),
    });
    expect(outcomes).toEqual(['programme.json 1-1 accepted', 'referrals.csv 1-1 accepted']);
  });
});

const programmeJson = (id: string): string =>
  JSON.stringify({
    ...programmeDefinition,
    id,
    deliveryModel: { ...programmeDefinition.deliveryModel, version: 2 },
  });
const register = (upn: string, school: string): string =>
  table('registers', `${school},${upn},2025-09-10,/,\\,2025-09-10T16:00:00Z`);
const referral = (upn: string, born: string, school: string): string =>
  `${upn},Zara,Farouk,${born},8,F,${school},2025-09-19,Y,N,N,,`;
