import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Telemetry } from '@waymark/telemetry';
import { Action } from './access.guard';

/** What the telemetry is injected by. */
export const TELEMETRY = Symbol('telemetry');

/** What Prometheus reads. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(TELEMETRY) private readonly telemetry: Telemetry) {}

  @Get()
  @Action('ReadMetrics')
  metrics(@Req() request: Request, @Res() response: Response): void {
    this.telemetry.handler(request, response);
  }
}
