import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
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
  const seal = (number: number, text = '') => JSON.stringify({ number, text });

  it('are lines in the order in which they were stored, readable only by their owner', async () => {
    const file = join(temporaryDirectory(), 'seals', 'seals.jsonl');
    expect(await linesOf(file)).toEqual([]);
    const lines = range(5).map((n) => seal(n + 1, 'ë'.repeat(50_000)));
    for (const [n, line] of lines.entries()) await sealFile(file).write(n + 1, line);
    expect(await linesOf(file)).toEqual(lines);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([[], [seal(1)], [seal(1), seal(2, 'x'.repeat(200_000))]])(
    'do not include an incomplete line',
    async (...lines) => {
      const file = join(temporaryDirectory(), 'seals.jsonl');
      const whole = lines.map((line) => `${line}\n`).join('');
      writeFileSync(file, whole);
      appendFileSync(file, `{"half":"${'y'.repeat(100_000)}`);
      expect(await linesOf(file)).toEqual(lines);
      const next = seal(lines.length + 1);
      await sealFile(file).write(lines.length + 1, next);
      expect(readFileSync(file, 'utf8')).toBe(`${whole}${next}\n`);
    },
  );

  it.each([
    ['another seal has its number', [seal(1), seal(2)], 2, 'SEAL_EXISTS'],
    ['a new series begins in a file of another', [seal(1), seal(2)], 1, 'SEAL_EXISTS'],
    ['the seal before it is missing', [seal(1)], 3, 'SEALS_LOST'],
    ['all before it are missing', [], 9, 'SEALS_LOST'],
    ['the last line is not a seal', ['null'], 2, 'SEALS_UNREADABLE'],
    ['the last line has no number', [seal(1), '{}'], 2, 'SEALS_UNREADABLE'],
  ])('are not stored if %s', async (_what, lines, number, code) => {
    const file = join(temporaryDirectory(), 'seals.jsonl');
    const whole = lines.map((line) => `${line}\n`).join('');
    writeFileSync(file, whole);
    await expect(sealFile(file).write(number, seal(number, 'other'))).rejects.toMatchObject({ code });
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('are stored once if they are stored again', async () => {
    const file = join(temporaryDirectory(), 'seals.jsonl');
    for (const number of [1, 1, 2, 2]) await sealFile(file).write(number, seal(number));
    expect(await linesOf(file)).toEqual([seal(1), seal(2)]);
  });
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
  async function serverThat(answer: RequestListener) {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }
  const responding = (status: number) =>
    serverThat((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end('thanks'));

  /** A bucket that keeps the condition of a request, and permits reading or not. */
  async function bucket({ readable = true, losing = 0 } = {}) {
    const objects = new Map<string, string>();
    let lost = 0;
    const url = await serverThat((request, response) => {
      void request.toArray().then((chunks) => {
        const name = request.url!;
        if (request.method === 'GET')
          return readable ? response.end(objects.get(name)) : response.writeHead(403).end();
        if (request.headers['if-none-match'] === '*' && objects.has(name))
          return response.writeHead(412).end();
        objects.set(name, Buffer.concat(chunks).toString());
        if (lost++ < losing) return request.socket.destroy();
        return response.end();
      });
    });
    return { objects, url };
  }

  it('are objects named by their number, with any query string in the address', async () => {
    const { objects, url } = await bucket();
    await sealObjects(`${url}/bucket/?secret=s%2F1`).write(17, '{"number":17}');
    await sealObjects(url).write(18, '{"number":18}');
    expect([...objects]).toEqual([
      ['/bucket/17.json?secret=s%2F1', '{"number":17}\n'],
      ['/18.json', '{"number":18}\n'],
    ]);
  });

  it.each([true, false])('never replace another seal (the bucket can be read: %p)', async (readable) => {
    const { objects, url } = await bucket({ readable });
    await sealObjects(url).write(1, '{"number":1}');
    await expect(sealObjects(url).write(1, '{"number":1,"anew":true}')).rejects.toMatchObject({
      code: 'SEAL_EXISTS',
      message: expect.not.stringContaining(url) as string,
    });
    expect([...objects.values()]).toEqual(['{"number":1}\n']);
  });

  it('are stored again if the response was lost, and are then compared with what is there', async () => {
    const { objects, url } = await bucket({ losing: 1 });
    await expect(sealObjects(url).write(1, '{"number":1}')).rejects.toThrow('does not answer');
    await sealObjects(url).write(1, '{"number":1}');
    expect([...objects.values()]).toEqual(['{"number":1}\n']);
  });

  it.each([403, 500, 302])('are not stored if it responds with %d', async (status) => {
    const url = await responding(status);
    const keeping = sealObjects(`${url}/bucket?secret=s1`).write(1, '{}');
    await expect(keeping).rejects.toThrow(/was not stored: the address responded|does not answer/);
    await expect(keeping).rejects.not.toThrow(/s1|bucket/);
  });

  it('are not stored if it does not respond in time', async () => {
    const url = await serverThat(() => undefined);
    await expect(sealObjects(url, 50).write(1, '{}')).rejects.toThrow(
      'the address for seals does not answer',
    );
  });
});
