import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { sourceFiles } from '@waymark/core/imports';
import { find } from '@waymark/core/projections';
import { Importer } from '@waymark/modules/imports/importer';
import { caseloads } from '@waymark/modules/journey/views/caseload';
import { Platform } from '@waymark/platform';
import { type Comparison, type Figure, inFolder, percentile, sideBySide } from './measure';
import { type ProgrammeSize, writeProgramme } from './programme-files';
import { type Service, serving } from './serve';

const CONNECTIONS = 64;
const SECONDS = 4;

/** A data folder with a programme, and the ids of its journeys. */
export async function prepared(
  folder: string,
  size: ProgrammeSize,
): Promise<{ data: string; journeys: string[] }> {
  const [files, data] = [join(folder, 'files'), join(folder, 'data')];
  await writeProgramme(files, size);
  const platform = await Platform.open({ data });
  await new Importer(platform, randomUUID(), await sourceFiles([files]), { actor: 'local-operator' }).run();
  await platform.settle();
  const journeys = (await find(platform.rows, caseloads)).map(({ key }) => key);
  await platform.close();
  return { data, journeys };
}

const barrier = (): string =>
  JSON.stringify({ barrier: randomUUID(), kind: 'TRANSPORT', by: 'MENTOR', severity: 2, on: '2025-11-03' });

const session = (): string =>
  JSON.stringify({
    ...{ session: randomUUID(), mentor: 'M-1', on: '2025-11-03', minutes: 60 },
    ...{ mode: 'IN_PERSON', place: 'SCHOOL' },
  });

/** Commands over HTTP, compared with a bare NestJS endpoint that inserts one row, with the same body and client. */
export function commands(): Promise<Comparison> {
  const hammer = async ({ url, headers }: Service, paths: readonly string[]): Promise<number> => {
    let next = 0;
    const { requests, duration, errors, non2xx } = await autocannon({
      url,
      connections: CONNECTIONS,
      duration: SECONDS,
      method: 'POST',
      headers,
      requests: [
        { setupRequest: (request) => ({ ...request, path: paths[next++ % paths.length]!, body: barrier() }) },
      ],
    });
    if (errors + non2xx > 0) throw new Error(`${String(errors)} errors, ${String(non2xx)} refused`);
    return requests.total / duration;
  };
  return inFolder(async (folder) => {
    const { data, journeys } = await prepared(folder, { pupils: 1_000, days: 40 });
    const paths = journeys.map((id) => `/v1/journeys/${id}/record-barrier`);
    return serving('waymark', data, (waymark) =>
      serving('bare', data, (bare) =>
        sideBySide(
          {
            name: `HTTP commands, ${String(CONNECTIONS)} connections ÷ a bare NestJS endpoint that inserts one row`,
            unit: 'commands/s',
            target: 0.5,
          },
          { baseline: () => hammer(bare, ['/insert']), ours: () => hammer(waymark, paths) },
        ),
      ),
    );
  });
}

const ROUNDS = 100;

/**
 * The latency of each query with 3,600 pupils, directly after a session was recorded. The session changes rows that every
 * query reads, so that no cached answer is used.
 */
export function queries(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const { data, journeys } = await prepared(folder, { pupils: 3_600, days: 110 });
    const window = 'from=2025-09-01&to=2025-10-24';
    const paths = [
      '/v1/kpis?by=region',
      '/v1/kpis?by=area',
      '/v1/kpis?by=school',
      '/v1/kpis?by=mentor',
      '/v1/phase-progress?by=area',
      `/v1/attendance?by=region&${window}`,
      `/v1/attendance?by=school&${window}`,
      `/v1/attendance?by=pupil&${window}`,
      `/v1/attendance?by=school&${window}&asKnownAt=2025-10-01T00:00:00Z`,
      '/v1/caseloads/M-1',
      `/v1/journeys/${journeys[0]!}`,
      `/v1/journeys/${journeys[0]!}/timeline`,
      '/v1/imports',
    ];
    return serving('waymark', data, async (service) => {
      const figures: Figure[] = [];
      for (const path of paths) {
        const times: number[] = [];
        for (let round = 0; round < ROUNDS; round += 1)
          times.push(await timed(service, path, journeys[round]!));
        const ms = (percent: number): string => `${percentile(times, percent).toFixed(1)} ms`;
        const name = `GET ${path.replace(journeys[0]!, '{id}').replace(`&${window}`, '&from=&to=')}, 3,600 pupils`;
        figures.push({ name, value: `p50 ${ms(50)}, p99 ${ms(99)}` });
      }
      return figures;
    });
  });
}

/** Record an event, wait until it can be read, and measure only the query. */
async function timed({ url, headers }: Service, path: string, journey: string): Promise<number> {
  const written = await fetch(`${url}/v1/journeys/${journey}/hold-session`, {
    method: 'POST',
    headers,
    body: session(),
  });
  const position = written.headers.get('waymark-position') ?? '';
  await (
    await fetch(`${url}/v1/phase-progress?by=programme`, {
      headers: { ...headers, 'waymark-position': position, prefer: 'wait=5' },
    })
  ).text();
  const start = performance.now();
  const answer = await fetch(url + path, { headers });
  await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${String(answer.status)}`);
  return performance.now() - start;
}
