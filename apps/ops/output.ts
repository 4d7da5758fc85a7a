import { Refusal, StoreUnavailable } from '@waymark/core/kernel';
import { TokenRefused, UnknownPerson } from '@waymark/governance/access';
import { DataFolderRefused } from '@waymark/platform';

/** Print the result of a command to standard output. Everything else goes to standard error. */
export const print = (value: string): void => void process.stdout.write(`${value}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 1));

export const printError = (value: string): void => void process.stderr.write(`${value}\n`);

/** Text of an error: its code and message, and its invalid fields, one per line. An error without a code is a defect of this program, and comes with its stack. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StoreUnavailable) return `STORE_UNAVAILABLE: ${error.message}`;
  // Unlike a sender over HTTP, the person at the terminal has the settings and may be told why.
  if (error instanceof TokenRefused) return `${error.code}: ${error.message} Reason: ${error.reason}.`;
  // JSON escapes control characters, which could change what the terminal shows.
  if (error instanceof UnknownPerson)
    return `${error.code}: ${error.message} Subject: ${JSON.stringify(error.subject)}`;
  if (error instanceof DataFolderRefused)
    return `${error.code}: ${error.message} Folder: ${JSON.stringify(error.folder)}`;
  const { code } = error as Error & { readonly code?: unknown };
  // Refusals, and errors of the operating system and of stores, have a code.
  if (typeof code !== 'string') return error.stack ?? error.message;
  const text = error.message.startsWith(code) ? error.message : `${code}: ${error.message}`;
  const fields = error instanceof Refusal ? error.errors : [];
  return [text, ...fields.map((wrong) => `  ${wrong.field}: ${wrong.code}: ${wrong.message}`)].join('\n');
}
