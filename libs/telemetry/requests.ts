import type { IncomingHttpHeaders } from 'node:http';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { instruments, SCOPE, SECONDS } from '@waymark/core/instruments';

const measured = instruments((meter) =>
  meter.createHistogram('http_server_request_duration_seconds', {
    description: 'How long requests took, by the template of their route',
    advice: { explicitBucketBoundaries: SECONDS },
  }),
);

/** How a line of a log says which trace it belongs to: not at all where that is not recorded. */
export interface Traced {
  readonly trace?: string;
}

/** The trace that is recorded of what goes on at present. */
export const activeTrace = (): Traced => tracedBy(trace.getActiveSpan());

const tracedBy = (span: Span | undefined): Traced =>
  span?.isRecording() ? { trace: span.spanContext().traceId } : {};

/** A request that is being answered. */
export interface ObservedRequest {
  /** What belongs to its trace in a log. */
  readonly traced: Traced;
  /** Do something as a part of its span. */
  within(work: () => void): void;
  /** It was answered, by the template of a route, never a path; or the client did not wait for it. */
  answered(route: string, status: number): void;
}

/** Observe a request: how long it takes, and a span, in the trace of whoever sent it where they say so. */
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
      measured().record((performance.now() - began) / 1_000, { ...labels, 'http.request.method': method });
    },
  };
}
