// The estimate against every published MLPerf Tiny anomaly detection result of a microcontroller. Data:
// tests/golden/mlperf/ad-rows.json (results), boards/ (coefficients), boards/validation/ (which board and which kernel
// price stands for a published system).

import { existsSync, readFileSync } from "node:fs";
import type { Board, CycleTable, Figure } from "../bindings/board/board.ts";
import { parseBoard } from "../bindings/board/parse-board.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import type { Interval } from "../bindings/estimate/interval.ts";
import { readCoreTables } from "./build-boards.ts";

export interface PublishedRow {
  round: string;
  submitter: string;
  mcu: string;
  clockMhz: number;
  software: string;
  precision: string;
  latencyMs: number;
  /** Null where the submitter measured none. */
  energyUj: number | null;
  supplyV: number | null;
  sourceRepo: string;
  sourcePath: string;
}

/** A published row with its estimate, or with the reason why there is none. */
export interface Comparison {
  row: PublishedRow;
  board: Board;
  point: string;
  kernel: string | null;
  /** The price per MAC that was used. */
  price: Figure | null;
  reason: string | null;
  latencyMs: Interval | null;
  energyUj: Interval | null;
}

interface System {
  mcu: string;
  supplyV?: number;
  path?: string;
  board: string;
  point: string;
  why: string;
}

interface Engine {
  software: string;
  path?: string;
  precision?: string;
  kernel: string | null;
  why: string;
}

const ROOT = new URL("../", import.meta.url);

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, ROOT), "utf8")) as T;
}

/** All rows of the published results, in their order. */
export async function compareAll(): Promise<Comparison[]> {
  const tables = await readCoreTables();
  const { model, rows } = readJson<{ model: { macs: number }; rows: PublishedRow[] }>(
    "tests/golden/mlperf/ad-rows.json",
  );
  const { systems } = readJson<{ systems: System[] }>("boards/validation/systems.json");
  const { engines } = readJson<{ engines: Engine[] }>("boards/validation/engines.json");
  const boards = new Map([...new Set(systems.map((s) => s.board))].map((id) => [id, loadBoard(id, tables)]));
  return rows.map((row) => {
    const system = systems.find((s) => fits(s, row));
    const engine = engines.find((e) => runs(e, row));
    if (system === undefined || engine === undefined) {
      throw new Error(`boards/validation: nothing stands for ${row.software} on ${row.mcu}`);
    }
    return compare(row, boards.get(system.board)!, system.point, engine, model.macs);
  });
}

function fits(system: System, row: PublishedRow): boolean {
  return (
    system.mcu === row.mcu &&
    (system.supplyV === undefined || system.supplyV === row.supplyV) &&
    (system.path === undefined || row.sourcePath.includes(system.path))
  );
}

function runs(engine: Engine, row: PublishedRow): boolean {
  return (
    new RegExp(engine.software).test(row.software) &&
    new RegExp(engine.path ?? "", "i").test(row.sourcePath) &&
    new RegExp(engine.precision ?? "").test(row.precision)
  );
}

function compare(row: PublishedRow, board: Board, point: string, engine: Engine, macs: number): Comparison {
  const version = new RegExp(engine.software).exec(row.software)?.[1] ?? "";
  const kernel = engine.kernel?.replace("$1", version) ?? null;
  const nothing = { row, board, point, kernel, price: null, latencyMs: null, energyUj: null };
  if (kernel === null) return { ...nothing, reason: engine.why };
  const price = board.cycles.kernels[kernel];
  if (price === undefined) {
    return { ...nothing, reason: `table ${board.cycles.id} has no price for ${kernel}` };
  }
  const simulator = new EnergySimulator({ platform: board, point, idle: "run" });
  if (simulator.point.clockHz !== row.clockMhz * 1e6)
    throw new Error(`${point} is not at ${row.clockMhz} MHz`);
  if (row.supplyV !== null && simulator.point.supplyV !== row.supplyV) {
    return { ...nothing, reason: `no operating point of ${board.id} at ${row.supplyV} V` };
  }
  const { latencyUs, energyUj } = simulator.estimate({ classes: {}, macs: [{ kernel, count: macs }] });
  const latencyMs = { typ: latencyUs.typ / 1e3, min: latencyUs.min / 1e3, max: latencyUs.max / 1e3 };
  return { ...nothing, price, reason: null, latencyMs, energyUj: row.energyUj === null ? null : energyUj };
}

/** A platform of boards/, or one of boards/validation/ with all but the power taken from its relative. */
function loadBoard(id: string, tables: Record<string, CycleTable>): Board {
  const path = `boards/${id}/board.json`;
  if (existsSync(new URL(path, ROOT))) return parseBoard(readJson(path), tables, path);
  const own = readJson<Record<string, unknown> & { relative: string; sources: object }>(
    `boards/validation/${id}.json`,
  );
  const relative = readJson<Record<string, unknown> & { sources: object }>(
    `boards/${own.relative}/board.json`,
  );
  const { about: _, relative: __, ...fields } = own;
  const merged = { ...relative, ...fields, notes: [], sources: { ...relative.sources, ...own.sources } };
  return parseBoard(merged, tables, `boards/validation/${id}.json`);
}

/** Rows of one system, estimated by what the first of them gives. */
export interface Calibrated {
  first: Comparison;
  others: {
    comparison: Comparison;
    latencyError: number;
    /** Null where no earlier row has an energy at the same supply voltage. */
    energyError: number | null;
  }[];
}

/**
 * Rows of the same microcontroller, clock, engine with its version and variant, and precision, wherever there are several: the first
 * latency, and the first energy at each supply voltage, calibrate the estimates of the others.
 */
export function calibrateOnFirst(
  comparisons: readonly Comparison[],
  engineOf: (row: PublishedRow) => string,
): Calibrated[] {
  const groups = new Map<string, Comparison[]>();
  for (const comparison of comparisons) {
    if (comparison.reason !== null) continue;
    const { row } = comparison;
    const engine = engineOf(row).toLowerCase().replaceAll(/[-_]/g, " ");
    const key = [row.mcu, row.clockMhz, engine, row.precision].join(" | ");
    groups.set(key, [...(groups.get(key) ?? []), comparison]);
  }
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((group) => {
      const [first, ...others] = group;
      const latencyFactor = first!.row.latencyMs / first!.latencyMs!.typ;
      return {
        first: first!,
        others: others.map((comparison) => {
          const { row, latencyMs, energyUj } = comparison;
          const donor = group.find((other) => other.energyUj !== null && other.row.supplyV === row.supplyV);
          const isOwn = donor === undefined || donor === comparison;
          return {
            comparison,
            latencyError: (latencyMs!.typ * latencyFactor) / row.latencyMs - 1,
            energyError:
              energyUj === null || isOwn
                ? null
                : (energyUj.typ * (donor.row.energyUj! / donor.energyUj!.typ)) / row.energyUj! - 1,
          };
        }),
      };
    });
}

export interface Summary {
  rows: number;
  meanError: number;
  meanAbsoluteError: number;
  worst: { error: number; comparison: Comparison };
  inside: number;
}

/** Errors are estimate / published - 1; `inside` counts published values in the 90 % interval. */
export function summarise(comparisons: Comparison[], quantity: "latencyMs" | "energyUj"): Summary {
  const pairs = comparisons.flatMap((comparison) => {
    const estimate = comparison[quantity];
    const published = comparison.row[quantity];
    return estimate === null || published === null ? [] : [{ comparison, estimate, published }];
  });
  const errors = pairs.map(({ comparison, estimate, published }) => ({
    error: estimate.typ / published - 1,
    comparison,
  }));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    rows: pairs.length,
    meanError: mean(errors.map(({ error }) => error)),
    meanAbsoluteError: mean(errors.map(({ error }) => Math.abs(error))),
    worst: errors.reduce((a, b) => (Math.abs(b.error) > Math.abs(a.error) ? b : a)),
    inside: pairs.filter(({ estimate, published }) => estimate.min <= published && published <= estimate.max)
      .length,
  };
}
