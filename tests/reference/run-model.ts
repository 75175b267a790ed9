// Runs a whole model over a batch of sequences with the reference cells.

import type { Model } from "../../bindings/network/model.ts";
import type { Cell, State } from "./cell.ts";
import { cfcCell } from "./cfc.ts";
import { ctrnnCell } from "./ctrnn.ts";
import { gruCell, lstmCell } from "./gated.ts";
import { liquidGateCell } from "./liquid-gate.ts";
import { ltcCell } from "./ltc.ts";
import { mlpCell } from "./mlp.ts";

/** Row-major numbers of any precision. */
export interface Values {
  shape: number[];
  data: ArrayLike<number>;
}

export interface ReferenceOptions {
  /** Elapsed time of every step, [batch, steps]; 1 where absent. */
  timespans?: Values | null;
  /** [batch, nState]; zeros where absent. */
  initialH?: Values | null;
  /** [batch, nState], only for networks with a state c; zeros where absent. */
  initialC?: Values | null;
}

export interface ReferenceRun {
  /** [batch, steps, nOut] */
  output: Float64Array;
  shape: [number, number, number];
  /** [batch, nState] */
  finalH: Float64Array;
  /** [batch, nState], or null for networks without a state c. */
  finalC: Float64Array | null;
  /** [steps, nState]: h of the first row after each step. */
  row0Trace: Float64Array;
  /** [steps, nState]: c of the first row after each step, or null. */
  row0CTrace: Float64Array | null;
}

export function cellOf(model: Model): Cell {
  switch (model.class) {
    case "ncps.torch.LTC":
    case "liquid-edge.LTC":
      return ltcCell(model);
    case "ncps.torch.CfC":
      return cfcCell(model);
    case "liquid-edge.CTRNN":
      return ctrnnCell(model);
    case "torch.nn.GRU":
      return gruCell(model);
    case "torch.nn.LSTM":
      return lstmCell(model);
    case "liquid-edge.LiquidGate":
      return liquidGateCell(model);
    case "liquid-edge.MLP":
      return mlpCell(model);
  }
}

/** Outputs of every step and final states for input [batch, steps, features]. */
export function runReference(model: Model, input: Values, options: ReferenceOptions = {}): ReferenceRun {
  const [batch, steps, features] = input.shape as [number, number, number];
  const cell = cellOf(model);
  const n = cell.nState;
  const { timespans = null, initialH = null, initialC = null } = options;
  const outputs: Float64Array[] = [];
  const trace: State[] = [];
  const finals: State[] = [];
  for (let row = 0; row < batch; row++) {
    let state: State = { h: part(initialH, row, n), c: cell.hasMemory ? part(initialC, row, n) : null };
    for (let t = 0; t < steps; t++) {
      const x = part(input, row * steps + t, features);
      const result = cell.step(x, state, timespans === null ? 1 : timespans.data[row * steps + t]!);
      outputs.push(result.output);
      state = result.state;
      if (row === 0) trace.push(state);
    }
    finals.push(state);
  }
  const joinC = (states: State[]) => (cell.hasMemory ? join(states.map((state) => state.c!)) : null);
  return {
    output: join(outputs),
    shape: [batch, steps, outputs[0]?.length ?? 0],
    finalH: join(finals.map((state) => state.h)),
    finalC: joinC(finals),
    row0Trace: join(trace.map((state) => state.h)),
    row0CTrace: joinC(trace),
  };
}

/** The index-th run of n values; zeros without a source. */
function part(source: Values | null, index: number, n: number): Float64Array {
  if (source === null) return new Float64Array(n);
  if (source.data.length < (index + 1) * n) throw new Error(`no row ${index} of ${n} in [${source.shape}]`);
  return Float64Array.from({ length: n }, (_, k) => source.data[index * n + k]!);
}

function join(vectors: Float64Array[]): Float64Array {
  return Float64Array.from(vectors.flatMap((vector) => [...vector]));
}
