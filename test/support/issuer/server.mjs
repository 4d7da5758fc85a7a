/**
 * A certified OpenID Connect provider on 127.0.0.1. Each message `{ port, keys }` from the parent process configures it
 * with these private keys (JWKs); port 0 means any free port. It answers with the port.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { URL } from 'node:url';
import { Provider } from 'oidc-provider';

const server = createServer();

process.on('message', async ({ port, keys }) => {
  if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening');
  const chosen = server.address().port;
  const provider = new Provider(`http://127.0.0.1:${chosen}`, configuration(keys));
  server.removeAllListeners('request').on('request', provider.callback());
  process.send({ port: chosen });
});

process.on('disconnect', () => process.exit());

/** A token for the resource `https://<audience>/<algorithm>` has that audience and signature algorithm. */
const configuration = (keys) => ({
  jwks: { keys },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] },
  clients: [
    {
      client_id: 'a-client',
      client_secret: 'a-secret',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, resource) => {
        const { hostname, pathname } = new URL(resource);
        return {
          scope: '',
          audience: hostname,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: pathname.slice(1) } },
        };
      },
    },
  },
});
