import type { OpCounts } from "./op-class.ts";

/** Multiply-accumulates that a named kernel executed. */
export interface MacCount {
  /** Name that boards price, e.g. `f32`, `int8-scalar`, `int8-smlad`, `port-int8`, `vendor-cmsis-nn`. */
  kernel: string;
  /** In a time step. */
  count: number;
  /** Rows of the matrices, that is results; of a kernel that boards price by the row as well. */
  rows?: number;
}

/**
 * What one inference executes: operations by class, and work that is priced by the multiply-accumulate because it is
 * not in `classes` (foreign profiles, kernels that a board's port supplies).
 */
export interface OpProfile {
  /** Executed operations by class, without those of `macs`. */
  classes: OpCounts;
  /** Multiply-accumulates of kernels that are priced by the MAC. */
  macs: MacCount[];
}

/** Operations of one kernel of the core, summed over its calls. */
export interface KernelProfile {
  /** Export name, e.g. `synapsesF32`. */
  name: string;
  /** In a time step. */
  calls: number;
  /** For information: these MACs are executed operations, hence already in `classes`. */
  macs: number;
  /** Results of its products of matrices, each the end of a row of MACs; 0 of other kernels. */
  rows: number;
  /** Executed in all calls. */
  operations: number;
  classes: OpCounts;
}

/** Operations of one layer of an image. */
export interface LayerProfile {
  /** As the compiler named it, e.g. `ltc`, `backbone.0`. */
  name: string;
  kind: string;
  /** Executed in a time step, its kernels' included. */
  operations: number;
  classes: OpCounts;
  /** That it called. */
  kernels: KernelProfile[];
}

/** The profile of one time step of a compiled network, counted while the core executed it. */
export interface NetworkProfile extends OpProfile {
  /** Executed in a time step: the sum of `classes`. */
  operations: number;
  /** Layers in execution order; last comes `step`: what is executed outside every layer. They add up to `classes`. */
  layers: LayerProfile[];
  /** Of all layers together. */
  kernels: KernelProfile[];
  /** Cycles of some operations depend on values although their number does not; named here when they occur. */
  valueDependent: string[];
  /** Of a network that skips unchanged inputs, whose counts depend on values; absent of any other. */
  skipping?: Skipping;
}

/** What the counts of a network that skips unchanged inputs hold for. */
export interface Skipping {
  /** What is skipped where it has not changed: the network's inputs, or everything that matrices read. */
  of: "inputs" | "all";
  /** Largest change that is skipped, in units of int8. */
  threshold: number;
  /** `worst case`: all have changed, the most that a step can execute; `data`: the mean of the steps of `data`. */
  basis: "worst case" | "data";
  data: {
    /** What the data are called. */
    source: string;
    /** Time steps that were counted, and that there are. */
    steps: number;
    ofSteps: number;
    /** Share of the multiplications of held columns that were skipped, 0 to 1. */
    skippedShare: number;
  } | null;
}

/** Counts of the time steps of data. */
export interface DataProfile {
  /** The mean step. */
  mean: NetworkProfile;
  /** The most that a step can execute, on any data. */
  worst: NetworkProfile;
}

/** Adds MACs to those of a kernel, with the rows that they are in: 0 for what is no product of a matrix. */
export function addMacs(macs: Required<MacCount>[], kernel: string, count: number, rows: number): void {
  const entry = macs.find((one) => one.kernel === kernel);
  if (entry === undefined) {
    macs.push({ kernel, count, rows });
    return;
  }
  entry.count += count;
  entry.rows += rows;
}
