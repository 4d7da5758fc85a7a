import type { CommandClass, Module } from '@waymark/core/kernel';
import { recordingModules } from '@waymark/modules';

/** How one command is reached over HTTP. */
export interface CommandRoute {
  readonly module: Module;
  /** The command's class, which is also its body. */
  readonly type: CommandClass;
  /** May be sent to a thing that has no history yet. */
  readonly creates: boolean;
  /** The command's name in the table of rights and in the OpenAPI document, with its module's namespace. */
  readonly action: string;
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
      const action = module.qualified(type);
      return { module, type: command, creates, action, name, template: `/v1/${module.plural}/{id}/${name}` };
    });

/** Every command that may be sent from outside, by module and command as they stand in the path. */
export const commandRoutes: ReadonlyMap<string, ReadonlyMap<string, CommandRoute>> = new Map(
  recordingModules.map(({ domain: module }) => [
    module.plural,
    new Map(routesOf(module).map((route) => [route.name, route])),
  ]),
);

/** The names of those commands, as the table of rights has them. */
export const commandNames: readonly string[] = [...commandRoutes.values()].flatMap((routes) =>
  [...routes.values()].map(({ action }) => action),
);
