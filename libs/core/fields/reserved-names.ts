/** Names that JavaScript gives a meaning of its own, such as `__proto__`. No field has one of them, at any level. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
]);

/** Whether an object, or an object or a list in it, has a field with a reserved name. */
export function hasReservedName(value: unknown): boolean {
  // Without recursion: a file may nest deeper than the stack.
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next) && Object.keys(next).some((name) => reservedNames.has(name))) return true;
    for (const each of Object.values(next)) left.push(each);
  }
  return false;
}

/**
 * A copy of a JSON value in which no field has a reserved name. class-transformer leaves such fields out, or takes their
 * value for a class. Under another name they are undeclared fields like any other, and are refused as such. The value must
 * not nest deeper than the stack.
 */
export function renamedReservedNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamedReservedNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      reservedNames.has(name) ? `reserved ${name}` : name,
      renamedReservedNames(each),
    ]),
  );
}
