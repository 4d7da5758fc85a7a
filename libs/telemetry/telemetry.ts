import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, diag, DiagLogLevel, metrics, propagation, trace } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { SCOPE } from '@waymark/core/instruments';
import type { Platform } from '@waymark/platform';
import { observeStanding } from './gauges';

export interface TelemetryOptions {
  /** What the program is called: `waymark-api`. `OTEL_SERVICE_NAME` goes before it. */
  readonly service: string;
  /** Which of its processes this is. */
  readonly instance: string;
  /** Told what went wrong on the way to whoever collects: the same only once in a row. */
  readonly onTrouble?: (message: string) => void;
}

/** Metrics and traces of this process, from now on until it is shut down. */
export interface Telemetry {
  /** Answers a request with the metrics, in the text form of Prometheus. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Say in the metrics how a platform's views and jobs stand. */
  observe(platform: Platform): void;
  /** Send what was not sent yet, for three seconds at most, and be silent. */
  shutdown(): Promise<void>;
}

/** How long what was not sent yet may take, in milliseconds. */
const FLUSH = 3_000;

/**
 * Measure, and trace where `OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) says where to: by
 * OTLP over HTTP, with what OpenTelemetry's other variables ask for. Once in a process; throws where it was done before.
 */
export function startTelemetry({ service, instance, onTrouble }: TelemetryOptions): Telemetry {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }))
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const meters = new MeterProvider({ resource, readers: [exporter] });
  if (!metrics.setGlobalMeterProvider(meters)) throw new Error('telemetry was started before');
  if (onTrouble) tellOf(onTrouble);
  const tracers = isTraced() ? startTracing(resource) : undefined;
  return {
    handler: (request, response) => exporter.getMetricsRequestHandler(request, response),
    observe: (platform) => observeStanding(meters.getMeter(SCOPE), platform),
    shutdown: async () => {
      for (const api of [metrics, trace, context, propagation]) api.disable();
      await atMost(FLUSH, Promise.allSettled([tracers?.shutdown(), meters.shutdown()]));
      diag.disable();
    },
  };
}

const isTraced = (): boolean =>
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) => process.env[name]);

function startTracing(resource: Resource): NodeTracerProvider {
  const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter())];
  const tracers = new NodeTracerProvider({ resource, spanProcessors });
  tracers.register();
  return tracers;
}

function tellOf(onTrouble: (message: string) => void): void {
  let last: string | undefined;
  const tell = (message: string): void => {
    if (message !== last) onTrouble(message);
    last = message;
  };
  const ignore = (): void => undefined;
  const logger = { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
