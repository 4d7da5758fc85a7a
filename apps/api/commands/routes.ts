import type { CommandClass, Module } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';

/** The HTTP route of one command. */
export interface CommandRoute {
  readonly module: Module;
  /** The command's class, which is also its body. */
  readonly type: CommandClass;
  /** The command may be sent to a stream that has no events yet. */
  readonly creates: boolean;
  /** The command's name in the table of rights and in the OpenAPI document, with its module's namespace. */
  readonly action: string;
  /** `give-consent`. */
  readonly name: string;
  /** The path in logs and in the OpenAPI document: `/v1/journeys/{id}/give-consent`. */
  readonly template: string;
  /** The route of a command's former name: the name of the route to use instead. */
  readonly replacedBy?: string;
}

/** `GiveConsent` becomes `give-consent`. */
export const kebab = (name: string): string =>
  name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/**
 * The routes to a module's commands, by name: one for each command, and one for the former name of a renamed command.
 * Throws if two commands share a name.
 */
export function routesOf(module: Module): ReadonlyMap<string, CommandRoute> {
  const routes = [...module.handlers]
    .filter(([type]) => !module.internal.has(type))
    .flatMap(([type, { command, creates, formerly }]): CommandRoute[] => {
      const route = (name: string): CommandRoute => {
        const action = module.qualified(type);
        const template = `/v1/${module.plural}/{id}/${name}`;
        return { module, type: command, creates, action, name, template };
      };
      const current = route(kebab(type));
      if (formerly === undefined) return [current];
      return [current, { ...route(kebab(formerly)), replacedBy: current.name }];
    });
  const byName = new Map(routes.map((route) => [route.name, route]));
  if (byName.size < routes.length) throw new Error(`two commands for ${module.plural} share a name`);
  return byName;
}

/** All commands that clients may send, by the module name and the command name in the path. */
export const commandRoutes: ReadonlyMap<string, ReadonlyMap<string, CommandRoute>> = new Map(
  recordingModules.map(({ domain: module }) => [module.plural, routesOf(module)]),
);

/** The names of these commands, as in the table of rights. */
export const commandNames: readonly string[] = [...commandRoutes.values()].flatMap((routes) =>
  [...routes.values()].map(({ action }) => action),
);
