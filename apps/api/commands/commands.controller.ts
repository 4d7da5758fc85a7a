import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Request, Response } from 'express';
import type { Submission } from '@waymark/core/commands';
import { check, invalid } from '@waymark/core/fields';
import type { FieldError } from '@waymark/core/kernel';
import { permitFor, reachFor } from '@waymark/governance/access';
import { Platform } from '@waymark/platform';
import { ActionOf, principalOf } from '../../shared/access.guard';
import { commandHeaders } from '../headers';
import { parameterErrors } from '../no-parameters';
import { Problem } from '../problem';
import type { CommandAnswer } from './command-answer';
import { jsonBody } from './json-body';
import { commandNames, type CommandRoute, commandRoutes } from './routes';
import { Submit } from './submit';

type Path = Readonly<Record<'module' | 'id' | 'command', string>>;

/** Accepts every command of the domain. Each has its own path, derived from the domain's registry. */
@Controller('v1')
export class CommandsController {
  constructor(
    private readonly bus: CommandBus,
    private readonly platform: Platform,
  ) {}

  @Post(':module/:id/:command')
  @ActionOf(() => commandNames)
  @HttpCode(200)
  async send(@Req() request: Request<Path>, @Res() response: Response): Promise<void> {
    const { params } = request;
    const route = routeOf(params);
    response.locals['route'] = route.template;
    const reader = principalOf(response);
    // First of all, refuse people whose roles do not allow the command anywhere, whatever they sent.
    const { everything } = reachFor(reader, route.action);
    if (!route.module.id.pattern.test(params.id)) throw unknownId(route);
    const headers = commandHeaders(request as unknown as Request);
    const { command, errors: wrongFields } = check(route.type, jsonBody(request as unknown as Request));
    const errors = [...parameterErrors(request), ...wrongFields];
    const permit = permitFor(this.platform.look, reader);
    const to = { module: route.module.name, id: params.id };
    const submission = { ...to, command, actor: reader.id, permit, ...headers };
    // Tell only people whose roles reach everywhere which things exist.
    const unknown = errors.length > 0 && everything ? await this.unknownThings(submission, errors) : [];
    if (errors.length > 0) throw invalid([...errors, ...unknown]);

    const { readFrom, ...answer } = await this.bus.execute(new Submit(submission));
    response.setHeader('ETag', `"${String(answer.revision)}"`);
    response.setHeader('Waymark-Position', String(readFrom));
    response.json(answer satisfies CommandAnswer);
  }

  /** Things that an invalid command refers to and that do not exist, so that the answer lists all errors at once. */
  private async unknownThings(submission: Submission, wrong: readonly FieldError[]): Promise<FieldError[]> {
    const unknown = await this.platform.submitter.unknown(submission);
    return unknown.filter(({ field }) => !wrong.some((other) => other.field === field));
  }
}

function routeOf({ module, command }: Path): CommandRoute {
  const commands = commandRoutes.get(module);
  if (!commands)
    throw new Problem(404, 'UNKNOWN_MODULE', 'This kind of record does not exist. See /docs for the paths.');
  const route = commands.get(command);
  if (!route)
    throw new Problem(
      404,
      'UNKNOWN_COMMAND',
      'This kind of record has no such command. See /docs for the paths.',
    );
  return route;
}

const unknownId = ({ module }: CommandRoute): Problem =>
  new Problem(
    404,
    'UNKNOWN_ID',
    `There is no ${module.name} with this id. An id has this form: ${module.id.description}.`,
  );
