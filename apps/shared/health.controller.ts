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

/** What the role of the process is injected by. */
export const ROLE = Symbol('role');

/** How long a store may take to answer, in milliseconds. */
const DEADLINE = 2_000;

/** For whoever keeps the process running. Says what does not answer, and never where that is. */
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

  /** It can do its work: the stores answer, and where it serves, so do all views. */
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
      () => this.going(views),
    ]);
    response.status(result.status === 'ok' || result.status === 'degraded' ? 200 : 503);
    return { ...result, views: (views ?? []).map(told) };
  }

  private async checked(checks: (() => Promise<HealthIndicatorResult> | HealthIndicatorResult)[]) {
    try {
      return await this.health.check(checks);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  /** Whether a store answers in time; what it says instead may name where it is, and is left out. */
  private async answers(store: string, ask: () => Promise<unknown>): Promise<HealthIndicatorResult> {
    return this.indicators
      .check(store)
      .attempt(async () => {
        await ask().catch(() => {
          throw new Error('does not answer');
        });
      })
      .withTimeout(DEADLINE);
  }

  /** Whether every view is served and goes on. A worker can do its work where one is not, and perhaps mend it. */
  private going(views: readonly Served[] | undefined): HealthIndicatorResult {
    const check = this.indicators.check('views');
    if (!views) return check.down('not known as long as the rows are not');
    const wrong = views.flatMap(({ view, from, stopped }) => {
      if (!from) return [`${view} is not built yet`];
      return stopped === undefined ? [] : [`${view} has stopped`];
    });
    if (wrong.length === 0) return check.up();
    return this.role === 'worker' ? check.degraded(wrong.join(', ')) : check.down(wrong.join(', '));
  }
}

const told = ({ view, from, stopped }: Served) => ({
  view,
  ...(from && { version: from.set.version, generation: from.set.generation, position: from.position }),
  stopped: stopped !== undefined,
});
