import type { Server } from 'node:http';
import { pino } from 'pino';
import { Platform, type PlatformOptions } from '@waymark/platform';
import { startTelemetry, type Telemetry } from '@waymark/telemetry';
import { createApp } from '../../apps/api/app.module';
import type { Api } from '../api/client';
import { documentedClient } from '../support/documented';
import { anybody } from '../support/readers';
import { afterwards, temporaryDirectory } from '../support/stores';

/** A metric value with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metrics {
  readonly text: string;
  /** The types of metrics, by name. */
  readonly types: ReadonlyMap<string, string>;
  /** The values of a metric that have these labels. */
  readonly samples: (name: string, labels?: Readonly<Record<string, string>>) => Sample[];
  /** The only value that has these labels. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number;
}

export interface ObservedApi extends Api {
  readonly telemetry: Telemetry;
  readonly scrape: () => Promise<Metrics>;
}

/** A server with telemetry, as started by `main`; stopped after the test. */
export async function observed(options: Partial<PlatformOptions> = {}): Promise<ObservedApi> {
  const logged: string[] = [];
  const telemetry = startTelemetry({ service: 'waymark-api', instance: 'under-test' });
  const platform = await Platform.open({ data: temporaryDirectory(), ...options });
  telemetry.observe(platform);
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const app = await createApp({ platform, identify: anybody, log, telemetry });
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await app.close();
    await platform.close();
    await telemetry.shutdown();
  };
  afterwards(close);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as { port: number };
  const url = `http://127.0.0.1:${String(port)}`;
  const http = documentedClient(url);
  return {
    ...{ app, platform, telemetry, http, url, logged, close },
    send: (path, body = {}, headers = {}) => http.post(`/v1/${path}`).set(headers).send(body),
    get: (path) => http.get(`/v1/${path}`),
    scrape: async () => metricsIn((await http.get('/metrics').expect(200)).text),
  };
}

/** Parse metrics in Prometheus text format. */
export function metricsIn(text: string): Metrics {
  const lines = text.split('\n');
  const types = new Map(
    lines.flatMap((line) => {
      const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      return name === undefined || type === undefined ? [] : [[name, type] as const];
    }),
  );
  const all = lines.flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labelsIn(labels), value: Number(value) }];
  });
  const samples: Metrics['samples'] = (name, wanted = {}) =>
    all.filter(
      (sample) =>
        sample.name === name && Object.entries(wanted).every(([label, is]) => sample.labels[label] === is),
    );
  return {
    ...{ text, types, samples },
    value: (name, labels) => {
      const found = samples(name, labels);
      if (found.length !== 1) throw new Error(`${String(found.length)} values of ${name}`);
      return found[0]!.value;
    },
  };
}

const labelsIn = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
