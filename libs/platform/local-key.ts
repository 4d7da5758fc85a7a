import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { issuedBy, signedBy, type Verify } from '@waymark/governance/access';
import { signingKeyFromFile } from '@waymark/stores/files/signing-key';
import type { Settings } from './settings';

/** What this machine signs access tokens for development with. */
export const localTokenKey = (data: string): KeyObject => signingKeyFromFile(join(data, 'keys', 'token.key'));

/** Whose access tokens are believed: the issuer's, or this machine's own where there is none. */
export const verifierOf = ({ issuer, data }: Pick<Settings, 'issuer' | 'data'>): Verify =>
  issuer ? issuedBy(issuer) : signedBy(localTokenKey(data));
