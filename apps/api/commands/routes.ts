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
}

/** `GiveConsent` becomes `give-consent`. */
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

/** All commands that clients may send, by the module name and the command name in the path. */
export const commandRoutes: ReadonlyMap<string, ReadonlyMap<string, CommandRoute>> = new Map(
  recordingModules.map(({ domain: module }) => [
    module.plural,
    new Map(routesOf(module).map((route) => [route.name, route])),
  ]),
);

/** The names of these commands, as in the table of rights. */
export const commandNames: readonly string[] = [...commandRoutes.values()].flatMap((routes) =>
  [...routes.values()].map(({ action }) => action),
);
