import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Platform } from '@waymark/platform';
import type { Telemetry } from '@waymark/telemetry';
import { HealthController, ROLE } from './health.controller';
import type { Role } from './log';
import { MetricsController, TELEMETRY } from './metrics.controller';

export interface Operated {
  readonly role: Role;
  readonly platform: Platform;
  /** Without it there are no metrics to read. */
  readonly telemetry?: Telemetry;
}

/** What every program shows to those who run it: its health, and its metrics. */
@Module({})
export class OperationsModule {
  static of({ role, platform, telemetry }: Operated): DynamicModule {
    return {
      module: OperationsModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, ...(telemetry ? [MetricsController] : [])],
      providers: [
        { provide: ROLE, useValue: role },
        { provide: Platform, useValue: platform },
        { provide: TELEMETRY, useValue: telemetry },
      ],
    };
  }
}
