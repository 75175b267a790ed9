// Prices per multiply-accumulate follow from the class prices and from published results on other cores, by the
// formulas of boards/README.md; recomputed here from the numbers.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CycleTable } from "../../bindings/board/board.ts";
import type { OpClass } from "../../bindings/count/op-class.ts";
import { readCoreTables } from "../../scripts/build-boards.ts";

const tables = await readCoreTables();

const RELATIVE = 0.01; // prices carry three significant digits

function expectNear(actual: number, expected: number, what: string) {
  expect(Math.abs(actual / expected - 1), `${what}: ${actual} for ${expected}`).toBeLessThan(RELATIVE);
}

const cycles = (table: CycleTable, name: OpClass) => table.classes[name]!.typ;
const hasMac = (table: CycleTable) => /^cortex-m(4f|7|33)$/.test(table.id);

describe.each(Object.values(tables).map((table) => [table.id, table] as const))("%s", (id, table) => {
  it("prices an f32 MAC as 1.25 loads, a multiplication, an addition and 0.8 other instructions", () => {
    const expected =
      1.25 * cycles(table, "f32Load") +
      cycles(table, "f32Mul") +
      cycles(table, "f32Add") +
      0.8 * cycles(table, "i32Alu");
    expectNear(table.kernels.f32!.typ, expected, "f32");
  });

  it("prices a scalar int8 MAC from the instruction counts of a dense kernel", () => {
    const multiply = cycles(table, "i32Mul") + (hasMac(table) ? 0 : cycles(table, "i32Alu"));
    const fourRows = 1.25 * cycles(table, "i32Load8") + multiply + 0.8 * cycles(table, "i32Alu");
    const oneRow = 2 * cycles(table, "i32Load8") + multiply + 2.11 * cycles(table, "i32Alu");
    const other = id === "cortex-m0plus" ? oneRow : id === "xtensa-lx7" ? 10.4 : fourRows;
    expectNear(table.kernels["int8-scalar"]!.typ, Math.sqrt(fourRows * other), "int8-scalar");
  });

  it("prices SMLAD only where the instruction exists", () => {
    const price = table.kernels["int8-smlad"];
    expect(price !== undefined).toBe(hasMac(table));
    if (price === undefined) return;
    const expected =
      0.375 * cycles(table, "i32Load") + 0.95 * cycles(table, "i32Alu") + 0.5 * cycles(table, "i32Mul");
    expectNear(price.typ, expected, "int8-smlad");
  });

  it("prices the port's kernels from their instructions, by the MAC and by the row", () => {
    if (!hasMac(table)) return;
    // For 16 MACs, beside 8 SMLAD: loads, and PKH, SXTB16, AND with the loop's own.
    const mixes = {
      "port-int8": [5, 4 + 10 + 0.5],
      "port-int8x16": [6, 6 + 8 + 0.5],
      "port-int4x16": [4, 10 + 8 + 0.5],
      "port-int8-block": [12, 6 + 8 + 2],
    } as const;
    const price = (loads: number, stores: number, multiplications: number, others: number) =>
      loads * cycles(table, "i32Load") +
      stores * cycles(table, "i32Store") +
      multiplications * cycles(table, "i32Mul") +
      others * cycles(table, "i32Alu");
    for (const [name, [loads, others]] of Object.entries(mixes)) {
      expectNear(table.kernels[name]!.typ, price(loads, 0, 8, others) / 16, name);
      expectNear(table.kernels[name]!.perRow!.typ, price(6, 3, 1, 15), `${name} a row`);
    }
  });

  it("spans at least 35 % either way, unless a vendor published the figure", () => {
    for (const [name, price] of Object.entries(table.kernels)) {
      if (price.grade === "A") continue;
      expect(price.typ / price.min, name).toBeGreaterThan(1.35 * (1 - RELATIVE));
      expect(price.max / price.typ, name).toBeGreaterThan(1.35 * (1 - RELATIVE));
    }
  });
});

interface ResultRow {
  precision: string;
  software: string;
  sourcePath: string;
  mcu: string;
  clockMhz: number;
  latencyMs: number;
}

const RESULTS = JSON.parse(
  readFileSync(new URL("../golden/mlperf/ad-rows.json", import.meta.url), "utf8"),
) as { model: { macs: number }; rows: ResultRow[] };

const CORE_OF_MCU: Record<string, string> = {
  STM32L4R5: "cortex-m4f",
  STM32H7A3: "cortex-m7",
  STM32U575: "cortex-m33",
  nRF5340: "cortex-m33",
};

function kernelOf(row: ResultRow): string | undefined {
  if (row.precision !== "int8") return undefined;
  const cubeAi = /^X-CUBE-AI v(\d+)/.exec(row.software);
  if (cubeAi !== null) return `vendor-x-cube-ai-${cubeAi[1]}`;
  if (row.software.startsWith("Bosch")) return "vendor-hale-1";
  if (/^Plumerai.*2023/.test(row.software)) return "vendor-plumerai-2023";
  return row.software === "microTVM" && !/native/i.test(row.sourcePath) ? "vendor-cmsis-nn" : undefined;
}

describe("vendor kernels", () => {
  const ownPrice = (core: string) =>
    (tables[core]!.kernels["int8-smlad"] ?? tables[core]!.kernels["int8-scalar"])!.typ;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const priced = Object.values(tables).flatMap((table) =>
    Object.keys(table.kernels)
      .filter((name) => name.startsWith("vendor-") && name !== "vendor-esp-nn-1")
      .map((name) => [table.id, name] as const),
  );

  it("are priced for four X-CUBE-AI versions on three cores, and others", () => {
    expect(priced.filter(([, name]) => name.startsWith("vendor-x-cube-ai-"))).toHaveLength(12);
    expect(priced).toHaveLength(22);
  });

  it.each(priced)("%s %s comes from results on other cores", (core, name) => {
    const byMcu = new Map<string, number[]>();
    for (const row of RESULTS.rows) {
      const donor = CORE_OF_MCU[row.mcu];
      if (kernelOf(row) !== name || donor === undefined || donor === core) continue;
      const cyclesPerMac = (row.latencyMs * row.clockMhz * 1e3) / RESULTS.model.macs;
      const scaled = cyclesPerMac * (ownPrice(core) / ownPrice(donor));
      byMcu.set(row.mcu, [...(byMcu.get(row.mcu) ?? []), Math.log(scaled)]);
    }
    expect(byMcu.size).toBeGreaterThan(0);
    const typ = Math.exp(mean([...byMcu.values()].map(mean)));
    const spread = Math.max(...[...byMcu.values()].flat().map((log) => Math.abs(log - Math.log(typ))));
    const width = Math.exp(Math.hypot(spread, Math.log(core === "cortex-m0plus" ? 1.5 : 1.35)));
    const price = tables[core]!.kernels[name]!;
    expectNear(price.typ, typ, "typ");
    expectNear(price.min, typ / width, "min");
    expectNear(price.max, typ * width, "max");
  });
});
