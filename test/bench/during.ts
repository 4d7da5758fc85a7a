import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { prepared } from './http';
import { type Figure, inFolder, limited, percentile } from './measure';
import { insertRaw, pupilEvents } from './sample-log';
import { type Service, serving } from './serve';

const EVENTS = 1_000_000;
/** Number of events of the programme that commands are sent to. The other events are about pupils of earlier years. */
const OF_THIS_YEAR = 150_000;
const COMMANDS_A_SECOND = 100;
const QUERIES_A_SECOND = 10;
const SECONDS = 30;

/** The name and the body of a command. */
type Command = readonly [name: string, body: object];

interface RebuildDocument {
  readonly view: string;
  readonly state: string;
}

/**
 * Query latency at 100 commands per second, without and with a rebuild of the KPIs over 1,000,000 events. An api and a
 * worker share one data folder on SQLite.
 */
export function duringRebuild(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const { data, journeys } = await prepared(folder, { pupils: 3_600, days: 110 });
    insertRaw(join(data, 'events.sqlite'), limited(pupilEvents(3_600, 300), EVENTS - OF_THIS_YEAR), 10_000);
    return serving('worker', data, () =>
      serving('api', data, async (service) => {
        await caughtUp(service);
        // A warm-up run, as in every comparison. Also, a gigabyte has just been written and is still being flushed to disk.
        await load(service, journeys, recordBarrier, () => Promise.resolve());
        return [
          ...(await apart(service, journeys, 'none of which KPIs count', recordBarrier)),
          ...(await apart(service, journeys, 'every other of which KPIs count', (n) =>
            n % 2 === 0 ? holdSession() : recordBarrier(),
          )),
        ];
      }),
    );
  });
}

/** Query latency during commands, without and with a rebuild. */
async function apart(
  service: Service,
  journeys: readonly string[],
  which: string,
  commandOf: (n: number) => Command,
): Promise<Figure[]> {
  const without = await load(service, journeys, commandOf, () => Promise.resolve());
  let rebuilds = 0;
  const during = await load(service, journeys, commandOf, async (going) => {
    while (going()) {
      await rebuilt(service);
      rebuilds += 1;
    }
  });
  const ms = (times: readonly number[], percent: number): string => percentile(times, percent).toFixed(1);
  const line = (times: readonly number[]): string =>
    `p50 ${ms(times, 50)} ms, p99 ${ms(times, 99)} ms of ${String(times.length)} queries`;
  return [
    {
      name: `queries while ${String(COMMANDS_A_SECOND)} commands a second come in, ${which}`,
      value: line(without),
    },
    {
      name: `the same while the KPI view is rebuilt over ${EVENTS.toLocaleString('en-GB')} events (${String(rebuilds)} times)`,
      value: line(during),
    },
    {
      name: 'their p99 apart',
      value: `${(percentile(during, 99) - percentile(without, 99)).toFixed(1)} ms`,
      target: '≤ 50 ms',
    },
  ];
}

/** Send commands and queries at their rates while some work runs, for at least 30 seconds. None may fail. */
async function load(
  service: Service,
  journeys: readonly string[],
  commandOf: (n: number) => Command,
  meanwhile: (going: () => boolean) => Promise<void>,
): Promise<number[]> {
  // The queries of a school day: most are from mentors about their pupils, a few are for figures.
  const byMentors = [
    '/v1/caseloads/M-1',
    `/v1/journeys/${journeys[0]!}`,
    `/v1/journeys/${journeys[1]!}/timeline`,
  ];
  const paths = [
    '/v1/kpis?by=area',
    ...Array.from({ length: 3 }, () => byMentors).flat(),
    '/v1/phase-progress?by=area',
    ...Array.from({ length: 3 }, () => byMentors).flat(),
  ];
  const times: number[] = [];
  const until = performance.now() + SECONDS * 1_000;
  const going = (): boolean => performance.now() < until;
  let done = false;
  const work = meanwhile(going).finally(() => (done = true));
  const sent: Promise<unknown>[] = [];
  const at = async (rate: number, send: (n: number) => Promise<unknown>): Promise<void> => {
    for (let n = 0; going() || !done; n += 1) {
      sent.push(send(n));
      await pause(1_000 / rate);
    }
  };
  await Promise.all([
    at(COMMANDS_A_SECOND, (n) => {
      const [command, body] = commandOf(n);
      const path = `/v1/journeys/${journeys[n % journeys.length]!}/${command}`;
      return asked(service, path, { method: 'POST', body: JSON.stringify(body) });
    }),
    at(QUERIES_A_SECOND, async (n) => {
      const start = performance.now();
      await asked(service, paths[n % paths.length]!);
      times.push(performance.now() - start);
    }),
    work,
  ]);
  await Promise.all(sent);
  return times;
}

const recordBarrier = (): Command => [
  'record-barrier',
  { barrier: randomUUID(), kind: 'TRANSPORT', by: 'MENTOR', severity: 2, on: '2025-11-03' },
];

const holdSession = (): Command => [
  'hold-session',
  {
    ...{ session: randomUUID(), mentor: 'M-1', on: '2025-11-03', minutes: 60 },
    ...{ mode: 'IN_PERSON', place: 'SCHOOL' },
  },
];

async function rebuilt(service: Service): Promise<void> {
  const body = JSON.stringify({ views: ['pupil-outcomes'] });
  await asked(service, '/v1/operations/rebuilds', { method: 'POST', body });
  for (;;) {
    const { items } = (await asked(service, '/v1/operations/rebuilds')) as { items: RebuildDocument[] };
    const build = items.find(({ view }) => view === 'pupil-outcomes');
    if (!build || build.state === 'live') return;
    if (build.state === 'failed') throw new Error('the rebuild failed');
    await pause(100);
  }
}

async function caughtUp(service: Service): Promise<void> {
  const { views } = (await asked(service, '/v1/operations/views')) as {
    views: { lag: { events: number } }[];
  };
  if (views.every(({ lag }) => lag.events === 0)) return;
  await pause(500);
  await caughtUp(service);
}

async function asked({ url, headers }: Service, path: string, init?: RequestInit): Promise<unknown> {
  const answer = await fetch(url + path, { ...init, headers });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${String(answer.status)}`);
  return JSON.parse(body) as unknown;
}
