import { sourceFiles } from '@waymark/core/imports';
import { Importer } from '@waymark/modules/imports/importer';
import { packaged, Platform } from '@waymark/platform';
import { temporaryDirectory } from '../support/stores';
import { type Said, waymark } from './command-line';

jest.setTimeout(120_000); // starting programs takes its time on a busy machine

/** The sample's directory files, without registers, in a data folder. */
async function furnished(): Promise<string> {
  const data = temporaryDirectory();
  const platform = await Platform.open({ data });
  const files = ['programme.json', 'schools.csv', 'mentors.csv', 'referrals.csv'];
  const sources = await sourceFiles(files.map((file) => packaged('data', 'sample', file)));
  await new Importer(platform, '00000000-0000-4000-8000-000000000001', sources, { actor: 'office' }).run();
  await platform.settle();
  await platform.close();
  return data;
}

describe('the command line', () => {
  it('does for whom a token is of what their roles allow, and nothing else', async () => {
    const data = await furnished();
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
    const as = async (token: string, ...args: string[]): Promise<Said> => {
      process.env['WAYMARK_TOKEN'] = token;
      try {
        return await waymark(data, ...args);
      } finally {
        delete process.env['WAYMARK_TOKEN'];
      }
    };
    const keys = ({ out }: Said): string[] => (JSON.parse(out) as { key: string }[]).map(({ key }) => key);
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
        'NOT_ALLOWED: Your roles do not allow this here. Ask whoever gives out roles.\n',
      ]);
    const forged = await as(`${token.slice(0, -4)}AAAA`, 'kpis');
    expect([forged.code, forged.errors]).toEqual([
      1,
      'TOKEN_INVALID: The access token is not one that is accepted here.\n',
    ]);
  });

  it('asks for a token where there is more than this machine, and signs none there', async () => {
    const data = temporaryDirectory();
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
