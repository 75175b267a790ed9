// What an emulated board will count: instructions, or cycles of memory without wait states. Operations × what each takes, kernel by
// kernel; a calibration multiplies each kernel by a factor and adds what a call takes.

import type { Calibration, EmulatedBoard } from "../board/emulated.ts";
import { addCounts } from "../count/counted-core.ts";
import type { OpClass, OpCounts } from "../count/op-class.ts";
import type { NetworkProfile } from "../count/op-profile.ts";
import { type Interval, Z90 } from "./interval.ts";

/** Work of one kernel in a time step, as the table of the board prices it. */
export interface KernelCount {
  /** Export name of the kernel, `port_` in front where the port supplies it; `other` for what no kernel executes. */
  name: string;
  calls: number;
  count: Interval;
}

export interface CountEstimate {
  board: string;
  counts: EmulatedBoard["counts"];
  /** Of one time step. */
  count: Interval;
  /** Ids of the networks that the board's calibration was fitted to; null: not calibrated. */
  calibratedOn: string[] | null;
}

/** What a kernel computes with, by its name; `other` for what no kernel executes. */
export function numbersOf(kernel: string): "float" | "integer" | "other" {
  if (kernel === "other") return "other";
  return /F(32|16)$/.test(kernel) ? "float" : "integer";
}

/** What a calibration fits. */
export type Fit = Pick<Calibration, "factors" | "defaultFactors" | "callOverhead">;

type Costs = Pick<EmulatedBoard, "costs" | "portKernels">;

/** Every kernel that a step executes, `other` last. */
export function countsByKernel(profile: NetworkProfile, { costs, portKernels }: Costs): KernelCount[] {
  const kernels = profile.kernels.map(({ name, calls, macs, rows, classes }): KernelCount => {
    const ported = macs > 0 ? portKernels[name] : undefined;
    if (ported === undefined) return { name, calls, count: priced(classes, costs) };
    const price = costs.kernels[ported]!;
    const counted = (key: keyof Interval) => macs * price[key] + rows * (price.perRow?.[key] ?? 0);
    return {
      name: `port_${name}`,
      calls,
      count: { typ: counted("typ"), min: counted("min"), max: counted("max") },
    };
  });
  const rest = addCounts(
    profile.kernels.map(({ classes }) => classes),
    -1,
    profile.classes,
  );
  return [...kernels, { name: "other", calls: 0, count: priced(rest, costs) }];
}

/** One time step on an emulated board, with the calibration of the board, another one, or none (null). */
export function estimateCounts(
  profile: NetworkProfile,
  board: EmulatedBoard,
  calibration: Calibration | null = board.calibration,
): CountEstimate {
  const kernels = countsByKernel(profile, board);
  const { id, counts } = board;
  if (calibration === null) {
    const sum = (key: keyof Interval) => kernels.reduce((total, { count }) => total + count[key], 0);
    const count = { typ: sum("typ"), min: sum("min"), max: sum("max") };
    return { board: id, counts, count, calibratedOn: null };
  }
  const typ = predictCount(calibration, kernels);
  const half = Z90 * calibration.relativeSpread;
  const count = { typ, min: typ * Math.exp(-half), max: typ * Math.exp(half) };
  return { board: id, counts, count, calibratedOn: calibration.fittedTo };
}

/** The typical count of kernels by what was fitted: each kernel's factor, or that of its numbers, and the calls. */
export function predictCount(
  { factors, defaultFactors, callOverhead }: Fit,
  kernels: readonly KernelCount[],
): number {
  return kernels.reduce(
    (sum, { name, calls, count }) =>
      sum + (factors[name] ?? defaultFactors[numbersOf(name)]) * count.typ + callOverhead * calls,
    0,
  );
}

function priced(classes: OpCounts, { classes: prices }: EmulatedBoard["costs"]): Interval {
  const sum = { typ: 0, min: 0, max: 0 };
  for (const [name, n] of Object.entries(classes) as [OpClass, number][]) {
    const price = prices[name];
    if (price == null) continue;
    sum.typ += n * price.typ;
    sum.min += n * price.min;
    sum.max += n * price.max;
  }
  return sum;
}
