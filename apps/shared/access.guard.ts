import { Reach, type Principal } from '@waymark/core/access';
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
import { Refusal } from '@waymark/core/kernel';
import { demandRights, type Identify, reachFor } from '@waymark/governance/access';
import type { Limits } from '@waymark/platform';

/** What says who asks is injected by. */
export const IDENTIFY = Symbol('identify');

/** What limits how often they may is injected by. */
export const LIMITS = Symbol('limits');

const RULE = 'waymark:rule';

/** What a route does, whose rule says who may: by its name in the table of rights, or by what the request is for. */
type Rule = 'public' | { readonly action: string } | { readonly actions: () => Iterable<string> };

/** Anybody may ask, without a token. */
export const Public = () => SetMetadata(RULE, 'public' satisfies Rule);

/** Whoever the table of rights allows this action. */
export const Action = (action: string) => SetMetadata(RULE, { action } satisfies Rule);

/** One of several actions, which the route tells apart itself and asks {@link principalOf} about. */
export const ActionOf = (actions: () => Iterable<string>) => SetMetadata(RULE, { actions } satisfies Rule);

/** Lets nobody in who may not do what a route does. A route that does not say what it does keeps the program from starting. */
@Injectable()
export class AccessGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(IDENTIFY) private readonly identify: Identify,
    @Inject(LIMITS) private readonly limits: Limits | undefined,
  ) {}

  onModuleInit(): void {
    for (const { instance, metatype } of this.discovery.getControllers()) {
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        if (Reflect.getMetadata('path', handler) === undefined) continue;
        const rule = this.reflector.get<Rule | undefined>(RULE, handler);
        if (rule === undefined)
          throw new Error(`${String(metatype?.name)}.${name} does not say what it does`);
        if (rule !== 'public') demandRights('action' in rule ? [rule.action] : rule.actions());
      }
    }
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.get<Rule>(RULE, context.getHandler());
    if (rule === 'public') return true;
    const http = context.switchToHttp();
    const { locals } = http.getResponse<Response>();
    const reader = await this.whoAsks(http.getRequest<Request>());
    locals['reader'] = reader;
    if ('action' in rule) locals['reach'] = reachFor(reader, rule.action);
    return true;
  }

  /** Whoever tries tokens out is told so only so often. */
  private async whoAsks({ headers, ip = '' }: Request): Promise<Principal> {
    try {
      const reader = await this.identify(headers.authorization);
      await this.limits?.person(reader.id);
      return reader;
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'unauthenticated') await this.limits?.stranger(ip);
      throw error;
    }
  }
}

/** Who asks. */
export const principalOf = ({ locals }: Response): Principal => locals['reader'] as Principal;

/** How far the roles of whoever asks reach for what the route does. */
export const reachIn = ({ locals }: Response): Reach => locals['reach'] as Reach;
