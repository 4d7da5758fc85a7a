import type { KeyObject } from 'node:crypto';
import { createLocalJWKSet, type CryptoKey, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import { RetryableRefusal } from '@waymark/core/kernel';

/** Shortest time between the starts of two fetches, in milliseconds. It protects the issuer from floods of unknown keys. */
const PAUSE = 1_000;
/** Time that the issuer has to answer, in milliseconds. */
const TIMEOUT = 3_000;
/** Time until keys are fetched again, in milliseconds. A key that the issuer withdrew is trusted for this time. */
const REFRESH = 60_000;
/** Time until keys are fetched again after the issuer did not answer, in milliseconds. */
const RETRY = 10_000;
/** Time for which keys are trusted while the issuer does not answer, in milliseconds. */
const TRUSTED = 3_600_000;
/** Seconds after which a sender should try again. */
const RETRY_AFTER = 5;

/** Finds the key for the header of a token. */
export type Keys = (header: JWSHeaderParameters) => Promise<CryptoKey | KeyObject>;

/** Why the keys could not be fetched. It contains no address. */
export interface IssuerFault {
  readonly reason: 'timeout' | 'connection' | 'status' | 'content';
  /** The HTTP status, or the code of the connection error, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly detail?: string;
}

/** What this process knows about the issuer. */
export interface IssuerState {
  /** Whether the issuer answered the last fetch. Undefined before the first one has ended. */
  readonly answers: boolean | undefined;
  /** Seconds since the keys were fetched. Undefined if there are none. */
  readonly age: number | undefined;
  /** Whether there are keys that are still trusted. */
  readonly usable: boolean;
}

/** The issuer's keys could not be fetched, so a token can be neither accepted nor refused. */
export class IssuerUnavailable extends RetryableRefusal {
  constructor() {
    super(
      'ISSUER_UNAVAILABLE',
      'The issuer of access tokens does not answer, so the token cannot be checked. Nothing was carried out. Send the request again after the number of seconds in Retry-After.',
      'unavailable',
      RETRY_AFTER,
    );
  }
}

/**
 * The keys that an issuer publishes (JWKS). They are cached, and fetched again at most once a second; requests that
 * wait for newer keys share a fetch.
 */
export class IssuerKeys {
  private known: { readonly keys: Keys; readonly at: number } | undefined;
  private answers: boolean | undefined;
  private running: Promise<Keys> | undefined;
  private next: Promise<Keys> | undefined;
  private startedAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    /** Called with the fault when the issuer stops answering, and without one when it answers again. */
    private readonly onChange: (fault: IssuerFault | undefined) => void = () => undefined,
  ) {}

  /** The cached keys. They are fetched if there are none that are still trusted. Throws {@link IssuerUnavailable}. */
  async current(): Promise<Keys> {
    return this.trusted ?? (await (this.running ?? this.newer()));
  }

  /**
   * The keys, from a fetch that starts after this call and at least a second after the previous one. Calls before its
   * start share it. Throws {@link IssuerUnavailable}.
   */
  newer(): Promise<Keys> {
    return (this.next ??= this.fetchAfter(this.running));
  }

  /** Fetch the keys now, and again at intervals until {@link close}. */
  keepFresh(): void {
    const round = async (): Promise<void> => {
      await this.newer().catch(() => undefined);
      if (this.closed) return;
      this.timer = setTimeout(() => void round(), this.answers ? REFRESH : RETRY).unref();
    };
    void round();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  state(): IssuerState {
    return {
      answers: this.answers,
      age: this.known && (performance.now() - this.known.at) / 1_000,
      usable: this.trusted !== undefined,
    };
  }

  private get trusted(): Keys | undefined {
    return this.known && performance.now() - this.known.at < TRUSTED ? this.known.keys : undefined;
  }

  private async fetchAfter(running: Promise<unknown> | undefined): Promise<Keys> {
    await running?.catch(() => undefined);
    await pause(this.startedAt + PAUSE - performance.now());
    [this.running, this.next] = [this.next, undefined];
    this.startedAt = performance.now();
    try {
      const keys = await fetchKeys(this.url);
      this.known = { keys, at: this.startedAt };
      this.report(undefined);
      return keys;
    } catch (error) {
      this.report(faultOf(error));
      throw new IssuerUnavailable();
    } finally {
      this.running = undefined;
    }
  }

  private report(fault: IssuerFault | undefined): void {
    const before = this.answers ?? true;
    this.answers = fault === undefined;
    if (this.answers !== before) this.onChange(fault);
  }
}

const pause = (ms: number): Promise<void> =>
  ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();

/** The issuer answered with a status other than 200. Redirects are not followed. */
class WrongStatus extends Error {
  constructor(readonly status: number) {
    super('wrong status');
  }
}

async function fetchKeys(url: string): Promise<Keys> {
  const answer = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new WrongStatus(answer.status);
  }
  return createLocalJWKSet((await answer.json()) as JSONWebKeySet);
}

function faultOf(error: unknown): IssuerFault {
  if (error instanceof WrongStatus) return { reason: 'status', detail: String(error.status) };
  const { name, code, cause } = error as Error & { readonly code?: unknown };
  if (name === 'TimeoutError') return { reason: 'timeout' };
  if (name === 'SyntaxError' || code === 'ERR_JWKS_INVALID') return { reason: 'content' };
  const { code: detail } = (cause ?? {}) as { readonly code?: unknown };
  return { reason: 'connection', ...(typeof detail === 'string' && { detail }) };
}
