import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { sealFile } from '@waymark/stores/seals/seal-file';
import { sealObjects } from '@waymark/stores/seals/seal-objects';
import { sealOutput } from '@waymark/stores/seals/seal-output';
import { range } from '../support/events';
import { afterwards, temporaryDirectory } from '../support/stores';

const linesOf = async (file: string): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of sealFile(file).lines!()) lines.push(line);
  return lines;
};

describe('seals in a file', () => {
  it('are lines in the order in which they were stored, readable only by their owner', async () => {
    const file = join(temporaryDirectory(), 'seals', 'seals.jsonl');
    expect(await linesOf(file)).toEqual([]);
    const lines = range(5).map((n) => JSON.stringify({ n, text: 'ë'.repeat(50_000) }));
    for (const [n, line] of lines.entries()) await sealFile(file).write(n + 1, line);
    expect(await linesOf(file)).toEqual(lines);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'first\n', `first\n${'x'.repeat(200_000)}\n`])(
    'do not include an incomplete line',
    async (whole) => {
      const file = join(temporaryDirectory(), 'seals.jsonl');
      writeFileSync(file, whole);
      appendFileSync(file, `{"half":"${'y'.repeat(100_000)}`);
      expect(await linesOf(file)).toEqual(whole.split('\n').slice(0, -1));
      await sealFile(file).write(2, 'second');
      expect(readFileSync(file, 'utf8')).toBe(`${whole}second\n`);
    },
  );
});

describe('seals on standard output', () => {
  it('are also lines', async () => {
    const output = new PassThrough();
    await sealOutput(output).write(1, 'first');
    await sealOutput(output).write(2, 'second');
    expect(String(output.read())).toBe('first\nsecond\n');
  });
});

describe('seals sent to an address', () => {
  /** A server that responds with a status, or not at all. */
  async function serverThat(status: number | undefined) {
    const received: { method: string | undefined; url: string | undefined; body: string }[] = [];
    const server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        received.push({ method: request.method, url: request.url, body: Buffer.concat(chunks).toString() });
        if (status !== undefined) response.writeHead(status, { location: '/elsewhere' }).end('thanks');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    return { received, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
  }

  it('are objects named by their number, with any query string in the address', async () => {
    const { received, url } = await serverThat(200);
    await sealObjects(`${url}/bucket/?secret=s%2F1`).write(17, '{"number":17}');
    await sealObjects(url).write(18, '{"number":18}');
    expect(received).toEqual([
      { method: 'PUT', url: '/bucket/17.json?secret=s%2F1', body: '{"number":17}\n' },
      { method: 'PUT', url: '/18.json', body: '{"number":18}\n' },
    ]);
  });

  it.each([403, 500, 302])('are not stored if it responds with %d', async (status) => {
    const { url } = await serverThat(status);
    const keeping = sealObjects(`${url}/bucket?secret=s1`).write(1, '{}');
    await expect(keeping).rejects.toThrow(/was not stored: the address responded|does not answer/);
    await expect(keeping).rejects.not.toThrow(/s1|bucket/);
  });

  it('are not stored if it does not respond in time', async () => {
    const { url } = await serverThat(undefined);
    await expect(sealObjects(url, 50).write(1, '{}')).rejects.toThrow(
      'the address for seals does not answer',
    );
  });
});
