// One way to write a JSON value: keys in order, two spaces, numbers as JavaScript prints them. Equal values give equal
// bytes, so a diff of two baselines shows what changed and nothing else.

/** Significant digits of a recorded figure. The last bits of exp and log differ between engines; these do not. */
const DIGITS = 10;

/** `value` with the digits that a record keeps. */
export function recorded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** Canonical JSON with a line feed at the end; `indent` 0 is one line. Throws a RangeError for NaN and infinities. */
export function canonicalJson(value: unknown, indent: 0 | 2 = 2): string {
  return `${JSON.stringify(ordered(value, ""), null, indent)}\n`;
}

/** By UTF-16 code units, as `sort` does: the same in every language. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ordered(value: unknown, path: string): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`"${path}" expected a finite number, got ${value}`);
  }
  if (Array.isArray(value)) return value.map((item, i) => ordered(item, `${path}[${i}]`));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([key, item]) => [key, ordered(item, path === "" ? key : `${path}.${key}`)] as const);
  return Object.fromEntries(entries);
}
