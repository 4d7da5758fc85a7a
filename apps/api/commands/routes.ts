import type { CommandClass, Module } from '@waymark/core/kernel';
import { domain } from '@waymark/modules/domain';

/** How one command is reached over HTTP. */
export interface CommandRoute {
  readonly module: Module;
  /** The command's class, which is also its body. */
  readonly type: CommandClass;
  /** May be sent to a thing that has no history yet. */
  readonly creates: boolean;
  /** `give-consent`. */
  readonly name: string;
  /** `/v1/journeys/{id}/give-consent`: what logs and the OpenAPI document call it. */
  readonly template: string;
}

/** `GiveConsent` is `give-consent`. */
export const kebab = (name: string): string =>
  name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const routesOf = (module: Module): CommandRoute[] =>
  [...module.handlers]
    .filter(([type]) => !module.internal.has(type))
    .map(([type, { command, creates }]) => {
      const name = kebab(type);
      return { module, type: command, creates, name, template: `/v1/${module.plural}/{id}/${name}` };
    });

/** Every command that may be sent from outside, by module and command as they stand in the path. */
export const commandRoutes: ReadonlyMap<string, ReadonlyMap<string, CommandRoute>> = new Map(
  domain.map((module) => [module.plural, new Map(routesOf(module).map((route) => [route.name, route]))]),
);

/** The names of those commands, as the table of rights has them. */
export const commandNames: readonly string[] = [...commandRoutes.values()].flatMap((routes) =>
  [...routes.values()].map(({ type }) => type.name),
);
