import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { check } from '@waymark/core/fields';
import { columns, sourceFiles } from '@waymark/core/imports';
import { byKey } from '@waymark/core/projections';
import { Importer } from '@waymark/modules/imports/importer';
import { rowOutcomes } from '@waymark/modules/imports/views/import-reports';
import { RegisterSchool } from '@waymark/modules/school';
import { schools as schoolView } from '@waymark/modules/school/views/schools';
import { commandRoutes } from '../../apps/api/commands/routes';
import { exampleOf } from '../../apps/api/openapi/schemas';
import { openProgramme, written } from '../imports/office';
import { held, marked, referred, table } from '../imports/papers';
import { harbourAcademy, upnOf } from '../support/made-up';
import { temporaryDirectory } from '../support/stores';
import { allocated, raw, SCHOOL, serve, serverOfAll } from './client';

const forbidden: Readonly<Record<string, string>> = {
  'a control character': '\u0007',
  'a C1 control character': '\u0085',
  'a bidirectional control': '\u202e',
  'a lone surrogate': '\ud800',
  'a noncharacter': '\ufdd0',
  'a zero-width space': '\u200b',
  'a soft hyphen': '\u00ad',
  'a tag': '\u{e0041}',
  'a variation selector': '\ufe0f',
};

/** Copies of a value: in each, another text in it is changed. With the path of that text. */
function* withText(
  value: unknown,
  change: (text: string) => string,
  path: readonly string[] = [],
): Generator<readonly [path: string, changed: unknown]> {
  if (typeof value === 'string') yield [path.join('.'), change(value)];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const [at, changed] of withText(inner, change, [...path, key]))
      yield [
        at,
        Array.isArray(value)
          ? value.map((each: unknown, index) => (String(index) === key ? changed : each))
          : { ...value, [key]: changed },
      ];
  }
}

const types = [...commandRoutes.values()].flatMap((routes) => [...routes.values()].map(({ type }) => type));

/** The field of an error about a text, also if the text is an item of a list of texts. */
const isAbout = (field: string, path: string): boolean =>
  path === field || path.replace(/\.\d+$/, '') === field;

describe('every text of every command', () => {
  it.each(Object.entries(forbidden))('is refused with %s', (_, character) => {
    let texts = 0;
    for (const type of types) {
      const example = exampleOf(type);
      for (const [path, body] of withText(
        example,
        (text) => `${text.slice(0, 1)}${character}${text.slice(1)}`,
      )) {
        const { errors } = check(type, body);
        expect([type.name, path, errors.some(({ field }) => isAbout(field, path))]).toEqual([
          type.name,
          path,
          true,
        ]);
        expect(JSON.stringify(errors)).not.toContain(character);
        texts += 1;
      }
    }
    expect(texts).toBeGreaterThan(100);
  });

  it('is refused if it is blank', () => {
    for (const type of types) {
      for (const blank of [' ', '\t', '\u00a0\u3000'])
        for (const [path, body] of withText(exampleOf(type), () => blank)) {
          const { errors } = check(type, body);
          expect([type.name, path, errors.some(({ field }) => isAbout(field, path))]).toEqual([
            type.name,
            path,
            true,
          ]);
        }
    }
  });
});

describe('every column of every import', () => {
  const rows = {
    registers: marked(upnOf(1), '2025-09-15'),
    sessions: held(upnOf(1), '2025-11-03'),
    referrals: referred(upnOf(2)),
    mentors: 'M-7,Oscar,Blackpool,990401,2025-09-01',
    schools: '990409,890,Blackpool,4409,Seaview,Secondary,Open,North West,Blackpool',
  };
  /** The area of a mentor is that of the school, so its column is not read. */
  const unread = new Set(['mentors.Area']);

  it.each(Object.entries(forbidden).filter(([what]) => what !== 'a lone surrogate'))(
    'is rejected with %s',
    async (_, character) => {
      const office = await openProgramme();
      await office.take({ 'referrals.csv': table('referrals', referred(upnOf(1))) });
      for (const [kind, row] of Object.entries(rows) as [keyof typeof rows, string][]) {
        const cells = row.split(',');
        const read = columns[kind].filter((column) => !unread.has(`${kind}.${column}`));
        const spoilt = read.map((column) => {
          const at = columns[kind].indexOf(column);
          return cells.map((cell, index) =>
            index === at ? `${cell.slice(0, 1)}${character}${cell.slice(1)}` : cell,
          );
        });
        const done = await office.take({ 'f.csv': table(kind, ...spoilt.map((each) => each.join(','))) });
        const accepted = done
          .rows('f.csv')
          .flatMap((outcome, index) => (outcome === 'accepted' ? [read[index]] : []));
        expect([kind, accepted]).toEqual([kind, []]);
      }
    },
  );
});

describe('any text', () => {
  const server = serverOfAll();

  it('is judged alike over HTTP and in an import, and recorded alike', async () => {
    const { platform, send } = server();
    const special = fc.constantFrom(
      ...Object.values(forbidden),
      ...[
        ' ',
        '\t',
        '\n',
        '\r',
        '\u00a0',
        '\ufeff',
        '\u200c',
        '\u200d',
        '\u0308',
        '\u094d',
        '"',
        "'",
        ',',
        'e',
        'क',
        'ع',
        '葛',
        '❤',
        '🏴',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.array(special, { maxLength: 6 }).map((all) => all.join('')),
    );
    const texts = fc.sample(text, 300);
    const urn = (from: number, index: number): string => String(from + index);
    const school = (at: string, name: string): string =>
      `${at},890,Blackpool,4401,"${name.replaceAll('"', '""')}",Secondary,Open,North West,Blackpool`;

    const id = randomUUID();
    const file = table('schools', ...texts.map((name, index) => school(urn(200_000, index), name)));
    const [path] = written(temporaryDirectory(), { 'schools.csv': file });
    await new Importer(platform, id, await sourceFiles([path!]), { actor: 'clerk' }).run();
    const imported = (await rowOutcomes(platform.events, id)).flatMap(({ from, to, outcome }) =>
      Array.from({ length: to - from + 1 }, () => outcome),
    );
    expect(imported).toHaveLength(texts.length);

    const answered: string[] = [];
    for (const [index, name] of texts.entries()) {
      const { status, body } = await send(`schools/${urn(100_000, index)}/register-school`, {
        ...harbourAcademy,
        name,
      });
      expect([200, 422]).toContain(status);
      answered.push(status === 200 ? 'accepted' : String(body.errors[0].code));
    }
    expect(answered.map((code, index) => [texts[index], code])).toEqual(
      imported.map((code, index) => [texts[index], code]),
    );
    expect(new Set(answered)).toEqual(new Set(['accepted', 'FORBIDDEN_CHARACTER', 'TOO_SHORT']));

    await platform.settle();
    const known = await byKey(platform.rows, schoolView);
    for (const index of texts.keys())
      expect(known.get(urn(100_000, index))?.name).toBe(known.get(urn(200_000, index))?.name);
  });
});

describe('a reason in a header', () => {
  const server = serverOfAll();
  const asked = (reason: string) =>
    raw(server().url, {
      path: '/v1/kpis?by=area',
      // The bytes of UTF-8, as a client sends them.
      headers: { 'waymark-reason': Buffer.from(reason).toString('latin1') },
    });

  it.each(['A return to the council', 'Ymweliad â’r ysgol', 'بازدید می\u200cخواهم'])(
    'may be %j',
    async (reason) => {
      expect(await asked(reason)).toMatchObject({ status: 200 });
    },
  );

  it('is refused by the rule for text, with the kind of character', async () => {
    const unsendable = ['a control character', 'a lone surrogate'];
    const sendable = Object.entries(forbidden).filter(([what]) => !unsendable.includes(what));
    for (const [, character] of sendable) {
      const { status, text } = await asked(`A re${character}turn`);
      expect([status, text]).toEqual([
        400,
        expect.stringMatching(/MALFORMED_HEADER.*there is one at character 5/),
      ]);
    }
    for (const reason of ['ab', 'x'.repeat(201)]) expect(await asked(reason)).toMatchObject({ status: 400 });
    const latin1 = { path: '/v1/kpis?by=area', headers: { 'waymark-reason': 'caf\u00e9 visit' } };
    expect(await raw(server().url, latin1)).toMatchObject({ status: 400 });
  });
});

describe('a text that was recorded before the rule', () => {
  it('is still read, and is accepted as a cursor', async () => {
    const api = await serve();
    await allocated(api);
    for (const name of ['Har\u202ebour', 'Har\u200bbour', '\u0085 Har\nbour', 'Zoe\u0308 ']) {
      // Without a check of its fields, as it was recorded then.
      const command = Object.assign(new RegisterSchool(), { ...harbourAcademy, name, region: name });
      const sent = { module: 'school', id: SCHOOL, command, actor: 'office' };
      const { position } = await api.platform.submitter.submit(sent);
      const schools = await api.get('kpis?by=school', position).expect(200);
      expect(schools.body.items).toMatchObject([{ key: SCHOOL, name }]);
      const regions = await api.get('kpis?by=region', position).expect(200);
      expect(regions.body.items).toMatchObject([{ key: name, referred: 1 }]);
      const next = await api.get(`kpis?by=region&after=${encodeURIComponent(name)}`, position).expect(200);
      expect(next.body).toEqual({ items: [] });
    }
  });
});
