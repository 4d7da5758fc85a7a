import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { issuedBy, signedBy, type Verify } from '@waymark/governance/access';
import { signingKeyFromFile } from '@waymark/stores/files/signing-key';
import type { Settings } from './settings';

/** The key that this machine signs development access tokens with; created on first use. */
export const localTokenKey = (data: string): KeyObject => signingKeyFromFile(join(data, 'keys', 'token.key'));

/** Verifier of access tokens: those of the configured issuer, or those of this machine if no issuer is configured. */
export const tokenVerifier = ({ issuer, data }: Pick<Settings, 'issuer' | 'data'>): Verify =>
  issuer ? issuedBy(issuer) : signedBy(localTokenKey(data));
