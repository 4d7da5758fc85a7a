const LONGEST = 500;

/** The text stored for a failure: only its message, truncated to the maximum length. */
export function failureText(error: unknown): string {
  // Do not use instanceof: SQLite's errors have the class of the first module instance that loaded the native
  // module.
  const { message, name } = Object(error) as { readonly message?: unknown; readonly name?: unknown };
  const text = [message, name].find((part) => typeof part === 'string' && part !== '') ?? error;
  return String(text).slice(0, LONGEST);
}
