import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { signingKeyFromFile } from '@waymark/adapters/keys-file/signing-key';

/** What this machine signs access tokens for development with. */
export const localTokenKey = (data: string): KeyObject => signingKeyFromFile(join(data, 'keys', 'token.key'));
