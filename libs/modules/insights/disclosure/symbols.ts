import { Type } from '@sinclair/typebox';
import { byName, oneOf } from '@waymark/core/questions';

/**
 * The symbols of the Department for Education for values that are not given or have to be read with care:
 *
 * - `c`: suppressed, because it is a small number of pupils or would tell one.
 * - `z`: not applicable: there was nothing to divide by.
 * - `low`: more than zero, but rounded to zero.
 * - `u`: unreliable: a rate over few possible sessions. The value is given.
 */
export const symbols = ['c', 'z', 'low', 'u'] as const;
export type StatusSymbol = (typeof symbols)[number];

/** Symbols by the name of the field beside which they stand. */
export const statusSchema = Type.Optional(
  byName(oneOf(symbols), {
    description:
      'Why a field has no value, or how to read it, by the name of the field. `c`: suppressed, because it is a small number of pupils or would tell one. `z`: not applicable, there was nothing to divide by. `low`: more than zero, but rounded to zero. `u`: unreliable, a rate over few possible sessions; the value is given.',
  }),
);

export type Status = Readonly<Record<string, StatusSymbol>>;

/** When a number of pupils is small, and when a rate is unreliable. */
export interface DisclosureRule {
  /** Numbers of pupils from 1 up to, but not including, this one are suppressed. 1 suppresses nothing. */
  readonly smallBelow: number;
  /** A rate over fewer possible sessions is unreliable. */
  readonly leastPossible: number;
}

/** The default: 10 pupils, and 20 half-day sessions, which are two school weeks. */
export const defaultDisclosure: DisclosureRule = { smallBelow: 10, leastPossible: 20 };

/** The status of a rate that is given. */
export function statusOfRate(
  rate: number | null,
  { sessions, possible }: { readonly sessions: number; readonly possible: number },
  { leastPossible }: DisclosureRule,
): StatusSymbol | undefined {
  if (rate === null) return 'z';
  if (possible < leastPossible) return 'u';
  return rate === 0 && sessions > 0 ? 'low' : undefined;
}

/** The same fields, any number of which may be withheld. */
export type Withheld<Fields> = {
  readonly [Field in keyof Fields]: Fields[Field] extends number | null
    ? Fields[Field] | null
    : Fields[Field];
} & { readonly status?: Status };

/** The fields of an object, with `null` and `c` for those that are not given, and with the symbols of others. */
export function withheld<Fields extends object>(
  fields: Fields,
  isShown: (field: string) => boolean,
  marks: Readonly<Record<string, StatusSymbol | undefined>> = {},
): Withheld<Fields> {
  const hidden = Object.keys(fields).filter((field) => !isShown(field));
  const withNull = Object.fromEntries(hidden.map((field) => [field, null]));
  const withSymbol = Object.fromEntries(hidden.map((field) => [field, 'c' as const]));
  return { ...fields, ...withNull, ...statusBeside({ ...marks, ...withSymbol }) } as Withheld<Fields>;
}

/** The field `status` with these symbols; nothing if there are none. */
export function statusBeside(marks: Readonly<Record<string, StatusSymbol | undefined>>): {
  readonly status?: Status;
} {
  const given = Object.entries(marks).filter((mark): mark is [string, StatusSymbol] => mark[1] !== undefined);
  return given.length === 0 ? {} : { status: Object.fromEntries(given) };
}
