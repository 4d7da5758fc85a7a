import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { observeRequest } from '@waymark/telemetry';

/** Routes that monitoring requests every few seconds. Successful requests to them are logged at level debug. */
const WATCHED = /^\/(health|metrics)(\/|$)/;

/** The status under which a request is counted if the client disconnected before the response was complete. */
const ABORTED = 499;

/**
 * Gives each request an id, measures and traces it, and logs its outcome. The log contains the template of the route, never
 * the path.
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

/** The template of the route: that of the command, or that of the controller. */
const routeOf = (request: Request, response: Response): string =>
  (response.locals['route'] as string | undefined) ??
  (request.route as { path?: string } | undefined)?.path ??
  'unmatched';
