import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleInit,
  SetMetadata,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Principal, Reach } from '@waymark/core/access';
import { demandRights, type Identify, reachFor, TokenRefused } from '@waymark/governance/access';
import type { Limits } from '@waymark/platform';
import { countRefusedToken } from '@waymark/telemetry';

/** Injection token of the function that identifies the principal. */
export const IDENTIFY = Symbol('identify');

/** Injection token of the log. */
export const LOG = Symbol('log');

/** Injection token of the rate limits. */
export const LIMITS = Symbol('limits');

const RULE = 'waymark:rule';

/** Access rule of a route: public, one action of the table of rights, or one of several actions. */
type AccessRule = 'public' | { readonly action: string } | { readonly actions: () => Iterable<string> };

/** The route needs no token. */
export const Public = () => SetMetadata(RULE, 'public' satisfies AccessRule);

/** The route needs a role that allows this action. */
export const Action = (action: string) => SetMetadata(RULE, { action } satisfies AccessRule);

/** The route performs one of several actions. It checks the right itself, with the principal from {@link principalOf}. */
export const ActionOf = (actions: () => Iterable<string>) =>
  SetMetadata(RULE, { actions } satisfies AccessRule);

/** Identifies the principal of each request and checks their right. A route without a rule stops the program at startup. */
@Injectable()
export class AccessGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(IDENTIFY) private readonly identify: Identify,
    @Inject(LOG) private readonly log: Logger,
    @Inject(LIMITS) private readonly limits: Limits | undefined,
  ) {}

  onModuleInit(): void {
    for (const { instance, metatype } of this.discovery.getControllers()) {
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        if (Reflect.getMetadata('path', handler) === undefined) continue;
        const rule = this.reflector.get<AccessRule | undefined>(RULE, handler);
        if (rule === undefined)
          throw new Error(
            `${String(metatype?.name)}.${name} has no access rule: add @Action, @ActionOf or @Public`,
          );
        if (rule !== 'public') demandRights('action' in rule ? [rule.action] : rule.actions());
      }
    }
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.get<AccessRule>(RULE, context.getHandler());
    if (rule === 'public') return true;
    const http = context.switchToHttp();
    const { locals } = http.getResponse<Response>();
    const principal = await this.identifyPrincipal(http.getRequest<Request>(), locals['request']);
    locals['principal'] = principal;
    if ('action' in rule) locals['reach'] = reachFor(principal, rule.action);
    return true;
  }

  /**
   * Requests without a valid token count against the limit of their address, so that tokens cannot be guessed. The reason is
   * logged and counted, but not answered.
   */
  private async identifyPrincipal({ headers, ip = '' }: Request, request: unknown): Promise<Principal> {
    try {
      const principal = await this.identify(headers.authorization);
      await this.limits?.person(principal.id);
      return principal;
    } catch (error) {
      if (error instanceof TokenRefused) {
        const { reason } = error;
        this.log.info({ event: 'token.refused', request, reason });
        countRefusedToken(reason);
        await this.limits?.stranger(ip);
      }
      throw error;
    }
  }
}

/** The principal of the request. */
export const principalOf = ({ locals }: Response): Principal => locals['principal'] as Principal;

/** The reach of the principal's roles for the action of the route. */
export const reachOf = ({ locals }: Response): Reach => locals['reach'] as Reach;
