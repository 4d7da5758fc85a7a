import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { destination, pino, type Logger } from 'pino';

/** What the log is injected by. */
export const LOG = Symbol('log');

const quiet = process.env['NODE_ENV'] === 'test' ? 'silent' : 'info';

/** JSON lines on standard output; no bodies, no paths as asked, nothing of a person. */
export const createLog = (): Logger =>
  pino(
    { level: process.env['WAYMARK_LOG'] ?? quiet, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination({ dest: 1, sync: false }),
  );

/** Gives each request an id, and logs what became of it: by its route's template, never by its path. */
export const requestLog =
  (log: Logger) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const id = randomUUID();
    response.locals['request'] = id;
    if (log.isLevelEnabled('info')) {
      const began = performance.now();
      response.once('close', () => {
        log.info({
          request: id,
          method: request.method,
          route: routeOf(request, response),
          status: response.statusCode,
          ms: Math.round((performance.now() - began) * 10) / 10,
          ...(response.writableFinished ? {} : { aborted: true }),
        });
      });
    }
    next();
  };

/** The route as it was declared: a command's own, or that of the controller. */
const routeOf = (request: Request, response: Response): string =>
  (response.locals['route'] as string | undefined) ??
  (request.route as { path?: string } | undefined)?.path ??
  'unmatched';
