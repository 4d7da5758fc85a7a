import { Controller, Get, Res } from '@nestjs/common';
import { Platform } from '@waymark/platform';
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

  /** It can do its work: no view has stopped. Says where each is. */
  @Get('ready')
  ready(@Res({ passthrough: true }) response: Response) {
    const views = this.platform.projector.states();
    const ready = views.every(({ stopped }) => stopped === undefined);
    response.status(ready ? 200 : 503);
    return {
      status: ready ? 'ready' : 'stopped',
      views: views.map(({ view, version, position, stopped }) => ({
        view,
        version,
        position,
        stopped: stopped !== undefined,
      })),
    };
  }
}
