// The table builder against mpmath's values (tests/golden/integer/PROVENANCE.md), and what interpolation costs.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS, sigmoid, softplus } from "../activations.ts";
import { buildActivationTable, buildTables } from "./build-tables.ts";
import { lookUp, lookUpNearest } from "./table.ts";

/** Arguments in units of 2^-11 and exact values of a golden file. */
function golden(name: string): { x: number; y: number }[] {
  const text = readFileSync(new URL(`../../golden/integer/${name}.txt`, import.meta.url), "utf8");
  return text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => {
      const [x, bits] = line.split(" ");
      return { x: Number(x), y: Buffer.from(bits!, "hex").readDoubleBE(0) };
    });
}

/** Every entry is the exact value's nearest integer, half up, or the end of i16. */
function expectRounded(entries: Int16Array, exact: { y: number }[], unit: number): void {
  expect(entries.length).toBe(exact.length);
  for (const [i, { y }] of exact.entries()) {
    const value = Math.min(Math.max(y * unit, -32767), 32767);
    expect(Math.abs(entries[i]! - value)).toBeLessThanOrEqual(0.5);
    expect(entries[i]).toBe(Math.floor(value + 0.5));
  }
}

const tables = buildTables();

describe("tables are mpmath's values, rounded", () => {
  it.each([
    ["sigmoid", tables.sigmoid, 32768],
    ["tanh", tables.tanh, 32768],
    ["exp-neg", tables.expNeg, 32768],
    ["softplus", tables.softplus, 2048],
  ] as const)("%s", (name, table, unit) => {
    const exact = golden(name);
    expect(exact.map(({ x }) => x)).toEqual(exact.map((_, i) => table.lo + i * 2 ** table.k));
    expectRounded(table.entries, exact, unit);
  });

  it("sigmoid in 1024 steps", () => {
    const exact = golden("sigmoid-nearest");
    expect(exact.map(({ x }) => x)).toEqual(exact.map((_, i) => 32 * i + 16 - 16384));
    expectRounded(tables.sigmoidNearest, exact, 32768);
  });

  it.each(["lecun_tanh", "tanh", "silu", "gelu", "sigmoid"] as const)("activation %s", (name) => {
    // Units that lead to no tie, or float64 could not say what is expected.
    for (const unit of [2048, 2000.37, 1024, 1899.77]) {
      const exact = golden(`activation-${name}`);
      expectRounded(buildActivationTable(name, unit).entries, exact, unit);
    }
  });

  it.each(["relu", "linear"] as const)("activation %s, which is exact", (name) => {
    const exact = Array.from({ length: 257 }, (_, i) => ({ y: ACTIVATIONS[name]((i - 128) / 8) }));
    expectRounded(buildActivationTable(name, 2047.5).entries, exact, 2047.5);
  });
});

describe("ties", () => {
  it("that are exact go up", () => {
    expect(buildActivationTable("sigmoid", 2047).entries[128]).toBe(1024);
    expect(buildActivationTable("linear", 4).entries[128 - 1]).toBe(0); // -1/8 * 4 = -0.5
  });

  it("that are missed by less than float64 resolves are decided", () => {
    const { entries } = buildActivationTable("tanh", 1999.5);
    expect(entries[256]).toBe(1999); // 1999.5 (1 - 2.5e-14)
    expect(entries[0]).toBe(-1999);
  });
});

describe("what a table does between its entries", () => {
  /** Largest error of a table over all i16 inputs of its domain, in units of an entry. */
  const largestError = (
    table: typeof tables.tanh,
    f: (x: number) => number,
    unit: number,
    top = table.lo + 256 * 2 ** table.k,
  ) => {
    let largest = 0;
    for (let x = table.lo; x < top; x++) {
      largest = Math.max(largest, Math.abs(lookUp(table, x) - f(x / 2048) * unit));
    }
    return largest;
  };

  // Interpolation errs by up to h^2 / 8 times the second derivative; an entry and the result round by half a unit each.
  it("interpolates within the bound of its second derivative", () => {
    const bound = (step: number, curvature: number, unit: number) => (step ** 2 / 8) * curvature * unit + 1;
    expect(largestError(tables.sigmoid, sigmoid, 32768)).toBeLessThan(bound(1 / 16, 0.0963, 32768));
    expect(largestError(tables.tanh, Math.tanh, 32768)).toBeLessThan(bound(1 / 32, 0.7699, 32768));
    // exp(0) lacks one unit.
    expect(largestError(tables.expNeg, (u) => Math.exp(-u), 32768)).toBeLessThan(bound(1 / 16, 1, 32768) + 1);
    expect(largestError(tables.softplus, softplus, 2048)).toBeLessThan(bound(1 / 16, 0.25, 2048));
  });

  it("steps within half a step's slope in an LTC", () => {
    const errors = Array.from({ length: 32768 }, (_, x) =>
      Math.abs(lookUpNearest(tables.sigmoidNearest, x) - 32768 * sigmoid((x - 16384) / 2048)),
    );
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan((16 / 2048) * 0.25 * 32768 + 0.5);
  });

  it("keeps gates in Q0.15 without a negative entry", () => {
    for (const entries of [tables.sigmoid.entries, tables.expNeg.entries, tables.sigmoidNearest]) {
      expect(Math.min(...entries)).toBeGreaterThanOrEqual(0);
    }
    expect(tables.expNeg.entries[0]).toBe(32767);
    expect(tables.sigmoid.entries[128]).toBe(16384);
  });

  it("is monotonic where its function is", () => {
    for (const table of [tables.sigmoid, tables.tanh, tables.softplus]) {
      let falls = 0;
      for (let x = -32767; x < 32767; x++) falls += lookUp(table, x + 1) < lookUp(table, x) ? 1 : 0;
      expect(falls).toBe(0);
    }
  });
});
