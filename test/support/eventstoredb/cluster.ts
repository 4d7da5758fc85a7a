import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '@eventstore/db-client';
import { afterwards, temporaryDirectory } from '../stores';
import { Log } from './log';
import { StandIn } from './server';

export interface Cluster {
  /** A connection string with all nodes, the certificate authority and the credentials. */
  readonly url: string;
  readonly nodes: readonly StandIn[];
  /** Make this node the leader; the other nodes report it. */
  readonly lead: (node: StandIn) => void;
}

/** Nodes that share one log, with the first as leader. They use TLS and require credentials. */
export async function startCluster(size: number, credentials: Credentials): Promise<Cluster> {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(temporaryDirectory(), name));
  // A certificate for this test, which is its own authority.
  const request = [
    ...['req', '-x509', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
    ...[
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-addext',
      'subjectAltName=DNS:localhost',
    ],
    ...['-keyout', key!, '-out', certificate!],
  ];
  execFileSync('openssl', request, { stdio: 'pipe' });
  const tls = { key: readFileSync(key!), certificate: readFileSync(certificate!) };
  const log = new Log();
  const nodes = Array.from({ length: size }, () => new StandIn({ log, tls, credentials }));
  const lead = (leader: StandIn): void => {
    for (const node of nodes) node.leads = node === leader;
  };
  for (const node of nodes) {
    node.members = nodes;
    await node.listen();
    afterwards(() => node.stop());
  }
  lead(nodes[0]!);
  const as = [credentials.username, credentials.password].map(encodeURIComponent).join(':');
  const hosts = nodes.map(({ port }) => `localhost:${String(port)}`);
  return {
    url: `esdb://${as}@${hosts.join(',')}?tls=true&tlsCAFile=${encodeURIComponent(certificate!)}`,
    nodes,
    lead,
  };
}
