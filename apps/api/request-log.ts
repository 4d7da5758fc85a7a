import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { observeRequest } from '@waymark/telemetry';

/** What is asked every few seconds by those who watch over the process: of no interest as long as all is well. */
const WATCHED = /^\/(health|metrics)(\/|$)/;

/** How a request is counted whose client did not wait for the answer. */
const ABORTED = 499;

/**
 * Gives each request an id, measures and traces it, and logs what became of it: by its route's template, never by its
 * path.
 */
export const requestLog =
  (log: Logger) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const id = randomUUID();
    response.locals['request'] = id;
    const { method } = request;
    const observed = observeRequest(id, method, request.headers);
    const began = performance.now();
    response.once('close', () => {
      const route = routeOf(request, response);
      const { statusCode: status, writableFinished: finished } = response;
      observed.answered(route, finished ? status : ABORTED);
      const level = status < 400 && WATCHED.test(route) ? 'debug' : 'info';
      if (!log.isLevelEnabled(level)) return;
      log[level]({
        request: id,
        ...observed.traced,
        method,
        route,
        status,
        ms: Math.round((performance.now() - began) * 10) / 10,
        ...(finished ? {} : { aborted: true }),
      });
    });
    observed.within(next);
  };

/** The route as it was declared: a command's own, or that of the controller. */
const routeOf = (request: Request, response: Response): string =>
  (response.locals['route'] as string | undefined) ??
  (request.route as { path?: string } | undefined)?.path ??
  'unmatched';
