// Golden cases for tests: a model, its inputs and the outputs that another implementation computed.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model, ModelClass, Tensor } from "../../bindings/network/model.ts";
import { readTensors } from "./read-tensors.ts";
import type { Values } from "./run-model.ts";

export interface GoldenCase {
  name: string;
  model: Model;
  input: Values;
  timespans: Values | null;
  initialH: Values | null;
  initialC: Values | null;
  /** float64 results; null where only float32 ones exist. */
  float64: GoldenResults | null;
  /** float32 results; null where only float64 ones exist. */
  float32: Pick<GoldenResults, "output"> | null;
}

export interface GoldenResults {
  output: Values;
  final_h: Values | null;
  final_c: Values | null;
  row0_h_trace?: Values | null;
  row0_c_trace?: Values | null;
}

/** The fields of a case file that tests use; see the README beside the files. */
interface CaseFile {
  class: ModelClass;
  config: Record<string, unknown>;
  /** Tensors inline, in our own golden files; elsewhere in a safetensors file of the same name. */
  tensors?: Record<string, { shape: number[]; data: number[] }>;
  input: Values;
  timespans?: Values | null;
  initial_h?: Values | null;
  initial_c?: Values | null;
  float64?: GoldenResults;
  float32?: Pick<GoldenResults, "output">;
}

const ROOT = join(import.meta.dirname, "..", "..");
const FULL_SETS = join(ROOT, "..", "shared", "reference");
const COPIES = join(ROOT, "tests", "golden");

/** Whether the complete reference sets lie beside the repository. */
export const hasFullSets = existsSync(join(FULL_SETS, "ncps", "index.json"));

/** The cases made with ncps: the complete files where they are at hand, else the copies in tests/golden. */
export function ncpsCases(): GoldenCase[] {
  return readCases(hasFullSets ? join(FULL_SETS, "ncps") : join(COPIES, "ncps"));
}

/** The four networks of the speed comparisons, float32 outputs only; none without the complete sets. */
export function benchCases(): GoldenCase[] {
  return hasFullSets ? readCases(join(FULL_SETS, "bench")) : [];
}

/** Cases of one folder of tests/golden whose files hold their tensors: `gate`, `gated`, `solvers`. */
export function ownCases(folder: string): GoldenCase[] {
  return readCases(join(COPIES, folder));
}

/** Every JSON file of the folder that describes a model and its run; other files there are left out. */
function readCases(folder: string): GoldenCase[] {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
  return names.flatMap((file) => {
    const json = JSON.parse(readFileSync(join(folder, file), "utf8")) as Partial<CaseFile>;
    if (json.class === undefined || json.input === undefined) return [];
    return [toCase(file.slice(0, -".json".length), folder, json as CaseFile)];
  });
}

function toCase(name: string, folder: string, json: CaseFile): GoldenCase {
  const tensors =
    json.tensors === undefined
      ? readTensors(readFileSync(join(folder, `${name}.safetensors`)))
      : inline(json.tensors);
  return {
    name,
    model: { class: json.class, config: json.config, tensors } as unknown as Model,
    input: json.input,
    timespans: json.timespans ?? null,
    initialH: json.initial_h ?? null,
    initialC: json.initial_c ?? null,
    float64: json.float64 ?? null,
    float32: json.float32 ?? null,
  };
}

function inline(tensors: NonNullable<CaseFile["tensors"]>): Map<string, Tensor> {
  return new Map(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data) },
    ]),
  );
}

/** Largest absolute difference; infinite when lengths differ or one value is NaN and the other is not. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (Object.is(a, b) || a === b) continue;
    const difference = Math.abs(a - b);
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }
  return largest;
}
