import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { columns, sourceFiles } from '@waymark/core/imports';
import type { Refusal } from '@waymark/core/kernel';
import { byKey } from '@waymark/core/projections';
import { schools as schoolView } from '@waymark/modules/school/views/schools';
import { temporaryDirectory } from '../support/stores';
import { type Contents, openOffice, written } from './office';
import {
  HARBOUR,
  mentors,
  NORTHGATE,
  programme,
  referrals,
  registers,
  school,
  schools,
  sessions,
  table,
} from './papers';

/** Names of schools, by URN, after the import of a file. */
async function namesAfter(file: Contents): Promise<Record<string, string>> {
  const office = await openOffice();
  await office.take({ 'schools.csv': file });
  const known = await byKey(office.platform.rows, schoolView);
  return Object.fromEntries([...known].map(([urn, { name }]) => [urn, name]));
}

describe('a file', () => {
  const name = 'St Mary’s École';
  const text = table('schools', school(HARBOUR, name), school(NORTHGATE, 'Northgate'));
  const windows1252 = Buffer.from(text.replace('’', '\u0092'), 'latin1');

  it.each<[string, Contents, string, string?]>([
    ['UTF-8', text, 'utf-8'],
    ['UTF-8 with a mark of order', `\uFEFF${text}`, 'utf-8'],
    ['Windows-1252', windows1252, 'windows-1252'],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'utf-16le'],
    ['plain ASCII', text.replace(name, 'Harbour'), 'utf-8', 'Harbour'],
  ])('can be %s', async (_, contents, encoding, called = name) => {
    const office = await openOffice();
    const { report } = await office.take({ 'schools.csv': contents });
    expect(report.files).toMatchObject([{ encoding, rows: 2, accepted: 2 }]);
    const known = await byKey(office.platform.rows, schoolView);
    expect(known.get(HARBOUR)).toMatchObject({ name: called });
  });

  it.each(['\n', '\r\n'])('can end its lines with %j', async (end) => {
    expect(await namesAfter(text.replaceAll('\n', end))).toEqual({
      [HARBOUR]: name,
      [NORTHGATE]: 'Northgate',
    });
  });

  it.each([
    ['first as Windows does', '\r\n', '\n'],
    ['last as Windows does', '\n', '\r\n'],
  ])('can mix both line ends: %s', async (_, first, then) => {
    const [head, ...rest] = text.trim().split('\n');
    const mixed = `${String(head)}${first}${rest.join(then)}${then}`;
    expect(await namesAfter(mixed)).toEqual({ [HARBOUR]: name, [NORTHGATE]: 'Northgate' });
  });

  it('does not need a line break at the end', async () => {
    expect(Object.keys(await namesAfter(text.trimEnd()))).toEqual([HARBOUR, NORTHGATE]);
  });

  it('can have commas and quotes within quotes', async () => {
    const odd = '"Harbour, ""The Old"" School"';
    expect(await namesAfter(table('schools', school(HARBOUR, odd)))).toEqual({
      [HARBOUR]: 'Harbour, "The Old" School',
    });
  });

  it('can have line breaks within quotes, which a name must not have', async () => {
    const rows = [
      `${school(HARBOUR, 'Harbour')},"Upper Site\nOld Road"`,
      `${school(NORTHGATE, '"North\ngate"')},x`,
    ];
    const office = await openOffice();
    const done = await office.take({
      's.csv': [`${columns.schools.join(',')},Address`, ...rows, ''].join('\n'),
    });
    expect(done.rows('s.csv')).toEqual(['accepted', 'FORBIDDEN_CHARACTER']);
  });

  it('can have blank lines, and spaces around its cells', async () => {
    const spaced = `${text.replace('990401,890', ' 990401 , 890 ').replaceAll('\n', '\n\n')}  \n`;
    expect(await namesAfter(spaced)).toEqual({ [HARBOUR]: name, [NORTHGATE]: 'Northgate' });
  });

  it('can have its columns in another order, and further columns', async () => {
    const wide = [
      'Area,GOR (code),GOR (name),URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,' +
        'TypeOfEstablishment (name),PhaseOfEducation (name),EstablishmentStatus (name),Postcode',
      'Blackpool,B,North West,990401,890,Blackpool,4401,Harbour,Academy converter,Secondary,Open,FY1 1AA',
      '',
    ].join('\r\n');
    const office = await openOffice();
    await office.take({ 'edubasealldata.csv': wide });
    expect((await byKey(office.platform.rows, schoolView)).get(HARBOUR)).toMatchObject({
      name: 'Harbour',
      localAuthorityCode: '890',
      establishmentNumber: '4401',
      phase: 'Secondary',
      status: 'Open',
      region: 'North West',
      areaName: 'Blackpool',
    });
  });

  it('can have a name with forbidden characters, which are recorded as dashes', async () => {
    const office = await openOffice();
    const { report } = await office.take({ 'a\u001b[2J\u202eb.csv': text });
    expect(report.files.map((file) => file.name)).toEqual(['a-[2J-b.csv']);
  });

  it('can be a header only', async () => {
    const office = await openOffice();
    const { report } = await office.take({ 'schools.csv': table('schools').trimEnd() });
    expect(report).toMatchObject({ state: 'finished', files: [{ rows: 0, accepted: 0, done: true }] });
  });

  it.each(['3 cells', '3 cells,,,,,,,,,,', school(NORTHGATE, 'North,gate')])(
    'has a row whose columns differ from the header: %s',
    async (row) => {
      const office = await openOffice();
      const done = await office.take({ 'schools.csv': table('schools', row, school(HARBOUR, 'Harbour')) });
      expect(done.rows('schools.csv')).toEqual(['WRONG_COLUMNS', 'accepted']);
    },
  );

  it.each([0, 1, 3, 40, 5_000])(
    'keeps the %i rows before an unclosed quote, and everything after it is one row',
    async (good) => {
      const urns = Array.from({ length: good }, (_, index) => String(100_000 + index));
      const office = await openOffice();
      const done = await office.take({
        'schools.csv': table(
          'schools',
          ...urns.map((urn) => school(urn, 'Harbour')),
          school(HARBOUR, '"Harbour'),
          school(NORTHGATE, 'Northgate'),
        ),
      });
      expect(done.rows('schools.csv')).toEqual([...urns.map(() => 'accepted'), 'WRONG_COLUMNS']);
      expect((await byKey(office.platform.rows, schoolView)).size).toBe(good);
    },
    20_000,
  );

  it.each<[string, (text: string) => Buffer]>([
    ['a mark of order', (json) => Buffer.from(`\uFEFF${json}`)],
    ['Windows-1252', (json) => Buffer.from(json.replaceAll('’', '\u0092'), 'latin1')],
    ['UTF-16', (json) => Buffer.from(`\uFEFF${json}`, 'utf16le')],
  ])('with the programme can be in %s too', async (_, encoded) => {
    const office = await openOffice();
    const named = JSON.stringify({ ...programme, name: 'Pilot’s élan' });
    const { report } = await office.take({ 'programme.json': encoded(named) });
    expect(report.files).toMatchObject([{ kind: 'programme', accepted: 1 }]);
    const [defined] = await office.platform.events.readStream(`programme-${programme.id}`);
    expect(defined?.data).toMatchObject({ name: 'Pilot’s élan' });
  });

  it.each(['terms', 'closures', 'baseline', 'followUp', 'eligibility', 'deliveryModel', 'name', 'id'])(
    'is rejected if it is a programme with an invalid %s',
    async (field) => {
      for (const nonsense of ['x', 5, [5], [null], null, {}]) {
        const office = await openOffice();
        const file = JSON.stringify({ ...programme, [field]: nonsense });
        const done = await office.take({ 'programme.json': file });
        const optional = ['terms', 'closures'].includes(field) && nonsense === null;
        const named = ['name', 'id'].includes(field) && nonsense === 'x';
        expect([field, nonsense, done.file('programme.json').accepted]).toEqual([
          field,
          nonsense,
          Number(optional || named),
        ]);
      }
    },
    20_000,
  );
});

const refusal = (paths: readonly string[]): Promise<{ code: string; message: string }> =>
  sourceFiles(paths).then(
    () => ({ code: 'accepted', message: '' }),
    (error: unknown) => error as Refusal,
  );

describe('files', () => {
  const all = {
    'a.csv': sessions(),
    'b.csv': registers(),
    'c.CSV': referrals(),
    'deep/er/d.csv': mentors(),
    'e.csv': schools,
    'f.json': JSON.stringify(programme),
  };
  const strangers = {
    'readme.txt': 'Good morning',
    'other.csv': 'a,b\n1,2\n',
    'empty.csv': '',
    'broken.csv': '"a,b\n',
    'expected.json': '{}',
    'broken.json': '{',
    'binary.csv': Buffer.from([0, 255, 254, 10, 13, 34]),
  };

  it('are recognised by their columns, and imported in the order of their dependencies', async () => {
    const folder = temporaryDirectory();
    written(folder, { ...all, ...strangers });
    const found = await sourceFiles([folder]);
    expect(found.map(({ kind, name }) => [kind, name])).toEqual([
      ['programme', 'f.json'],
      ['schools', 'e.csv'],
      ['mentors', 'd.csv'],
      ['referrals', 'c.CSV'],
      ['registers', 'b.csv'],
      ['sessions', 'a.csv'],
    ]);
  });

  it('of one kind are imported in the given order', async () => {
    const paths = written(temporaryDirectory(), { 'b.csv': registers(), 'a.csv': registers() });
    expect((await sourceFiles(paths)).map(({ name }) => name)).toEqual(['b.csv', 'a.csv']);
  });

  it('can have any name', async () => {
    const [path] = written(temporaryDirectory(), { 'register.txt': registers() });
    expect(await sourceFiles([path!])).toMatchObject([{ kind: 'registers' }]);
  });

  it.each(Object.entries(strangers))('of unknown kind are refused: %s', async (name, contents) => {
    const paths = written(temporaryDirectory(), { 'register.csv': registers(), [name]: contents });
    const { code, message } = await refusal(paths);
    expect(code).toBe('UNKNOWN_FILE');
    expect(message).toMatch(/^File number 2 of the given paths cannot be imported/);
    expect(message).not.toContain(name);
  });

  it('must exist', async () => {
    const folder = temporaryDirectory();
    const { code, message } = await refusal([folder, join(folder, 'jaydenporter.csv')]);
    expect([code, message]).toEqual([
      'NO_SUCH_FILE',
      'There is no file or folder at path number 2 of the given paths.',
    ]);
    expect((await refusal([folder])).code).toBe('NOTHING_TO_IMPORT');
    expect((await refusal([])).code).toBe('NOTHING_TO_IMPORT');
    written(folder, strangers);
    mkdirSync(join(folder, 'folder.csv'));
    expect((await refusal([folder])).code).toBe('NOTHING_TO_IMPORT');
  });
});
