const LONGEST = 500;

/** What is kept of a failure: its message alone, cut where it is too long. */
export function failureText(error: unknown): string {
  // Not by its class: SQLite's errors have that of whoever loaded the native module first.
  const { message, name } = Object(error) as { readonly message?: unknown; readonly name?: unknown };
  const text = [message, name].find((part) => typeof part === 'string' && part !== '') ?? error;
  return String(text).slice(0, LONGEST);
}
