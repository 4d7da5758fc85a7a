import { Type } from '@sinclair/typebox';
import { Controller, Get, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import type { Response } from 'express';
import { type Answer, byName, object, oneOf, position, text } from '@waymark/core/questions';
import type { IssuerState } from '@waymark/governance/access';
import { type AcceptedTokens, Platform } from '@waymark/platform';
import { type Served, servedViews } from '@waymark/telemetry';
import { Public } from './access.guard';
import type { Role } from './log';

/** Injection token of the role of the process. */
export const ROLE = Symbol('role');

/** Injection token of the issuer of access tokens; undefined if tokens are signed by this machine. */
export const ISSUER = Symbol('issuer');

/** Time a store has to answer, in milliseconds. */
const STORE_TIMEOUT_MS = 2_000;

/** The process answers. */
export const liveSchema = object({ status: Type.Literal('live') }, { $id: 'Live' });

const indicator = object(
  {
    status: oneOf(['up', 'degraded', 'down']),
    responseTime: Type.Optional(Type.Number({ description: 'In milliseconds.' })),
    message: Type.Optional(text('What is wrong.')),
  },
  { $id: 'HealthIndicator' },
);

const indicators = byName(indicator);

/** Whether the process can do its work. */
export const readySchema = object(
  {
    status: oneOf(['ok', 'degraded', 'error', 'shutting_down']),
    info: indicators,
    error: indicators,
    details: indicators,
    views: Type.Array(
      object({
        view: text(),
        version: Type.Optional(Type.Integer()),
        generation: Type.Optional(Type.Integer()),
        position: Type.Optional(position('The position up to which it has seen the log.')),
        stopped: Type.Boolean(),
      }),
    ),
  },
  { $id: 'Ready' },
);

export type Live = Answer<typeof liveSchema>;
export type Ready = Answer<typeof readySchema>;

/** Health checks for the process supervisor and the load balancer. They never reveal addresses of stores. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly platform: Platform,
    @Inject(ROLE) private readonly role: Role,
    @Inject(ISSUER) private readonly issuer: AcceptedTokens['issuer'],
  ) {}

  /** The process answers. */
  @Get('live')
  @Public()
  live(): Live {
    return { status: 'live' };
  }

  /** Ready: the stores answer and, on an api, all views are served and tokens can be checked. */
  @Get('ready')
  @Public()
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Ready> {
    const { events, jobs } = this.platform;
    let views: readonly Served[] | undefined;
    const rows = await this.answers('rows', async () => (views = await servedViews(this.platform)));
    const result = await this.checked([
      () => this.answers('events', () => events.head()),
      () => rows,
      () => this.answers('jobs', () => jobs.get('ready')),
      () => this.viewsServed(views),
      ...(this.issuer ? [() => this.issuerKnown(this.issuer!.state())] : []),
    ]);
    response.status(result.status === 'ok' || result.status === 'degraded' ? 200 : 503);
    const { status, info, error, details } = result;
    return {
      status,
      info: indicatorsOf(info),
      error: indicatorsOf(error),
      details,
      views: (views ?? []).map(viewSummary),
    };
  }

  private async checked(checks: (() => Promise<HealthIndicatorResult> | HealthIndicatorResult)[]) {
    try {
      return await this.health.check(checks);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  /** Check that a store answers in time. Its own error message is dropped, because it may contain an address. */
  private async answers(store: string, ask: () => Promise<unknown>): Promise<HealthIndicatorResult> {
    return this.indicators
      .check(store)
      .attempt(async () => {
        await ask().catch(() => {
          throw new Error('does not answer');
        });
      })
      .withTimeout(STORE_TIMEOUT_MS);
  }

  /** Check that every view is served and not stopped. A worker is only degraded by this, since it may be what repairs the view. */
  private viewsServed(views: readonly Served[] | undefined): HealthIndicatorResult {
    const check = this.indicators.check('views');
    if (!views) return check.down('unknown, because the row store does not answer');
    const problems = views.flatMap(({ view, from, stopped }) => {
      if (!from) return [`${view} is not built yet`];
      return stopped === undefined ? [] : [`${view} has stopped`];
    });
    if (problems.length === 0) return check.up();
    return this.role === 'worker' ? check.degraded(problems.join(', ')) : check.down(problems.join(', '));
  }

  /**
   * Check that there are keys to verify tokens with. All apis share the issuer: if it does not answer, other apis could not
   * do more, so an api with trusted keys is only degraded. A worker needs no tokens for its work.
   */
  private issuerKnown({ answers, usable }: IssuerState): HealthIndicatorResult {
    const check = this.indicators.check('issuer');
    if (answers && usable) return check.up();
    if (usable) return check.degraded('does not answer; tokens are checked with the keys fetched before');
    const problem =
      answers === undefined ? 'its keys are not fetched yet' : 'does not answer; no token can be checked';
    return this.role === 'worker' ? check.degraded(problem) : check.down(problem);
  }
}

/** The indicators of a check, typed as the answer has them. */
const indicatorsOf = (found: HealthCheckResult['info']): Ready['info'] => found as HealthIndicatorResult;

const viewSummary = ({ view, from, stopped }: Served) => ({
  view,
  ...(from && { version: from.set.version, generation: from.set.generation, position: from.position }),
  stopped: stopped !== undefined,
});
