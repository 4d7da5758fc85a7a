import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterwards } from '../support/stores';

/** A span as it was exported. */
export interface Sent {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2 for an error. */
  readonly status: number;
  readonly service: unknown;
}

type Keyed = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

const valuesOf = (attributes: Keyed): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** A trace collector for OTLP over HTTP, set in the environment until the end of the test. */
export async function collector() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${String(port)}`;
  afterwards(async () => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { sent: () => bodies.join('\n'), spans: () => bodies.flatMap(spansIn) };
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Keyed };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Sent, 'attributes' | 'status'> & {
        readonly attributes: Keyed;
        readonly status: { readonly code?: number };
      })[];
    }[];
  }[];
}

const spansIn = (body: string): Sent[] =>
  (JSON.parse(body) as Exported).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes, status, ...span }) => ({
        ...span,
        attributes: valuesOf(attributes),
        status: status.code ?? 0,
        service: valuesOf(resource.attributes)['service.name'],
      })),
    ),
  );
