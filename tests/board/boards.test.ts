// The platforms as they are in boards/: complete, consistent, and equal to what was published.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Board, Figure } from "../../bindings/board/board.ts";
import { boardJsonSchema, coreTableJsonSchema } from "../../bindings/board/schema.ts";
import { OP_CLASSES, type OpClass } from "../../bindings/count/op-class.ts";
import { readBoards, readCoreTables } from "../../scripts/build-boards.ts";

const tables = await readCoreTables();
const boards = await readBoards(tables);
const classNames = Object.keys(OP_CLASSES) as OpClass[];

function boardOf(id: string): Board {
  const board = boards.find((candidate) => candidate.id === id);
  if (board === undefined) throw new Error(`no board ${id}`);
  return board;
}

function pointOf(id: string, pointId: string) {
  const point = boardOf(id).operatingPoints.find((candidate) => candidate.id === pointId);
  if (point === undefined) throw new Error(`no point ${id}/${pointId}`);
  return point;
}

/** Every figure inside `value`, with its path. */
function* figuresIn(value: unknown, path: string): Generator<[string, Figure]> {
  if (typeof value !== "object" || value === null) return;
  if ("typ" in value && "grade" in value) yield [path, value as Figure];
  for (const [name, child] of Object.entries(value)) yield* figuresIn(child, `${path}.${name}`);
}

describe("platforms", () => {
  it("are the twelve of the reference", () => {
    expect(boards.map((board) => board.id)).toEqual(
      ["esp32c3", "esp32s3", "imxrt1062", "nrf52840", "nrf5340", "rp2040", "rp2350"].concat([
        "stm32f407",
        "stm32f446",
        "stm32h743",
        "stm32l4r5",
        "stm32u585",
      ]),
    );
  });

  it.each(boards.map((board) => [board.id, board] as const))(
    "%s prices every operation class",
    (_, board) => {
      for (const name of classNames) {
        const price = board.cycles.classes[name];
        expect(price, name).not.toBeNull();
        expect(price!.min, name).toBeGreaterThan(0);
      }
      expect(Object.keys(board.cycles.kernels)).toEqual(expect.arrayContaining(["f32", "int8-scalar"]));
    },
  );

  it.each(boards.map((board) => [board.id, board] as const))(
    "%s orders and sources every figure",
    (id, board) => {
      const figures = [...figuresIn(board, id)];
      expect(figures.length).toBeGreaterThan(50);
      for (const [path, figure] of figures) {
        expect(figure.min, path).toBeLessThanOrEqual(figure.typ);
        expect(figure.typ, path).toBeLessThanOrEqual(figure.max);
        for (const key of figure.source.split(", ")) {
          expect({ ...board.cycles.sources, ...board.sources }, `${path} ${key}`).toHaveProperty([key]);
        }
      }
    },
  );

  it("give every figure of grade C a note that says why", () => {
    const silent = boards.flatMap((board) =>
      [...figuresIn(board, board.id)]
        .filter(([, figure]) => figure.grade === "C" && figure.note === undefined)
        .map(([path]) => path),
    );
    expect(silent).toEqual([]);
  });

  it("give classes priced by reasoning alone at least 50 % either way", () => {
    // The raw material has its own limits for the others.
    const reasoned = [
      "i32Load16",
      "i32Store16",
      "i64Load",
      "i64Store",
      "f32Round",
      "reinterpret",
      "i32Bits",
    ].concat(
      ["i32Compare", "i64Alu", "i64Mul", "i64Div", "i64Shift", "i64Bits", "i64Compare", "i64Convert"],
      ["branchTable", "callIndirect", "global", "drop"],
    ) as OpClass[];
    for (const table of Object.values(tables)) {
      for (const name of reasoned) {
        const price = table.classes[name]!;
        if (price.grade !== "C" || price.source.startsWith("SOFTFLOAT")) continue;
        expect(price.min / price.typ, `${table.id} ${name}`).toBeLessThanOrEqual(0.5);
        expect(price.max / price.typ, `${table.id} ${name}`).toBeGreaterThanOrEqual(1.5);
      }
    }
  });

  it("cite every source they list", () => {
    for (const board of boards) {
      const cited = [...figuresIn({ ...board, cycles: null }, "")].map(([, figure]) => figure.source);
      const all = [...cited, board.memory.source].flatMap((source) => source.split(", "));
      expect(new Set(all), board.id).toEqual(new Set(Object.keys(board.sources)));
    }
  });

  it("take no current from results that estimates are checked against", () => {
    for (const board of boards) {
      const sources = board.operatingPoints.map((point) => point.activeCurrentMa.source).join(" ");
      expect(sources, board.id).not.toMatch(/MLPT|MLPerf/);
    }
  });
});

describe("published figures", () => {
  // Data sheet tables as quoted in the figures' sources; typ and maximum in mA.
  it.each([
    ["stm32h743", "480mhz-vos0-flash", 110, 222, "ST DS12110 Table 130"],
    ["stm32h743", "400mhz-vos1-itcm", 110, 168, "ST DS12110 Table 129"],
    ["stm32h743", "200mhz-vos3-flash", 34.5, 69, "ST DS12110 Table 130"],
    ["stm32u585", "160mhz-smps-3v0", 7.15, 14, "STM32U585xx Table 40"],
    ["stm32u585", "24mhz-ldo", 1.75, 2.6, "STM32U585xx Table 38"],
    ["stm32f407", "168mhz", 40, 61, "ST DS8626 Table 20"],
    ["stm32f407", "30mhz", 8, 27, "ST DS8626 Table 20"],
    ["rp2040", "48mhz", 9.4, 14.7, "RP2040 datasheet Table 631"],
    ["esp32c3", "160mhz", 23, 28, "ESP32-C3 datasheet, modem-sleep table"],
    ["esp32s3", "240mhz", 51.2, 87.9, "ESP32-S3 datasheet Table 5-9"],
  ])("%s at %s draws %d mA, at most %d (%s)", (id, pointId, typ, max) => {
    const point = pointOf(id, pointId);
    expect(point.activeCurrentMa.typ).toBe(typ);
    expect(point.peakCurrentMa.typ).toBe(max);
  });

  it("keeps the idle currents that retain RAM", () => {
    expect(pointOf("stm32h743", "480mhz-vos0-flash").idle.wfi?.currentMa.typ).toBe(50.7);
    expect(pointOf("stm32h743", "400mhz-vos1-flash").idle.wfi?.currentMa.typ).toBe(35.3);
    expect(pointOf("stm32h743", "300mhz-vos2-flash").idle.wfi).toBeUndefined();
    expect(pointOf("stm32u585", "160mhz-smps-3v0").idle.stop?.currentMa.typ).toBe(0.0039);
    expect(pointOf("nrf52840", "64mhz-dcdc").idle.wfi?.currentMa.typ).toBe(0.00316);
    expect(pointOf("esp32s3", "160mhz").idle.wfi?.currentMa.typ).toBe(27.6);
  });

  it("prices soft float on the Cortex-M0+ near the published 200 cycles an operation", () => {
    // SAMD21 with libgcc, loop of two conversions, a multiplication, an addition and a division: 997 cycles for 5.
    const { f32ConvertI32, f32Mul, f32Add, f32Div } = boardOf("rp2040").cycles.classes;
    const sum = (key: "typ" | "max") => 2 * f32ConvertI32![key] + f32Mul![key] + f32Add![key] + f32Div![key];
    expect(sum("typ") / 5).toBeGreaterThan(150);
    expect(sum("typ") / 5).toBeLessThan(200);
    expect(sum("max")).toBeGreaterThan(997);
    // and the pico-sdk's ROM float, 361 cycles for the same loop, is an option outside bit identity
    const rom = boardOf("rp2040").cycleOptions["rom-float"]!;
    expect(rom.bitIdentical).toBe(false);
    const { f32ConvertI32: romConvert, f32Mul: romMul, f32Add: romAdd, f32Div: romDiv } = rom.classes;
    const romSum = 2 * romConvert!.typ + romMul!.typ + romAdd!.typ + romDiv!.typ;
    expect(romSum).toBeGreaterThan(0.9 * 361);
    expect(romSum).toBeLessThan(1.1 * 361);
  });
});

describe("measured soft float", () => {
  it("stands in the Cortex-M0+ table as the script measured it", () => {
    const path = new URL("../../scripts/measure-softfloat/result.json", import.meta.url);
    const { classes } = JSON.parse(readFileSync(path, "utf8")) as {
      classes: Record<OpClass, { mean: number; low: number; high: number }>;
    };
    expect(Object.keys(classes).length).toBe(14);
    for (const [name, { mean, low, high }] of Object.entries(classes)) {
      const price = tables["cortex-m0plus"]!.classes[name as OpClass]!;
      expect(price.typ / (1.15 * mean), name).toBeCloseTo(1, 2);
      expect(price.max / (1.5 * high), name).toBeCloseTo(1, 2);
      expect(price.min, name).toBe(low);
    }
  });
});

describe("JSON Schema files", () => {
  it.each([
    ["board.schema.json", boardJsonSchema()],
    ["cores/core.schema.json", coreTableJsonSchema()],
  ])("%s is what schema.ts says", (file, schema) => {
    const path = new URL(`../../boards/${file}`, import.meta.url);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

const RAW = new URL("../../../shared/reference/boards.json", import.meta.url);

// The collected raw material is not part of the repository.
describe.runIf(existsSync(RAW))("raw material", () => {
  interface RawFigure {
    cycles: number;
    min: number;
    max: number;
    grade: string;
  }
  interface RawBoard {
    active_current_ma: { typ: number };
    memory: { flash_bytes: number; ram_bytes: number };
    cycles: Record<string, RawFigure | null>;
  }
  const raw: Record<string, RawBoard> = existsSync(RAW)
    ? (JSON.parse(readFileSync(RAW, "utf8")) as { platforms: Record<string, RawBoard> }).platforms
    : {};

  const RAW_NAMES: Partial<Record<OpClass, string>> = {
    f32Add: "f32_add",
    f32Mul: "f32_mul",
    f32Div: "f32_div",
    f32Load: "f32_load",
    f32Store: "f32_store",
    i32Load: "i32_load",
    i32Load8: "i8_load",
    i32Store: "i32_store",
    i32Store8: "i8_store",
    i32Alu: "i32_alu",
    i32Mul: "i32_mul",
    select: "select",
  };

  it.each(Object.entries(raw))("agrees with %s", (id, platform) => {
    const board = boardOf(id);
    expect(board.memory.flashBytes).toBe(platform.memory.flash_bytes);
    expect(board.memory.ramBytes).toBe(platform.memory.ram_bytes);
    for (const [name, rawName] of Object.entries(RAW_NAMES)) {
      if (id === "rp2040" && /^f32(Add|Mul|Div)/.test(name)) continue; // libgcc instead of the ROM
      const expected = platform.cycles[rawName]!;
      const price = board.cycles.classes[name as OpClass]!;
      // How often an operation waits was measured later; the ends of the range are the material's.
      const isMeasured = price.source.includes("PIPELINE");
      expect([price.min, isMeasured ? expected.cycles : price.typ, price.max, price.grade], name).toEqual([
        expected.min,
        expected.cycles,
        expected.max,
        expected.grade,
      ]);
    }
    // stm32l4r5: measured under the load that estimates are checked against; rp2350: whole chip instead of one rail
    if (id === "stm32l4r5" || id === "rp2350") return;
    const point = board.operatingPoints.find((candidate) => candidate.id === board.defaultPoint)!;
    expect(point.activeCurrentMa.typ).toBe(platform.active_current_ma.typ);
  });
});
