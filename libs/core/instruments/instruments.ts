import {
  type Attributes,
  context,
  type Context,
  type Link,
  type Meter,
  type MeterProvider,
  metrics,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  type Module,
  type Policy,
  type RecordedEvent,
  Refusal,
  WrongExpectedRevision,
} from '@waymark/core/kernel';

/*
 * Traces and metrics of the core, through the OpenTelemetry API only: without a registered SDK nothing is
 * recorded, at almost no cost. They contain kinds of things and commands, codes and counts, but never ids or
 * event data.
 */

/** Name of the tracer and the meter. */
export const SCOPE = 'waymark';

/** Histogram bucket boundaries, in seconds. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Maximum number of event traces that a projection window's span links to. */
const LINKS = 16;

/**
 * Instruments of the currently registered SDK. They are created on first use, because instruments created
 * before the SDK is registered record nothing.
 */
export function instruments<T>(make: (meter: Meter) => T): () => T {
  let made: { readonly by: MeterProvider; readonly them: T } | undefined;
  return () => {
    const by = metrics.getMeterProvider();
    if (made?.by !== by) made = { by, them: make(by.getMeter(SCOPE)) };
    return made.them;
  };
}

const measured = instruments((meter) => ({
  commands: meter.createCounter('waymark_commands', {
    description: 'Commands by outcome: recorded, unchanged, repeated, failed, or the code of a refusal',
  }),
  appends: meter.createHistogram('waymark_append_duration_seconds', {
    description: 'Duration of appends to the event store, by outcome: written, conflict or failed',
    advice: { explicitBucketBoundaries: SECONDS },
  }),
  windows: meter.createHistogram('waymark_projection_window_duration_seconds', {
    description: 'Duration of reading, folding and writing a window of the log, live or in a rebuild',
    advice: { explicitBucketBoundaries: SECONDS },
  }),
  jobs: meter.createHistogram('waymark_job_duration_seconds', {
    description:
      'Duration of job attempts, by outcome: done, failed, or interrupted to continue on another worker',
    advice: { explicitBucketBoundaries: SECONDS },
  }),
  projected: meter.createCounter('waymark_projection_events', { description: 'Events in projected windows' }),
}));

/** Run a command in a span, and count its outcome. */
export function asCommand<Answer extends { readonly repeated: boolean; readonly events: readonly string[] }>(
  module: Module,
  { constructor }: object,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const command = module.handlers.has(constructor.name) ? module.qualified(constructor.name) : 'unknown';
  const attributes = { module: module.name, command };
  const observed: Observed<Answer> = {
    name: `${module.name} ${command}`,
    attributes,
    outcome: ({ repeated, events }) => (repeated ? 'repeated' : events.length > 0 ? 'recorded' : 'unchanged'),
    ended: (outcome) => measured().commands.add(1, { ...attributes, outcome }),
  };
  return asSpan(observed, work);
}

/** Run an append in a span, and record its duration. */
export function asAppend<T>(stream: string, events: number, work: () => Promise<T>): Promise<T> {
  const module = stream.slice(0, stream.indexOf('-'));
  const began = performance.now();
  const observed: Observed<T> = {
    name: `append ${module}`,
    kind: SpanKind.CLIENT,
    attributes: { module, events },
    outcome: () => 'written',
    ended: (outcome) => measured().appends.record((performance.now() - began) / 1_000, { module, outcome }),
  };
  return asSpan(observed, work);
}

/** Run a policy's reaction in a span that belongs to the event's trace. */
export function asReaction<T>(policy: Policy, event: RecordedEvent, work: () => Promise<T>): Promise<T> {
  if (!policy.on.has(event.type)) return work();
  const observed: Observed<T> = {
    name: `react ${policy.name}`,
    kind: SpanKind.CONSUMER,
    attributes: { policy: policy.name, event: event.type },
    parent: traceOf(event),
    outcome: () => 'done',
  };
  return asSpan(observed, work);
}

/** Run a job attempt in a span, and record its duration. */
export function asJob<T>(kind: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const observed: Observed<T> = {
    name: `job ${kind}`,
    kind: SpanKind.CONSUMER,
    attributes: { kind },
    parent: ROOT_CONTEXT,
    outcome: () => 'done',
    ended: (outcome) =>
      measured().jobs.record((performance.now() - began) / 1_000, {
        kind,
        outcome: outcome === 'done' ? outcome : signal.aborted ? 'interrupted' : 'failed',
      }),
  };
  return asSpan(observed, work);
}

/** Measures a projection window: its duration, and a span linked to the traces of its events. */
export class ObservedWindow {
  private readonly began = { at: Date.now(), exactly: performance.now() };
  private readonly links = new Map<string, Link>();

  constructor(private readonly mode: 'live' | 'rebuild') {}

  read(events: readonly RecordedEvent[]): void {
    if (this.mode === 'rebuild') return;
    for (const event of events) {
      const { trace: known } = event.metadata;
      if (known === undefined || this.links.has(known)) continue;
      const linked = trace.getSpanContext(traceOf(event));
      if (linked) this.links.set(known, { context: linked });
      if (!linked || this.links.size === LINKS) return;
    }
  }

  written(views: number, events: number): void {
    const { mode, links, began } = this;
    measured().windows.record((performance.now() - began.exactly) / 1_000, { mode });
    measured().projected.add(events, { mode });
    const attributes = { mode, views, events };
    const options = { root: true, startTime: began.at, links: [...links.values()], attributes };
    trace.getTracer(SCOPE).startSpan('project', options).end();
  }
}

/** The trace to store in events: the W3C `traceparent`, if the current trace is recorded. */
export function recordedTrace(): { readonly trace?: string } {
  if (trace.getActiveSpan()?.isRecording() !== true) return {};
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent === undefined ? {} : { trace: carrier.traceparent };
}

const traceOf = ({ metadata }: RecordedEvent): Context =>
  metadata.trace === undefined
    ? ROOT_CONTEXT
    : propagation.extract(ROOT_CONTEXT, { traceparent: metadata.trace });

interface Observed<T> {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes: Attributes;
  /** Parent of the span; the active span if left out. */
  readonly parent?: Context;
  /** Outcome for a successful result. */
  readonly outcome: (result: T) => string;
  readonly ended?: (outcome: string) => void;
}

/**
 * Run work in a span. An error is recorded only by its code or class, because its message may contain any data.
 */
async function asSpan<T>(observed: Observed<T>, work: () => Promise<T>): Promise<T> {
  const { name, parent = context.active(), kind = SpanKind.INTERNAL, attributes } = observed;
  return trace.getTracer(SCOPE).startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    let outcome = 'failed';
    try {
      const result = await work();
      outcome = observed.outcome(result);
      return result;
    } catch (error) {
      if (error instanceof Refusal) outcome = error.code;
      else if (error instanceof WrongExpectedRevision) outcome = 'conflict';
      else {
        span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      throw error;
    } finally {
      span.setAttribute('outcome', outcome);
      span.end();
      observed.ended?.(outcome);
    }
  });
}
