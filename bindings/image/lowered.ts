// What lowering hands to the compiler: layers that name arena vectors and parameters, in execution order.

import type { Activation, CfcMode } from "../network/model.ts";
import type { Matrix, Synapses } from "./parameters.ts";

/** A vector in the arena. `at` is its byte offset. */
export interface ArenaVector {
  at: number;
  length: number;
}

interface LoweredBase {
  /** For people: `ltc`, `backbone.0`, `lstm` … */
  name: string;
  in: ArenaVector;
  out: ArenaVector;
}

export type LoweredLayer = LoweredBase &
  (
    | { kind: "affine"; w: Float32Array; b: Float32Array }
    | { kind: "dense"; matrix: Matrix; activation: Activation }
    | {
        kind: "ltc";
        solver: "fused" | "euler" | "rk4";
        unfolds: number;
        odeStep: number;
        sensory: Synapses;
        recurrent: Synapses;
        /** cm for the fused solver, 1 / cm for the explicit ones; gleak (+ epsilon); gleak * vleak. Each [n]. */
        membrane: Float32Array;
        leak: Float32Array;
        leakCurrent: Float32Array;
      }
    | { kind: "ctrnn"; unfolds: number; odeStep: number; matrix: Matrix; leak: Float32Array }
    | {
        kind: "cfc";
        mode: Exclude<CfcMode, "pure">;
        heads: [ff1: Matrix, ff2: Matrix, timeA: Matrix, timeB: Matrix];
      }
    | { kind: "cfc"; mode: "pure"; ff1: Matrix; absTau: Float32Array; bound: Float32Array }
    | { kind: "lstm"; cell: ArenaVector; matrix: Matrix }
    | { kind: "gru"; resetUpdate: Matrix; fromInput: Matrix; fromState: Matrix }
    | { kind: "gate"; target: Matrix; rate: Matrix }
  );

/** A network as layers over an arena whose vectors have their places; scratch comes behind `arenaEnd`. */
export interface LoweredNetwork {
  layers: LoweredLayer[];
  input: ArenaVector;
  output: ArenaVector;
  /** The first state: h of all cells in the order of the checkpoint's state; length 0 for an MLP. */
  hidden: ArenaVector;
  /** The second state, directly behind the first one: c of LSTM and mixed memory; length 0 without. */
  cell: ArenaVector;
  /** End of all vectors above and of those between layers, bytes. */
  arenaEnd: number;
}

/** Hands out consecutive places in the arena, behind its control block. */
export class ArenaLayout {
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  get end(): number {
    return this.#end;
  }

  place(length: number): ArenaVector {
    const vector = { at: this.#end, length };
    this.#end += 4 * length;
    return vector;
  }
}
