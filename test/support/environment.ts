/** Run work with environment variables, of which undefined ones are not set, and restore them afterwards. */
export async function withEnvironment<Result>(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = { ...process.env };
  for (const [name, value] of Object.entries(variables))
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  try {
    return await work();
  } finally {
    process.env = before;
  }
}
