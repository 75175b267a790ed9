// Reading the fields of a JSON object with complaints that name the file and the dotted path of the field.
import { complain, type LiquidEdgeError, nearestName } from "../errors.ts";
import { describeValue, printable } from "./printable.ts";

interface Bounds {
  min: number;
  max: number;
}

/** One JSON object of a configuration, whose keys are all known. `undefined` values count as absent. */
export class Fields {
  readonly #object: Record<string, unknown>;
  readonly #source: string;
  readonly #path: string;

  /**
   * `path` is how messages name the object, e.g. `config`. `advice` maps keys that people bring from elsewhere to
   * what they should do. Throws `bad-config` when `value` is not an object or has a key that is not in `known`.
   */
  constructor(
    value: unknown,
    source: string,
    path: string,
    known: readonly string[],
    advice: Readonly<Record<string, string>> = {},
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw complain("bad-config", source, {
        field: path,
        expected: "an object",
        found: describeValue(value),
      });
    }
    this.#object = value as Record<string, unknown>;
    this.#source = source;
    this.#path = path;
    for (const key of Object.keys(value)) {
      if (known.includes(key) || this.#object[key] === undefined) continue;
      const near = nearestName(key, known);
      const hint = Object.hasOwn(advice, key) ? advice[key] : near && `did you mean "${near}"?`;
      throw complain("bad-config", source, {
        field: `${path}.${printable(key)}`,
        expected: `one of the keys ${known.join(", ")}`,
        found: "an unknown key",
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }

  /** The value as it is; `undefined` when absent. */
  raw(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
  }

  /** A complaint about the value of `key`, ready to throw. */
  wrong(key: string, expected: string, hint?: string): LiquidEdgeError {
    return complain("bad-config", this.#source, {
      field: `${this.#path}.${key}`,
      expected,
      found: describeValue(this.raw(key)),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** An integer in [min, max]; without `fallback` it is required. */
  integer(key: string, { min, max }: Bounds, fallback?: number): number {
    const value = this.raw(key) === undefined ? fallback : this.raw(key);
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw this.wrong(key, `an integer from ${min} to ${max}`);
  }

  /** The same, or null when the value is null or absent. */
  integerOrNull(key: string, bounds: Bounds): number | null {
    return this.raw(key) === null || this.raw(key) === undefined ? null : this.integer(key, bounds);
  }

  /** A finite number in [min, max]; without `fallback` it is required. */
  number(key: string, { min, max }: Bounds, fallback?: number): number {
    const value = this.raw(key) === undefined ? fallback : this.raw(key);
    if (typeof value === "number" && value >= min && value <= max) return value;
    throw this.wrong(key, `a number from ${min} to ${max}`);
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.raw(key) === undefined ? fallback : this.raw(key);
    if (typeof value === "boolean") return value;
    throw this.wrong(key, "true or false");
  }

  /** One of `names`; without `fallback` it is required. */
  choice<Name extends string | null>(key: string, names: readonly Name[], fallback?: Name): Name {
    const value = this.raw(key) === undefined ? fallback : this.raw(key);
    if (names.includes(value as Name)) return value as Name;
    const near =
      typeof value === "string"
        ? nearestName(
            value,
            names.filter((name) => name !== null),
          )
        : undefined;
    throw this.wrong(key, `one of ${names.map(String).join(", ")}`, near && `did you mean "${near}"?`);
  }
}
