import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PUPIL, UPN } from '../api/client';
import { mended } from '../api/mended';
import { temporaryDirectory } from '../support/stores';
import { type CommandResult, waymark } from './command-line';

jest.setTimeout(90_000);

/** Run commands on the data of a journey with corrections, which no service uses; and a folder for their files. */
async function commandLineOnHistory() {
  const data = temporaryDirectory();
  await (await mended(data)).close();
  const folder = temporaryDirectory();
  return {
    run: (...args: string[]): Promise<CommandResult> => waymark(data, ...args),
    elsewhere: (...args: string[]): Promise<CommandResult> => waymark(temporaryDirectory(), ...args),
    file: (name: string): string => join(folder, name),
  };
}

const erasure = ['erase', 'pupil', PUPIL, '--ground', 'CONSENT_WITHDRAWN', '--on', '2026-03-02', '--yes'];

describe('waymark erase', () => {
  it('writes a certificate that can be checked with the public key alone', async () => {
    const { run, elsewhere, file } = await commandLineOnHistory();
    const certificate = file('certificate.json');
    const erased = await run(...erasure, '--certificate', certificate);
    expect(erased).toMatchObject({ code: 0, errors: '' });
    expect(erased.out).toContain(
      `The data of pupil ${PUPIL} were erased: CONSENT_WITHDRAWN, decided on 2026-03-02`,
    );
    expect(statSync(certificate).mode & 0o777).toBe(0o600);

    const publicKey = file('public.pem');
    writeFileSync(publicKey, (await run('seal', '--public-key')).out);
    const checked = await elsewhere('certificate', certificate, '--public-key', publicKey, '--json');
    expect(checked).toMatchObject({ code: 0, errors: '' });
    expect(JSON.parse(checked.out)).toMatchObject({ kind: 'pupil', id: PUPIL, on: '2026-03-02' });

    writeFileSync(
      file('changed.json'),
      readFileSync(certificate, 'utf8').replace('2026-03-02', '2026-03-03'),
    );
    const changed = await elsewhere('certificate', file('changed.json'), '--public-key', publicKey);
    expect(changed).toMatchObject({ code: 1, out: '' });
    expect(changed.errors).toMatch(/^CERTIFICATE_CHANGED: /);
  });

  it('gives the same certificate when run again, and does not overwrite a file', async () => {
    const { run, file } = await commandLineOnHistory();
    const certificate = file('certificate.json');
    const first = await run(...erasure, '--json', '--certificate', certificate);
    const again = await run(...erasure, '--json');
    expect(JSON.parse(again.out)).toEqual(JSON.parse(first.out));
    const over = await run(...erasure, '--certificate', certificate);
    expect(over).toMatchObject({ code: 1, out: '' });
    expect(over.errors).toMatch(/^FILE_THERE: /);
  });

  it('is refused without --yes if nobody can be asked, and then changes nothing', async () => {
    const { run, file } = await commandLineOnHistory();
    const asked = await run(...erasure.filter((flag) => flag !== '--yes'));
    expect(asked).toMatchObject({ code: 1, out: '' });
    expect(asked.errors).toMatch(/^CONFIRMATION_NEEDED: .*--yes/);
    writeFileSync(
      file('list.jsonl'),
      JSON.stringify({ subject: PUPIL, destroyedAt: '2026-03-02T09:00:00.000Z' }),
    );
    const applied = await run('erasures', 'apply', file('list.jsonl'));
    expect(applied.errors).toMatch(/^CONFIRMATION_NEEDED: /);
    expect((await run('erasures', 'list')).out).toBe('');
  });

  it('lists erased people, and applies the list to an older copy of the data', async () => {
    const { run, file } = await commandLineOnHistory();
    const restored = await commandLineOnHistory();
    await run(...erasure);
    const { code, out } = await run('erasures', 'list');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ subject: PUPIL, destroyedAt: expect.any(String) });
    writeFileSync(file('erasures.jsonl'), out);

    const applied = await restored.run('erasures', 'apply', file('erasures.jsonl'), '--json', '--yes');
    expect(JSON.parse(applied.out)).toEqual({
      ...{ destroyed: 1, recorded: [{ kind: 'pupil', id: PUPIL }], waiting: 0 },
    });
    expect((await restored.run('erasures', 'list')).out).toBe(out);
  });

  it.each([
    [
      'UNKNOWN_PUPIL: ',
      [...erasure.slice(0, 2), '00000000-0000-4000-8000-000000000000', ...erasure.slice(3)],
    ],
    ['UNKNOWN_PERSON: ', ['erase', 'person', '00000000-0000-4000-8000-000000000000', ...erasure.slice(3)]],
    ['error: command-argument value', ['erase', 'school', '990401', ...erasure.slice(3)]],
    ['error: required option', erasure.slice(0, 3)],
    ["error: option '--ground", [...erasure.slice(0, 4), 'ERASED_BEFORE_RESTORE']],
  ])('prints the error %sfor a wrong argument', async (words, args) => {
    const { run } = await commandLineOnHistory();
    const result = await run(...args);
    expect(result).toMatchObject({ code: 1, out: '' });
    expect(result.errors).toContain(words);
  });
});

describe('waymark subject-access', () => {
  it('writes everything to a file that only its owner may read, and prints none of it', async () => {
    const { run, file } = await commandLineOnHistory();
    const [text, json] = [file('access.md'), file('access.json')];
    const result = await run('subject-access', 'pupil', PUPIL, '--out', text);
    expect(result).toMatchObject({ code: 0, out: '' });
    expect(result.errors).not.toContain(UPN);
    expect(statSync(text).mode & 0o777).toBe(0o600);
    expect(readFileSync(text, 'utf8')).toContain(`- upn: ${UPN}\n`);
    await run('subject-access', 'pupil', PUPIL, '--out', json, '--format', 'json');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      ...{ person: { upn: UPN }, key: 'held' },
      // The second document records who received the first.
      reads: [{ reader: 'local-operator', what: 'SubjectAccess' }],
    });
  });
});

describe('waymark retention', () => {
  it('lists people whose retention period has ended, and the rules', async () => {
    const { run } = await commandLineOnHistory();
    const dry = await run('retention', '--dry-run');
    expect(dry).toMatchObject({ code: 0, errors: '', out: 'No retention period has ended.\n' });
    const rules = await run('retention', '--rules', '--json');
    expect(JSON.parse(rules.out)).toContainEqual(expect.objectContaining({ record: 'an export' }));
  });
});
