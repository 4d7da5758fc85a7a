import { Controller, Get, Res } from '@nestjs/common';
import { Platform } from '@waymark/platform';
import { views } from '@waymark/views';
import type { Response } from 'express';

/** For whoever keeps the server running. */
@Controller('health')
export class HealthController {
  constructor(private readonly platform: Platform) {}

  /** The process answers. */
  @Get('live')
  live() {
    return { status: 'live' };
  }

  /** It can do its work: no view has stopped. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response) {
    const { serving } = this.platform;
    const names = views.map(({ name }) => name);
    const stopped = await serving.stopped(names);
    response.status(stopped.size === 0 ? 200 : 503);
    return {
      status: stopped.size === 0 ? 'ready' : 'stopped',
      views: names.map((view) => ({ view, stopped: stopped.has(view) })),
    };
  }
}
