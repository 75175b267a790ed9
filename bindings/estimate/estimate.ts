// What an estimate says. Plain data: `JSON.stringify` is all that a program needs to pass it on.

import type { Grade, IdleMode } from "../board/board.ts";
import type { OpClass } from "../count/op-class.ts";
import type { Skipping } from "../count/op-profile.ts";
import type { Interval } from "./interval.ts";
import type { MemoryUse } from "./memory-profiler.ts";

/** A coefficient that the estimate used, and where it came from. */
export interface Coefficient extends Interval {
  /** `cycles.<class>`, `cyclesPerMac.<kernel>`, `cyclesPerRow.<kernel>`, `activeCurrentMa`, `peakCurrentMa`, `idleCurrentMa` or `wakeUs`. */
  name: string;
  /** Title of the document; several separated by "; ". */
  source: string;
  grade: Grade;
}

/** Typical cycles of one operation class or one kernel of a profile, and its share of the inference's energy. */
export interface CostShare {
  name: string;
  /** Executed operations, or multiply-accumulates, in one inference. */
  count: number;
  cycles: number;
  /** 0 to 1. All cycles draw the same current in this model, so it is the share of time and of energy alike. */
  share: number;
}

export interface LayerShare extends CostShare {
  kind: string;
  latencyUs: number;
  energyUj: number;
}

export interface RealTime {
  /** Inferences a second. */
  rateHz: number;
  periodUs: number;
  /**
   * (wake-up + latency) / period; above 1 the rate cannot be kept. Each bound adds the ends of both intervals, so it
   * lies at or outside the 90 % bound of the sum.
   */
  utilisation: Interval;
  /** Even the upper end fits into the period. */
  ok: boolean;
  /** The typical value fits. */
  okTypical: boolean;
}

export interface IdleUse {
  mode: IdleMode;
  /** Why this mode: asked for, or what the operating point has a sourced current for. */
  reason: string;
  description: string;
  /** While waiting for the next period, milliamperes. */
  currentMa: Interval;
  /** From the wake event to the first instruction, at active current. */
  wakeUs: Interval;
  /** Share of the period spent waiting, 0 to 1. */
  timeShare: Interval;
  /** Typical share of the period's energy that waiting takes, 0 to 1. */
  energyShare: number;
}

/** Of a network that skips unchanged inputs: what the figures hold for. */
export interface SkippingUse extends Skipping {
  /** What the same network takes there when it skips nothing; null: was not asked for. */
  without: { energyUj: Interval; latencyUs: Interval } | null;
}

/** The outer bounds: every coefficient at its minimum, every one at its maximum. Wider than any 90 % interval. */
export type Corner = Record<
  "cycles" | "latencyUs" | "energyUj" | "averagePowerUw",
  { min: number; max: number }
>;

/**
 * One network on one platform. `{typ, min, max}`: typical value and 90 % interval. An inference is `steps` time steps;
 * times and energies are of one inference, of the active core alone, without wake-up and idle, unless named otherwise.
 */
export interface Estimate {
  /** Id of the board. */
  platform: string;
  /** Clock and supply that all figures hold for. */
  operatingPoint: { id: string; description: string; clockHz: number; supplyV: number };
  /** Name of the cycle option in use (e.g. a ROM float library), or null for the default table. */
  cycleOption: string | null;
  /** False when that option's results may differ from the core's in the last bits. */
  bitIdentical: boolean;
  /** Kernels that the board's port supplies, priced by MAC and row; the profile counts the core's own. */
  portKernels: string[];
  /** As the caller described the network; null for a profile from elsewhere. */
  precision: string | null;
  /** Share of the weights that was pruned; null as above. */
  sparsity: number | null;
  /** Time steps that make an inference. */
  steps: number;
  /** Of an inference. */
  cycles: Interval;
  /** Of an inference, wake-up not included. */
  latencyUs: Interval;
  /** Of an inference: the active core, without wake-up and waiting. */
  energyUj: Interval;
  /** The same of one time step. */
  perStep: { cycles: Interval; latencyUs: Interval; energyUj: Interval };
  /** Over a whole period: inference, wake-up and idle. */
  averagePowerUw: Interval;
  /** Highest current that a document states for the operating point, times the supply voltage. */
  peakPowerUw: Interval;
  /** On the battery of the options, self-discharge and regulators not counted; null without one. */
  batteryLifeHours: Interval | null;
  /** How the core waits between inferences, and what that draws. */
  idle: IdleUse;
  /** Whether inferences keep to the rate. */
  realTime: RealTime;
  /** Bytes of the image in flash, without the firmware; null for a profile that came without an image. */
  flashBytes: number | null;
  /** Bytes of the arena, and of the image when it is copied to RAM; null as above. */
  ramBytes: number | null;
  /** Flash and RAM suffice for network and firmware, the user's RAM limit for the network; null as above. */
  fits: boolean | null;
  /** Where image and arena lie; null for a profile that came without an image. */
  memory: MemoryUse | null;
  /** Typical cycles of an inference by layer, by operation class and by kernel; layers need a `NetworkProfile`. */
  breakdown: {
    layers: LayerShare[];
    classes: (CostShare & { name: OpClass })[];
    /** By the MAC. */
    kernels: CostShare[];
    /** By the row, of the kernels that have such a price. */
    rows: CostShare[];
  };
  /** What the caller took for granted, e.g. an analytic input range. */
  assumed: string[];
  /** `layer.matrix` of what is compiled dense for less energy on this board, although other formats execute fewer operations. */
  compiledDense: string[];
  /**
   * Of a network that skips unchanged inputs; absent of any other. On data, cycles, latency and the verdict on time are those of the
   * worst step, energy and what follows from it those of the mean one.
   */
  skipping?: SkippingUse;
  /** Bounds with every coefficient at its worst at once. */
  corner: Corner;
  /** Every coefficient with a part in the result. */
  coefficients: Coefficient[];
  /** How the intervals were drawn. */
  interval: { confidence: 0.9; draws: number; seed: number };
}

/**
 * The object that `estimate --json` prints for a platform: the estimate without `corner` and `coefficients`, which
 * `verbose` adds.
 */
export function estimateJson(estimate: Estimate, options: { verbose?: boolean } = {}): Partial<Estimate> {
  if (options.verbose) return estimate;
  const { corner: _corner, coefficients: _coefficients, ...json } = estimate;
  return json;
}
