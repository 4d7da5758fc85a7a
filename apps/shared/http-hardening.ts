import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** Time a client has to send the headers, and the whole request including an upload, in milliseconds. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 300_000;

/**
 * Browsers on plain HTTP must not ask for HTTPS instead, or the documentation page would load nothing. On HTTPS, every
 * address in it is relative.
 */
const ANY_SCHEME = { 'upgrade-insecure-requests': null };

/** The documentation page has inline scripts and styles. */
const docsSecurityPolicy = helmet.contentSecurityPolicy({
  directives: {
    'script-src': ["'self'", "'unsafe-inline'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    ...ANY_SCHEME,
  },
});

/** Set security headers, allow cross-origin requests from the given origins only, and limit how long a request may take. */
export function hardenHttp(app: NestExpressApplication, origins: readonly string[]): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet({ contentSecurityPolicy: { directives: { 'default-src': ["'none'"], ...ANY_SCHEME } } }));
  app.use((_request: Request, response: Response, next: NextFunction) => {
    // No browser or proxy may keep a copy of a pupil's record.
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use('/docs', docsSecurityPolicy);
  if (origins.length > 0)
    app.enableCors({
      origin: [...origins],
      exposedHeaders: ['ETag', 'Location', 'Waymark-Position', 'Retry-After'],
      maxAge: 600,
    });
  const server = app.getHttpServer() as Server;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
}
