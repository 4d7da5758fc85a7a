import { StoreUnavailable } from '@waymark/core/kernel';

/** What the command line writes: its answer to standard output, everything else to standard error. */
export const print = (value: string): void => void process.stdout.write(`${value}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 1));

export const tell = (value: string): void => void process.stderr.write(`${value}\n`);

/** What people are told of an error; where it is this program's own, where in it that was. */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StoreUnavailable) return `STORE_UNAVAILABLE: ${error.message}`;
  const { code } = error as Error & { readonly code?: unknown };
  // A refusal, or something that the system or the store will not do.
  if (typeof code !== 'string') return error.stack ?? error.message;
  return error.message.startsWith(code) ? error.message : `${code}: ${error.message}`;
}
