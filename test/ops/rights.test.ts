import { sourceFiles } from '@waymark/core/imports';
import { signToken } from '@waymark/governance/access';
import { Importer } from '@waymark/modules/imports/importer';
import { localTokenKey, packageFile, Platform } from '@waymark/platform';
import { temporaryDirectory } from '../support/stores';
import { type CommandResult, waymark } from './command-line';

jest.setTimeout(120_000); // starting processes is slow on a busy machine

/** A data folder with the sample's programme, schools, mentors and referrals, but without registers. */
async function sampleDataFolder(): Promise<string> {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data });
  const files = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv'];
  const sources = await sourceFiles(files.map((file) => packageFile('data', 'sample', file)));
  await new Importer(platform, '00000000-0000-4000-8000-000000000001', sources, {
    actor: 'local-operator',
  }).run();
  await platform.settle();
  await platform.close();
  return data;
}

describe('the command line', () => {
  it('does what the roles of the token’s person allow, and nothing else', async () => {
    const data = await sampleDataFolder();
    const issued = await waymark(
      data,
      'token',
      '--role',
      'area-manager',
      '--area',
      'blackpool',
      '--subject',
      'lead',
    );
    expect(issued).toMatchObject({ code: 0, errors: '' });
    const nowhere = await waymark(data, 'token', '--role', 'mentor', '--mentor', 'M-0', '--subject', 'lead');
    expect([nowhere.code, nowhere.out, nowhere.errors]).toEqual([
      1,
      '',
      'UNKNOWN_MENTOR: There is no mentor with this id. A role is given over something that exists.\n' +
        '  mentor: UNKNOWN_MENTOR: There is no mentor with this id.\n',
    ]);
    const as = async (token: string, ...args: string[]): Promise<CommandResult> => {
      process.env['WAYMARK_TOKEN'] = token;
      try {
        return await waymark(data, ...args);
      } finally {
        delete process.env['WAYMARK_TOKEN'];
      }
    };
    const keys = ({ out }: CommandResult): string[] =>
      (JSON.parse(out) as { key: string }[]).map(({ key }) => key);
    const token = issued.out.trim();
    expect(keys(await as(token, 'kpis', '--by', 'area', '--json'))).toEqual(['blackpool']);
    expect(keys(await as(token, 'kpis', '--by', 'region', '--json'))).toEqual([]);
    expect(keys(await waymark(data, 'kpis', '--by', 'area', '--json')).length).toBeGreaterThan(1);
    for (const refused of [
      await as(token, 'views'),
      await as(token, 'rebuild', 'start', 'caseload'),
      await as(token, 'token', '--role', 'operations', '--subject', 'lead'),
    ])
      expect([refused.code, refused.out, refused.errors]).toEqual([
        1,
        '',
        'NOT_ALLOWED: Your roles do not allow this here. Ask an access administrator.\n',
      ]);
    const forged = await as(`${token.slice(0, -4)}AAAA`, 'kpis');
    expect([forged.code, forged.errors]).toEqual([
      1,
      'TOKEN_INVALID: The access token is not valid here. Get one from the configured issuer. Reason: signature.\n',
    ]);
    const stranger = await as(await signToken(localTokenKey(data), 'str\u001b[2Janger', 300), 'kpis');
    expect([stranger.code, stranger.errors]).toEqual([
      1,
      'UNKNOWN_PERSON: No person is registered for this token. Give the subject of this answer to an access administrator, who can register you. Subject: "str\\u001b[2Janger"\n',
    ]);
  });

  it('requires a token, and signs none, if an issuer is configured', async () => {
    const data = temporaryDirectory();
    await (await Platform.open({ data })).close();
    const before = { ...process.env };
    Object.assign(process.env, {
      WAYMARK_ISSUER: 'https://login.example',
      WAYMARK_AUDIENCE: 'waymark',
      WAYMARK_JWKS_URL: 'https://login.example/keys',
    });
    try {
      const [kpis, token] = await Promise.all([
        waymark(data, 'kpis'),
        waymark(data, 'token', '--role', 'operations', '--subject', 'me'),
      ]);
      expect([kpis.code, kpis.errors]).toEqual([1, 'TOKEN_MISSING: Set WAYMARK_TOKEN to an access token.\n']);
      expect([token.code, token.errors]).toEqual([
        1,
        'TOKEN_MISSING: Set WAYMARK_TOKEN to an access token.\n',
      ]);
    } finally {
      process.env = before;
    }
  });
});
