// What the columns of a table of samples mean, from their names or as the user says.

import { complain, nearestName } from "../errors.ts";
import { printable } from "../network/printable.ts";

export const ROLES = ["time", "current", "voltage", "power", "shunt", "marker", "bits"] as const;
/** `shunt` is the voltage across a shunt resistor; `bits` a text of one digit for each marker input. */
export type Role = (typeof ROLES)[number];

export interface Column {
  index: number;
  name: string;
  role: Role;
  /** Value times this is in s, A, V or W. */
  scale: number;
  /** The name has no unit: SI was assumed. */
  assumed: boolean;
}

const PREFIX: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  u: 1e-6,
  µ: 1e-6,
  μ: 1e-6,
  n: 1e-9,
  k: 1e3,
};
const BASE: Readonly<Record<"time" | "current" | "voltage" | "power" | "shunt", string>> = {
  time: "s",
  current: "A",
  voltage: "V",
  power: "W",
  shunt: "V",
};
/** Units in words, as some tools write them. */
const WORDS: Readonly<Record<string, string>> = {
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  msec: "ms",
  millis: "ms",
  milliseconds: "ms",
  usec: "us",
  micros: "us",
  microseconds: "us",
  nanoseconds: "ns",
  amps: "A",
  ampere: "A",
  amperes: "A",
  volts: "V",
  watts: "W",
}; // prettier-ignore

/** Characters of a name that a unit is looked for in. */
const MAX_NAME = 200;
/** A name of a column in its words and its unit: `Current(uA)`, `current_uA`, `Current [mA]`, `I/mA`, `t_us`. */
const UNIT_AT_END = /^(.*?)(?:\s*[([]\s*([^)\]]+?)\s*[)\]]|[\s_/]+([a-zA-Zµμ]+))\s*$/;

const NAMES: readonly (readonly [RegExp, Role])[] = [
  [/^d0-d7$/i, "bits"],
  [/^(d[0-7]|gpi\d?|gpio\d*|trig(ger)?\d*|mark(er)?\d*|infer(ence)?)$/i, "marker"],
  [/\.gpi\[\d\]$/i, "marker"],
  [/time|^t$|^sec(ond)?s?$|^millis$|^micros$/i, "time"],
  [/shunt/i, "shunt"],
  [/power|^p$|watt/i, "power"],
  [/volt|^v$|^u$|^bus$|\bvdd\b/i, "voltage"],
  [/curr|^i$|^amps?$|\bidd\b/i, "current"],
];

/** The scale of a unit for a role, null when it is none of it. */
function scaleOf(role: keyof typeof BASE, unit: string): number | null {
  const plain = wordOf(unit) ?? unit;
  const base = BASE[role];
  if (plain.slice(-1) !== base && plain.slice(-1) !== base.toLowerCase()) return null;
  const prefix = plain.slice(0, -1);
  return Object.hasOwn(PREFIX, prefix) ? PREFIX[prefix]! : null;
}

function wordOf(unit: string): string | undefined {
  const word = unit.toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
}

function describe(name: string, index: number): Column | null {
  // Runs of spaces, and names that nobody gives, would keep the pattern trying for hours.
  const match = name.length > MAX_NAME ? null : UNIT_AT_END.exec(name.trim().replace(/\s+/g, " "));
  const unit = match?.[2] ?? match?.[3];
  for (const [stem, found] of [
    [match?.[1] ?? name, unit],
    [name, undefined],
  ] as const) {
    const role = NAMES.find(([pattern]) => pattern.test(stem.trim()))?.[1];
    if (role === undefined) continue;
    if (role === "marker" || role === "bits") return { index, name, role, scale: 1, assumed: false };
    const word = wordOf(stem);
    const scale =
      found === undefined ? (word === undefined ? null : scaleOf(role, word)) : scaleOf(role, found);
    return { index, name, role, scale: scale ?? 1, assumed: scale === null };
  }
  return null;
}

/**
 * The columns that count: of each role the first, of markers all. A column named by the user goes before those that
 * have the right name.
 * @param asked `role=name` or `role=name:unit`, separated by commas: `time=Zeit:ms,current=I:mA`
 * @throws LiquidEdgeError `bad-file`, `bad-config`
 */
export function findColumns(names: readonly string[], source: string, asked?: string): Column[] {
  const columns = asked === undefined ? [] : asked.split(",").map((part) => askedColumn(part, names, source));
  const taken = new Set(columns.map(({ role }) => role));
  names.forEach((name, index) => {
    const column = describe(name, index);
    if (column === null || columns.some((other) => other.index === index)) return;
    if (taken.has(column.role) && (column.role !== "marker" || asked?.includes("marker="))) return;
    taken.add(column.role);
    columns.push(column);
  });
  if (taken.has("power") || taken.has("current") || taken.has("shunt")) return columns;
  throw complain("bad-file", source, {
    expected: "a column with current or power, such as Current(uA) or power_mW",
    found: names.map(printable).join(", "),
    hint: "--columns says which it is",
  });
}

function askedColumn(part: string, names: readonly string[], source: string): Column {
  const match = /^(\w+)=([^:]+)(?::(.+))?$/.exec(part.trim());
  const role = ROLES.find((name) => name === match?.[1]);
  if (match === null || role === undefined) {
    throw complain("bad-config", "columns", {
      expected: `role=name or role=name:unit, the role one of ${ROLES.join(", ")}`,
      found: `"${printable(part)}"`,
    });
  }
  const [, , name = "", unit] = match;
  const index = /^\d+$/.test(name) && !names.includes(name) ? Number(name) : names.indexOf(name);
  if (names[index] === undefined) {
    const near = nearestName(name, names);
    throw complain("bad-file", source, {
      field: printable(name),
      expected: "a column of this name",
      found: names.map(printable).join(", "),
      ...(near === undefined ? {} : { hint: `did you mean "${printable(near)}"?` }),
    });
  }
  const column = { index, name: names[index], role };
  if (role === "marker" || role === "bits") return { ...column, scale: 1, assumed: false };
  const scale = unit === undefined ? null : scaleOf(role, unit);
  if (unit !== undefined && scale === null) {
    throw complain("bad-config", "columns", {
      field: name,
      expected: `a unit of ${role}, such as m${BASE[role]}`,
      found: `"${printable(unit)}"`,
    });
  }
  if (scale !== null) return { ...column, scale, assumed: false };
  const described = describe(names[index], index);
  return described?.role === role ? { ...described, index } : { ...column, scale: 1, assumed: true };
}
