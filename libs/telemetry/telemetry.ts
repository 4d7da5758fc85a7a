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
import type { AcceptedTokens, Platform } from '@waymark/platform';
import { observeHealth } from './gauges';
import { observeIssuer } from './issuer';

export interface TelemetryOptions {
  /** Service name, such as `waymark-api`. `OTEL_SERVICE_NAME` takes precedence. */
  readonly service: string;
  /** Id of this process. */
  readonly instance: string;
  /** Called with export problems; a repeated message is reported once. */
  readonly onWarning?: (message: string) => void;
}

/** Metrics and traces of this process, until it is shut down. */
export interface Telemetry {
  /** Responds to a request with the metrics in Prometheus text format. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Report the state of a platform's views and jobs in the metrics. */
  observe(platform: Platform): void;
  /** Report the state of the issuer of access tokens in the metrics. */
  observeIssuer(issuer: NonNullable<AcceptedTokens['issuer']>): void;
  /** Export pending data, for at most three seconds, and stop. */
  shutdown(): Promise<void>;
}

/** Time limit for exporting pending data on shutdown, in milliseconds. */
const FLUSH = 3_000;

/**
 * Start metrics, and traces if `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set:
 * OTLP over HTTP, configured by OpenTelemetry's other environment variables. May be called once per process;
 * throws if telemetry was already started.
 */
export function startTelemetry({ service, instance, onWarning }: TelemetryOptions): Telemetry {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }))
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const meters = new MeterProvider({ resource, readers: [exporter] });
  if (!metrics.setGlobalMeterProvider(meters)) throw new Error('telemetry was already started');
  if (onWarning) reportTo(onWarning);
  const tracers = isTraced() ? startTracing(resource) : undefined;
  return {
    handler: (request, response) => exporter.getMetricsRequestHandler(request, response),
    observe: (platform) => observeHealth(meters.getMeter(SCOPE), platform),
    observeIssuer: (issuer) => observeIssuer(meters.getMeter(SCOPE), issuer),
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

function reportTo(onWarning: (message: string) => void): void {
  let last: string | undefined;
  const tell = (message: string): void => {
    if (message !== last) onWarning(message);
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
