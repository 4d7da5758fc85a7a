import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { Identify } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import type { Limits } from '@waymark/platform';
import type { Telemetry } from '@waymark/telemetry';
import { AccessGuard, IDENTIFY, LIMITS } from './access.guard';
import { HealthController, ROLE } from './health.controller';
import type { Role } from './log';
import { MetricsController, TELEMETRY } from './metrics.controller';

export interface Operated {
  readonly role: Role;
  readonly platform: Platform;
  /** Says who asks. */
  readonly identify: Identify;
  /** Without them anybody may ask as often as they like. */
  readonly limits?: Limits;
  /** Without it there are no metrics to read. */
  readonly telemetry?: Telemetry;
}

/** What every program shows to those who run it, its health and its metrics; and the guard of everything that it answers. */
@Module({})
export class OperationsModule {
  static of({ role, platform, identify, limits, telemetry }: Operated): DynamicModule {
    return {
      module: OperationsModule,
      imports: [TerminusModule.forRoot({ logger: false }), DiscoveryModule],
      controllers: [HealthController, ...(telemetry ? [MetricsController] : [])],
      providers: [
        { provide: ROLE, useValue: role },
        { provide: Platform, useValue: platform },
        { provide: IDENTIFY, useValue: identify },
        { provide: LIMITS, useValue: limits },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: TELEMETRY, useValue: telemetry },
      ],
    };
  }
}
