import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { isEncrypted } from '@waymark/core/log';
import { every } from '@waymark/core/projections';
import { requestImport } from '@waymark/modules/imports/import-job';
import { namesIn } from '@waymark/modules/insights/names';
import { CorrectPupilDetails, RegisterPupil } from '@waymark/modules/pupil';
import { pupils } from '@waymark/modules/pupil/views/pupils';
import { RegisterSchool } from '@waymark/modules/school';
import { checkRelease } from '@waymark/operations';
import { packageFile, type Platform } from '@waymark/platform';
import { newEvent } from '../support/events';
import { harbourAcademy, upnOf } from '../support/made-up';
import { temporaryDirectory } from '../support/stores';
import { filesOf, opened } from '../operations/data-folders';

jest.setTimeout(120_000);

const SAMPLE = [
  'programme.json',
  'schools.csv',
  'mentors.csv',
  'referrals.csv',
  'sessions.csv',
  'registers/blackpool.csv',
];

const table = (name: string): Record<string, string>[] =>
  parse(readFileSync(packageFile('data', 'sample', name)), { columns: true, bom: true });

/** Unique values, which would be found in any file that contains them in plain text. */
const canary = {
  upn: upnOf(424_242),
  forename: 'Xanthippe-Quillonia',
  surname: 'Vandersteenhoven-Brzęczyszczykiewicz',
  dateOfBirth: '2009-02-28',
};

/** Personal data that no file outside the keys folder may contain in plain text. */
const secrets = new Set([
  ...Object.values(canary),
  ...table('mentors.csv').map(({ Name }) => Name!),
  ...table('referrals.csv').flatMap(({ UPN, DateOfBirth, Forename, Surname }) => [
    ...[UPN!, DateOfBirth!, `${Forename!} ${Surname!}`],
    `"forename":"${Forename!}"`,
    `"surname":"${Surname!}"`,
  ]),
]);

/** Which of these are in which files. */
function findSecrets(data: string): string[] {
  const files = Object.entries(filesOf(data)).filter(([path]) => !path.startsWith('keys/'));
  expect(files.map(([path]) => path)).toContain('events.sqlite');
  const bytes = [...secrets].map((text) => Buffer.from(text).toString('latin1'));
  return files.flatMap(([path, content]) =>
    bytes.filter((text) => content.includes(text)).map((text) => `${text} in ${path}`),
  );
}

async function importSample(platform: Platform): Promise<void> {
  const id = randomUUID();
  for (const [index, name] of SAMPLE.entries()) {
    const file = join(await platform.uploads.folderFor(id, index), name.replace('/', '-'));
    copyFileSync(packageFile('data', 'sample', name), file);
  }
  await platform.work();
  await requestImport(platform.jobs, id, { actor: 'local-operator', aliases: false });
  for (let state = ''; state !== 'done';) {
    await platform.settle();
    await nextTurn();
    const job = await platform.jobs.get(id);
    expect(job?.error).toBeUndefined();
    state = job?.state ?? '';
  }
  await register(platform, randomUUID());
  await platform.settle();
}

describe('a data folder', () => {
  it('contains no name, UPN or date of birth in plain text after an import, while authorised readers see them', async () => {
    const data = temporaryDirectory();
    const platform = await opened(data);
    await importSample(platform);

    expect(findSecrets(data)).toEqual([]);
    const names = namesIn(platform.submitter);
    const ids: string[] = [];
    for await (const { key } of every(platform.rows, pupils)) ids.push(key);
    const named = [...(await names.pupils(ids)).values()];
    expect(new Set(named.map(({ upn }) => upn))).toEqual(
      new Set([canary.upn, ...table('referrals.csv').map(({ UPN }) => UPN)]),
    );
    expect(named).toContainEqual({
      upn: canary.upn,
      forename: canary.forename,
      surname: canary.surname,
    });

    await platform.close();
    expect(findSecrets(data)).toEqual([]);
    expect(filesOf(join(data, 'uploads'))).toEqual({});
  });

  it('of an older release is usable: new events are encrypted, and a check reports the unencrypted ones and their hashes', async () => {
    const platform = await opened(temporaryDirectory());
    const { upn, ...details } = canary;
    const data = { upn, ...details, school: '990401', schoolFrom: '2025-09-01' };
    await platform.stores.events.append('pupil-before', 'none', [
      newEvent('PupilRegistered', data, { subject: 'before' }),
    ]);
    const command = Object.assign(new CorrectPupilDetails(), {
      ...details,
      surname: 'After',
      reason: 'spelling',
    });
    await platform.submitter.submit({ module: 'pupil', id: 'before', command, actor: 'clerk' });
    await platform.settle();

    expect((await platform.stores.events.readStream('pupil-before')).map(isEncrypted)).toEqual([false, true]);
    expect(await namesIn(platform.submitter).pupils(['before'])).toEqual(
      new Map([['before', { upn, forename: canary.forename, surname: 'After' }]]),
    );
    const { findings } = await checkRelease(platform);
    expect(findings.filter(({ code }) => code === 'NOT_SEALED')).toEqual([
      {
        effect: 'work',
        code: 'NOT_SEALED',
        message:
          'the log contains 1 event with unencrypted personal data: copy it to a new log with waymark copy --seal',
      },
    ]);
    expect(findings.filter(({ code }) => code === 'HASHES_NOT_SEALED')).toEqual([
      {
        effect: 'work',
        code: 'HASHES_NOT_SEALED',
        message:
          'the log contains 1 event with a hash of a command that its person’s key does not seal: copy it to a new log with waymark copy --seal',
      },
    ]);
  });

  it('gives no names of an erased pupil, in the erasing process and in others', async () => {
    const data = temporaryDirectory();
    const [platform, other] = [await opened(data), await opened(data, { work: false })];
    await platform.submitter.submit({
      ...{ module: 'school', id: '990401', actor: 'clerk' },
      command: Object.assign(new RegisterSchool(), harbourAcademy),
    });
    await register(platform, 'zara');
    expect((await namesIn(other.submitter).pupils(['zara'])).size).toBe(1);
    await platform.keyring.destroy('zara', platform.now());

    expect((await namesIn(platform.submitter).pupils(['zara'])).size).toBe(0);
    while ((await namesIn(other.submitter).pupils(['zara'])).size > 0) await nextTurn();
    expect(await other.submitter.facts('pupil', 'zara')).toBeDefined();
  });
});

async function register(platform: Platform, id: string): Promise<void> {
  const command = Object.assign(new RegisterPupil(), {
    ...canary,
    school: '990401',
    schoolFrom: '2025-09-01',
  });
  await platform.submitter.submit({ module: 'pupil', id, command, actor: 'clerk' });
}
