import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { Identify } from '@waymark/governance/access';
import type { Logger } from 'pino';
import { type AcceptedTokens, type Limits, Platform } from '@waymark/platform';
import type { Telemetry } from '@waymark/telemetry';
import { AccessGuard, IDENTIFY, LIMITS, LOG } from './access.guard';
import { HealthController, ISSUER, ROLE } from './health.controller';
import type { Role } from './log';
import { MetricsController, TELEMETRY } from './metrics.controller';

export interface OperationsOptions {
  readonly role: Role;
  readonly platform: Platform;
  /** Identifies the principal of a request. */
  readonly identify: Identify;
  readonly log: Logger;
  /** The issuer of access tokens; absent if tokens are signed by this machine. */
  readonly issuer?: AcceptedTokens['issuer'];
  /** Without it, the number of requests is not limited. */
  readonly limits?: Limits;
  /** Without it, there is no metrics route. */
  readonly telemetry?: Telemetry;
}

/** Common to every program: health, metrics and the access guard. */
@Module({})
export class OperationsModule {
  static of({ role, platform, identify, log, issuer, limits, telemetry }: OperationsOptions): DynamicModule {
    return {
      module: OperationsModule,
      imports: [TerminusModule.forRoot({ logger: false }), DiscoveryModule],
      controllers: [HealthController, ...(telemetry ? [MetricsController] : [])],
      providers: [
        { provide: ROLE, useValue: role },
        { provide: Platform, useValue: platform },
        { provide: IDENTIFY, useValue: identify },
        { provide: LOG, useValue: log },
        { provide: ISSUER, useValue: issuer },
        { provide: LIMITS, useValue: limits },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: TELEMETRY, useValue: telemetry },
      ],
      exports: [LIMITS],
    };
  }
}
