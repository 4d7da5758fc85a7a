import { sign } from 'node:crypto';
import { verifyLog } from '@waymark/core/log';
import { randomFrom } from '../../crash/moments';
import { leftAs, Notary, twoStreams } from './given';

describe('verified seals', () => {
  const withLines = async (edit: (lines: string[]) => string[]) => {
    const { log, notary } = await twoStreams();
    notary.list.kept.splice(0, Infinity, ...edit([...notary.list.kept]));
    return verifyLog(leftAs(log), notary.seals);
  };

  it.each<{ what: string; edit: (lines: string[]) => string[]; kind: string; seal: number }>([
    { what: 'one is missing', edit: ([, second]) => [second!], kind: 'SEAL_MISSING', seal: 1 },
    { what: 'they are swapped', edit: ([first, second]) => [second!, first!], kind: 'SEAL_MISSING', seal: 1 },
    {
      what: 'one is repeated',
      edit: ([first, second]) => [first!, second!, first!],
      kind: 'SEAL_FORGED',
      seal: 3,
    },
    { what: 'a line is not a seal', edit: ([first]) => [first!, 'null'], kind: 'SEAL_FORGED', seal: 2 },
    { what: 'a line is empty', edit: ([first]) => [first!, ''], kind: 'SEAL_FORGED', seal: 2 },
    {
      what: 'one has no signature',
      edit: ([first]) => [first!.replace(/,"signature.*$/, '}')],
      kind: 'SEAL_FORGED',
      seal: 1,
    },
  ])('$what: $kind', async ({ edit, kind, seal }) => {
    expect((await withLines(edit)).fault).toMatchObject({ kind, seal });
  });

  it('are rejected if another key signed them', async () => {
    const { log, notary } = await twoStreams();
    const forger = new Notary();
    await forger.seal(leftAs(log));
    const seals = { ...notary.seals, seals: forger.seals.seals };
    expect((await verifyLog(leftAs(log), seals)).fault).toMatchObject({ kind: 'SEAL_FORGED', seal: 1 });
    // Also if they name the expected key id.
    const [name] = [...notary.seals.keys.keys()];
    forger.list.kept[0] = forger.list.kept[0]!.replace(/"key":"[^"]+"/, `"key":"${name!}"`);
    expect((await verifyLog(leftAs(log), seals)).fault).toMatchObject({ kind: 'SEAL_FORGED', seal: 1 });
  });

  it('cover less if the last one is missing', async () => {
    expect(await withLines(([first]) => [first!])).toMatchObject({
      seals: 1,
      sealed: 3,
      unsealed: { events: 5 },
    });
  });

  it('are found to be changed, whichever byte it is', async () => {
    const seed = Date.now() % 2 ** 31;
    const random = randomFrom(seed);
    const { log, notary } = await twoStreams();
    const lines = [...notary.list.kept];
    for (let trial = 0; trial < 300; trial += 1) {
      const line = Math.floor(random() * lines.length);
      const bytes = Buffer.from(lines[line]!);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = bytes[at]! ^ (1 + Math.floor(random() * 255));
      notary.list.kept.splice(0, Infinity, ...lines.with(line, bytes.toString()));
      const { fault } = await verifyLog(leftAs(log), notary.seals);
      expect([seed, trial, fault?.kind]).toEqual([seed, trial, expect.stringMatching(/^SEAL_/)]);
    }
  });

  it('detect by their root a change that the leaves are too short for', async () => {
    const { log, notary } = await twoStreams();
    const [first, second] = notary.list.kept;
    const { signature: _signature, ...statement } = JSON.parse(first!);
    const text = JSON.stringify({ ...statement, root: JSON.parse(second!).root });
    const signature = sign(null, Buffer.from(text), notary.key).toString('base64url');
    notary.list.kept.splice(0, Infinity, `${text.slice(0, -1)},"signature":"${signature}"}`);
    expect((await verifyLog(leftAs(log), notary.seals)).fault).toMatchObject({ kind: 'CHANGED', seal: 1 });
  });
});
