import { Controller, Get, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import type { Response } from 'express';
import { Platform } from '@waymark/platform';
import { type Served, servedViews } from '@waymark/telemetry';
import { Public } from './access.guard';
import type { Role } from './log';

/** Injection token of the role of the process. */
export const ROLE = Symbol('role');

/** Time a store has to answer, in milliseconds. */
const STORE_TIMEOUT_MS = 2_000;

/** Health checks for the process supervisor and the load balancer. They never reveal addresses of stores. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly platform: Platform,
    @Inject(ROLE) private readonly role: Role,
  ) {}

  /** The process answers. */
  @Get('live')
  @Public()
  live() {
    return { status: 'live' };
  }

  /** Ready: the stores answer and, on an api, all views are served. */
  @Get('ready')
  @Public()
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  async ready(@Res({ passthrough: true }) response: Response) {
    const { events, jobs } = this.platform;
    let views: readonly Served[] | undefined;
    const rows = await this.answers('rows', async () => (views = await servedViews(this.platform)));
    const result = await this.checked([
      () => this.answers('events', () => events.head()),
      () => rows,
      () => this.answers('jobs', () => jobs.get('ready')),
      () => this.viewsServed(views),
    ]);
    response.status(result.status === 'ok' || result.status === 'degraded' ? 200 : 503);
    return { ...result, views: (views ?? []).map(viewSummary) };
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
}

const viewSummary = ({ view, from, stopped }: Served) => ({
  view,
  ...(from && { version: from.set.version, generation: from.set.generation, position: from.position }),
  stopped: stopped !== undefined,
});
