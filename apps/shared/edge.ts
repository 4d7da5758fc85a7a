import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** How long a client may take to send a request's head, and the whole of it (an upload, say), in milliseconds. */
const HEAD_WITHIN = 15_000;
const WHOLE_WITHIN = 300_000;

/** The documentation's own page brings its scripts and styles with it. */
const docs = helmet.contentSecurityPolicy({
  directives: { 'script-src': ["'self'", "'unsafe-inline'"], 'style-src': ["'self'", "'unsafe-inline'"] },
});

/** What stands between the network and the application: headers for browsers, other origins only where they are named, patience. */
export function guardEdge(app: NestExpressApplication, origins: readonly string[]): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet({ contentSecurityPolicy: { directives: { 'default-src': ["'none'"] } } }));
  app.use((_request: Request, response: Response, next: NextFunction) => {
    // No copy of a pupil's record stays with a browser, or with what stands between.
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use('/docs', docs);
  if (origins.length > 0)
    app.enableCors({
      origin: [...origins],
      exposedHeaders: ['ETag', 'Location', 'Waymark-Position', 'Retry-After'],
      maxAge: 600,
    });
  const server = app.getHttpServer() as Server;
  server.headersTimeout = HEAD_WITHIN;
  server.requestTimeout = WHOLE_WITHIN;
}
