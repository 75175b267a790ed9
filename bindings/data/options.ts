// Options of a loader from a user's JSON: known names, known values.

import { Fields } from "../network/fields.ts";

/** The value of each option: the one given, or else the first of its choices. Throws `bad-config`. */
export function readOptions<Choices extends Record<string, readonly (string | boolean | number)[]>>(
  given: unknown,
  source: string,
  choices: Choices,
): { [Name in keyof Choices]: Choices[Name][number] } {
  const fields = new Fields(given ?? {}, source, "options", Object.keys(choices));
  const values: Record<string, string | boolean | number> = {};
  for (const [name, allowed] of Object.entries(choices)) {
    const value = fields.raw(name) === undefined ? allowed[0]! : fields.raw(name);
    if (!allowed.includes(value as string)) {
      throw fields.wrong(name, `one of ${allowed.map((choice) => JSON.stringify(choice)).join(", ")}`);
    }
    values[name] = value as string;
  }
  return values as { [Name in keyof Choices]: Choices[Name][number] };
}
