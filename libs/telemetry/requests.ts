import type { IncomingHttpHeaders } from 'node:http';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { instruments, SCOPE, SECONDS } from '@waymark/core/instruments';

const measured = instruments((meter) => ({
  requests: meter.createHistogram('http_server_request_duration_seconds', {
    description: 'Duration of requests, by route template',
    advice: { explicitBucketBoundaries: SECONDS },
  }),
  refusedTokens: meter.createCounter('waymark_tokens_refused', {
    description: 'Requests without a valid access token, by reason',
  }),
}));

/** Count a request without a valid access token. The reason is one of a fixed set. */
export const countRefusedToken = (reason: string): void => measured().refusedTokens.add(1, { reason });

/** The trace id in a log line; absent if the trace is not recorded. */
export interface Traced {
  readonly trace?: string;
}

/** The currently recorded trace. */
export const activeTrace = (): Traced => tracedBy(trace.getActiveSpan());

const tracedBy = (span: Span | undefined): Traced =>
  span?.isRecording() ? { trace: span.spanContext().traceId } : {};

/** A request in progress. */
export interface ObservedRequest {
  /** Fields for log lines of this request. */
  readonly traced: Traced;
  /** Run work within the request's span. */
  within(work: () => void): void;
  /** Record the response, by route template (never the path), or that the client disconnected. */
  answered(route: string, status: number): void;
}

/** Measure a request and record it as a span, in the caller's trace if the headers have one. */
export function observeRequest(id: string, method: string, headers: IncomingHttpHeaders): ObservedRequest {
  const began = performance.now();
  const caller = propagation.extract(context.active(), headers);
  const attributes = { 'http.request.method': method, 'waymark.request': id };
  const span = trace.getTracer(SCOPE).startSpan(method, { kind: SpanKind.SERVER, attributes }, caller);
  return {
    traced: tracedBy(span),
    within: (work) => context.with(trace.setSpan(caller, span), work),
    answered: (route, status) => {
      const labels = { 'http.route': route, 'http.response.status_code': status };
      span.updateName(`${method} ${route}`).setAttributes(labels);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      measured().requests.record((performance.now() - began) / 1_000, {
        ...labels,
        'http.request.method': method,
      });
    },
  };
}
