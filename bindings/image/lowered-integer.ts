// Layers of an integer network as the quantizer hands them to the encoder. Arithmetic: docs/integers.md. Arena vectors are
// i16 or i8; `ByteVector.at` is a byte offset in the arena, i16 vectors are aligned to 4 bytes, i8 ones to 4 as well
// unless they continue another (z = [x | h]).

import type { CfcMode } from "../network/model.ts";

/** Integers in the arena: `at` in bytes, `length` in elements. */
export interface IntVector {
  at: number;
  length: number;
}

/** y = sat16(rsh64((W x + b) multiplier, shift)), row by row. */
export interface IntMatrix {
  nOut: number;
  nIn: number;
  bits: 8 | 4;
  /** Bits of the activations that it reads: i8 or i16; the same for all matrices of a layer. */
  activationBits: 8 | 16;
  /** [nOut, nIn] row-major; ±127 or ±7. */
  weights: Int8Array;
  /** [nOut, nIn]: 0 where nothing is stored; null: all. */
  mask: Uint8Array | null;
  bias: Int32Array;
  /** [nOut], 2^14 to 2^15 - 1. */
  multiplier: Int32Array;
  /** [nOut], 1 to 46. */
  shift: Uint8Array;
}

/**
 * Columns of matrices are multiplied when their inputs change, and the sums kept from step to step. Threshold 0 changes no bit of
 * any output; what it costs depends on the data.
 */
export interface SkipUnchanged {
  /** The network's inputs, or everything that a matrix reads: states and hidden units too. */
  of: "inputs" | "all";
  /** Largest change that is not let through, in units of the int8 that matrices read: 0 to 127. */
  threshold: number;
}

export interface IntTable {
  /** Lower end of the domain, in input units. */
  lo: number;
  /** 256 intervals of 2^k. */
  k: number;
  /** [257] */
  entries: Int16Array;
}

/** Synapses of an integer LTC; all fields [nIn, nOut], source first. */
export interface IntSynapses {
  nOut: number;
  nIn: number;
  mask: Uint8Array;
  k: Int16Array;
  mu: Int16Array;
  w: Int8Array;
  wErev: Int8Array;
  /** s of the argument, docs/integers.md. */
  shift: number;
}

/** Where a state goes as an i8 activation for the products that read it; null: none does, or they read the i16. */
export type Narrowed = { to: IntVector; shift: number } | null;

interface IntBase {
  name: string;
  in: IntVector;
  /** i16: the state, or pre-activations. */
  out: IntVector;
}

export type IntLayer = IntBase &
  (
    | {
        /** out = sat(rsh(raw * multiplier + bias, shift)), to i8 or i16 by `width`. |multiplier| < 2^15, shift 0..30 */
        kind: "int-input";
        width: 8 | 16;
        multiplier: Int32Array;
        shift: Uint8Array;
        bias: Int32Array;
      }
    | {
        /** out = sat16(rsh64(in * multiplier + bias, shift)): LTC's output map, on i16. */
        kind: "int-affine";
        multiplier: Int32Array;
        bias: Int32Array;
        shift: Uint8Array;
      }
    | { kind: "int-dense"; matrix: IntMatrix; table: IntTable | null; narrowed: Narrowed }
    | {
        kind: "int-cfc";
        mode: Exclude<CfcMode, "pure">;
        /** ff1, ff2, time_a, time_b; three (ff1, ff2, time) when the elapsed time is constant. */
        heads: IntMatrix[];
        /** s of the time head's product, 0..30: its unit is 2^-(11 + s - e). 0 when the elapsed time is constant. */
        timeShift: number;
        tanh: IntTable;
        sigmoid: IntTable;
        narrowed: Narrowed;
      }
    | {
        kind: "int-cfc";
        mode: "pure";
        ff1: IntMatrix;
        /** |w_tau| in the unit of ff1's pre-activations, not negative [n] */
        absTau: Int32Array;
        /** s of the exponent, 0..30, and q of the swing p1 x, 15..30: ff1's unit is 2^-(q - 4). */
        timeShift: number;
        swingShift: number;
        /** A: mantissa, |A| < 2^14, and its shift [n] */
        bound: Int32Array;
        boundShift: Uint8Array;
        expNeg: IntTable;
        narrowed: Narrowed;
      }
    | {
        kind: "int-lstm";
        cell: IntVector;
        /** [4n, nIn + n], rows g i f o */
        matrix: IntMatrix;
        /** k of the cell's format Q(k).(15-k), 0..4 */
        cellFormat: number;
        /** h is stored shifted right by this, when the next cell's state has fewer fraction bits. */
        outShift: number;
        tanh: IntTable;
        sigmoid: IntTable;
        narrowed: Narrowed;
      }
    | {
        kind: "int-gru";
        resetUpdate: IntMatrix;
        fromInput: IntMatrix;
        fromState: IntMatrix;
        tanh: IntTable;
        sigmoid: IntTable;
        narrowed: Narrowed;
      }
    | {
        kind: "int-gate";
        g: IntMatrix;
        a: IntMatrix;
        tanh: IntTable;
        /** Constant elapsed time T: exp(-T softplus(-x)), at T = 1 the sigmoid; else null. */
        sigmoid: IntTable | null;
        /** Of varying elapsed times; units of their own, which s of the exponent, 0..30, brings together. */
        softplus: IntTable | null;
        expNeg: IntTable | null;
        timeShift: number;
        narrowed: Narrowed;
      }
    | {
        kind: "int-ltc";
        unfolds: number;
        /** f: fraction bits of the state. */
        fractionBits: number;
        sensory: IntSynapses;
        recurrent: IntSynapses;
        /** i32 [n] each: cm, gleak, gleak * vleak, at the destination's scale. */
        cm: Int32Array;
        leak: Int32Array;
        leakCurrent: Int32Array;
        /** c of cap = rsh64(cm R, c). */
        capacityShift: number;
        /** [1024] */
        sigmoid: Int16Array;
        narrowed: Narrowed;
      }
  );

/** An integer network over an arena whose vectors have their places; scratch comes behind `arenaEnd`. */
export interface IntNetwork {
  layers: IntLayer[];
  /** Raw counts, i16. */
  input: IntVector;
  output: IntVector;
  hidden: IntVector;
  cell: IntVector;
  /** i8 copies of the state that products read at the next step; zero at reset like the state. */
  narrowedState: IntVector;
  arenaEnd: number;
  time: { exponent: number; min: number; max: number };
  /**
   * Real value of one unit: raw input (per channel), output, hidden and cell state (per element). A raw count of an input
   * stands for count · input + inputOffset.
   */
  scales: {
    input: Float64Array;
    inputOffset: Float64Array;
    output: Float64Array;
    hidden: Float64Array;
    cell: Float64Array;
  };
}
