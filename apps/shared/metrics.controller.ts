import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Telemetry } from '@waymark/telemetry';
import { Action } from './access.guard';

/** Injection token of the telemetry. */
export const TELEMETRY = Symbol('telemetry');

/** Metrics for Prometheus. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(TELEMETRY) private readonly telemetry: Telemetry) {}

  @Get()
  @Action('ReadMetrics')
  metrics(@Req() request: Request, @Res() response: Response): void {
    this.telemetry.handler(request, response);
  }
}
