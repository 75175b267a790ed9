// The image: a compiled network as one block of bytes, read-only, little endian, 4-byte aligned; and the arena beside
// it, which holds everything that changes. All `u32` offsets in the image are relative to the image or to the arena.
//
//   header, 64 bytes             layer record, 64 bytes each, from byte 64 on
//    0 u32 magic "LQE1"           0 u16 kind
//    4 u32 imageBytes             2 u16 variant: activation, mode or solver
//    8 u32 CRC-32 of the rest     4 u32 nIn      elements at `in` (without the state)
//   12 u16 version                8 u32 n        elements at `out`
//   14 u16 nLayers               12 u32 in       arena
//   16 u32 arenaBytes            16 u32 out      arena; the state, for layers that have one
//   20 u32 nInputs               20 u32 scratch  arena
//   24 u32 input   arena         24 u32 cell     arena; LSTM's second state
//   28 u32 nOutputs              28 u32 unfolds
//   32 u32 output  arena         32 f32 odeStep  share of the elapsed time that one unfold covers
//   36 u32 nState                36 u32 block[7] image; parameters, by kind
//   40 u32 state   arena
//   44 integers, 8 bytes         arena control, 16 bytes: f32 elapsed time, u32 flags, u32 clamped, u32 zero
//   52 zero
//
// Parameter blocks
//   matrix    u32 format, u32 bytes of the block, bias f32[nOut], then the weights: matvec-dense.ts, matvec-sparse.ts, -block.ts
//   synapses  u32 format, u32 bytes of the block, then records or rows: synapses-dense.ts, synapses-sparse.ts
//   vector    f32[]
//   Weights are f32, or halves where the format says so (stored.ts); bias and vectors are f32 always.
//
// Layers (z = [x | state] without a gap, so that one product covers both)
//   kind      reads               parameters                            computes
//   affine    in[n]               vector w[n] b[n]                      out = w in + b
//   dense     in[nIn]             matrix [n, nIn]                       out = activation(W in + b)
//   ltc       in[nIn], out[n]     synapses in→out, synapses out→out,    `unfolds` solver steps; variant: solver
//                                 vector cm gleak gleak·vleak [3n];
//                                 euler, rk4: 1/cm in place of cm
//   ctrnn     z[nIn + n]          matrix [n, nIn + n], vector 1/tau[n]  out += h (tanh(W z + b) - out / tau), unfolds times
//   cfc       in[nIn]             matrices ff1 ff2 time_a time_b        out = the mode's formula; variant: mode
//                                 pure: ff1, vector |w_tau| A [2n]
//   lstm      z[nIn + n], cell    matrix [4n, nIn + n], rows g i f o    cell, out
//   gru       z[nIn + n]          matrix rz [2n, nIn + n],              out
//                                 matrices in→n [n, nIn], state→n [n, n]
//   gate      z[nIn + n]          matrices g a [n, nIn + n]             out = g (1 - k) + k out with g = tanh(Wg z + bg),
//                                                                       k = exp(-T softplus(Wa z + ba)), T elapsed time

// Integer images (docs/integers.md): header u16 flags (bit 0: integers), u16 e, u16 dtMin, u16 dtMax; the elapsed time is a
// u32 in units of 2^-e. Inputs and outputs are i16; `state` is the window of u32 words that `reset` clears: all states and
// their i8 copies. `in` is i8 (i16 for input, affine and ltc, and where the matrices are wide), `out` i16. Of a layer's record, 32 is the place of the state's
// i8 copy (0: none), 60 u8 its shift and two u8 parameters. Vectors of u8 are padded to a multiple of 4 bytes.
//
//   matrix    u32 format, u32 bytes, then rows and weights: matvec-s8.ts, -s4.ts, -block-s8.ts, -block-s4.ts, -sparse-s8.ts;
//             all matrices of a layer read i8, or all are wide and read i16
//   held      a dense matrix of i8 whose first nHeld columns are multiplied when their inputs change: u32 format, u32 bytes,
//             u32 nOut, u32 nHeld, u32 threshold, u32 rows in the arena (8 bytes each, nOut rounded up to a multiple of 4),
//             u32 held in the arena (i8 [nHeld]), then rows, the other columns as of a dense matrix (matvec-s8.ts) and the held
//             ones (matvec-held-s8.ts). `reset` copies the rows into the arena and sets held to 0
//   synapses  u32 format, u32 bytes, u32 shift, then records or rows: synapses-s8.ts, synapses-sparse-s8.ts
//   table     i32 lo, u32 k, i16 [257], u16 zero; of synapses: i16 [1024]
//
//   input     variant 0: i8, 1: i16   vector m b [2n] i32, s [n] u8
//   affine                            the same
//   dense     variant 1: a table      matrix [n, nIn], table
//   cfc       variant: IntMode,       matrices ff1 ff2 time_a time_b (without: time), tables tanh, sigmoid in blocks 4 and 5
//             parameters s, q         pure: ff1, vector |w_tau| A [2n] i32, shift [n] u8, table exp(-u)
//   lstm      parameters k, qs        matrix [4n, nIn + n], tables tanh, sigmoid
//   gru                               matrices rz [2n, nIn + n], in→n [n, nIn], state→n [n, n], tables tanh, sigmoid
//   gate      variant 1: dt constant, matrices g, a, tables tanh, softplus (constant: exp(-T softplus(-x))), exp(-u)
//             parameter s
//   ltc       parameters f, c         synapses in→out, out→out, vector cm gleak gleak·vleak [3n] i32, sigmoid of synapses

// @ts-nocheck: checked by asc

export const MAGIC: u32 = 0x3145514c;
export const VERSION: u32 = 2;
export const HEADER_BYTES: u32 = 64;
export const LAYER_BYTES: u32 = 64;
export const CONTROL_BYTES: u32 = 16;

/** Elements of any vector of a layer. Small enough that no byte count of a check overflows 32 bits. */
export const MAX_ELEMENTS: u32 = 8192;
export const MAX_UNFOLDS: u32 = 4096;

export namespace Header {
  export const IMAGE_BYTES: usize = 4;
  export const CRC: usize = 8;
  export const VERSION: usize = 12;
  export const LAYERS: usize = 14;
  export const ARENA_BYTES: usize = 16;
  export const INPUTS: usize = 20;
  export const INPUT: usize = 24;
  export const OUTPUTS: usize = 28;
  export const OUTPUT: usize = 32;
  export const STATES: usize = 36;
  export const STATE: usize = 40;
  export const NUMBERS: usize = 44;
  export const TIME_EXPONENT: usize = 46;
  export const TIME_MIN: usize = 48;
  export const TIME_MAX: usize = 50;
  export const RESERVED: usize = 52;
}

export namespace Layer {
  export const KIND: usize = 0;
  export const VARIANT: usize = 2;
  export const N_IN: usize = 4;
  export const N: usize = 8;
  export const IN: usize = 12;
  export const OUT: usize = 16;
  export const SCRATCH: usize = 20;
  export const CELL: usize = 24;
  export const UNFOLDS: usize = 28;
  export const ODE_STEP: usize = 32;
  export const BLOCK_0: usize = 36;
  export const BLOCK_1: usize = 40;
  export const BLOCK_2: usize = 44;
  export const BLOCK_3: usize = 48;
  export const BLOCK_4: usize = 52;
  export const BLOCK_5: usize = 56;
  /** Integer layers: place of the i8 copy, its shift, two parameters by kind. */
  export const NARROWED: usize = 32;
  export const NARROW_SHIFT: usize = 60;
  export const PARAMETER_0: usize = 61;
  export const PARAMETER_1: usize = 62;
}

export namespace Control {
  export const ELAPSED: usize = 0;
  export const FLAGS: usize = 4;
  export const CLAMPED: usize = 8;
}

/** Sticky flag: a step produced a state or output that is infinite or NaN. */
export const FLAG_NON_FINITE: u32 = 1;

export namespace Kind {
  export const AFFINE: u32 = 1;
  export const DENSE: u32 = 2;
  export const LTC: u32 = 3;
  export const CTRNN: u32 = 4;
  export const CFC: u32 = 5;
  export const LSTM: u32 = 6;
  export const GRU: u32 = 7;
  export const GATE: u32 = 8;
}

/** Header.NUMBERS: the image holds integers only. */
export const NUMBERS_INTEGER: u32 = 1;

export namespace IntKind {
  export const INPUT: u32 = 16;
  export const AFFINE: u32 = 17;
  export const DENSE: u32 = 18;
  export const CFC: u32 = 19;
  export const LSTM: u32 = 20;
  export const GRU: u32 = 21;
  export const GATE: u32 = 22;
  export const LTC: u32 = 23;
}

/** CfC of an integer image; UNIT: the elapsed time is constant. */
export namespace IntMode {
  export const DEFAULT: u32 = 0;
  export const NO_GATE: u32 = 1;
  export const PURE: u32 = 2;
  export const DEFAULT_UNIT: u32 = 3;
  export const NO_GATE_UNIT: u32 = 4;
}

export namespace Activation {
  export const LINEAR: u32 = 0;
  export const LECUN_TANH: u32 = 1;
  export const RELU: u32 = 2;
  export const TANH: u32 = 3;
  export const SILU: u32 = 4;
  export const GELU: u32 = 5;
  export const SIGMOID: u32 = 6;
}

export namespace Solver {
  export const FUSED: u32 = 0;
  export const EULER: u32 = 1;
  export const RK4: u32 = 2;
}

export namespace Mode {
  export const DEFAULT: u32 = 0;
  export const NO_GATE: u32 = 1;
  export const PURE: u32 = 2;
}

export namespace Format {
  export const DENSE: u32 = 1;
  export const SPARSE: u32 = 2;
  /** Four destinations share their sources. Of a matrix only; f32 or int8. */
  export const BLOCK: u32 = 3;
  export const DENSE_F16: u32 = 4;
  export const SPARSE_F16: u32 = 5;
  export const BLOCK_F16: u32 = 6;
  /** Integer matrices: dense int4, and its 4x1 blocks. */
  export const DENSE_4: u32 = 7;
  export const BLOCK_4: u32 = 8;
  /** Integer matrices: dense int8 with held columns; never wide. */
  export const HELD: u32 = 9;
  /** Added to the format of an integer matrix whose activations are i16. */
  export const WIDE: u32 = 16;
}

/** Of a held matrix, before its rows. */
export namespace Held {
  export const N_OUT: usize = 8;
  export const N_HELD: usize = 12;
  export const THRESHOLD: usize = 16;
  export const ROWS: usize = 20;
  export const HELD: usize = 24;
  export const HEAD_BYTES: usize = 28;
}
/** In units of int8 codes. */
export const MAX_THRESHOLD: u32 = 127;

export const TABLE_BYTES: u32 = 524;
export const SYNAPSE_TABLE_BYTES: u32 = 2048;
/** Added to the shift of integer synapses whose arguments cannot leave the table: `check` proves it, and nothing is clamped. */
export const SYNAPSES_BOUNDED: u32 = 256;

/** Words of four bytes, floats or pairs of i16, that a layer needs as scratch. */
export function scratchElements(kind: u32, variant: u32, n: u32): u32 {
  if (kind == Kind.LTC) return variant == Solver.RK4 ? 7 * n : 5 * n;
  if (kind == Kind.CTRNN) return n;
  if (kind == Kind.CFC) return variant == Mode.PURE ? 2 * n : 4 * n;
  if (kind == Kind.LSTM || kind == Kind.GRU) return 4 * n;
  if (kind == Kind.GATE) return 2 * n;
  if (kind == IntKind.CFC) return variant == IntMode.PURE ? n : 2 * n;
  if (kind == IntKind.LSTM || kind == IntKind.GRU) return 2 * n;
  if (kind == IntKind.GATE) return n;
  if (kind == IntKind.LTC) return 5 * n;
  return 0;
}

/** Matrices of an integer layer; they are its first blocks. */
export function matricesOf(kind: u32, variant: u32): u32 {
  if (kind == IntKind.DENSE || kind == IntKind.LSTM) return 1;
  if (kind == IntKind.GATE) return 2;
  if (kind == IntKind.GRU) return 3;
  if (kind == IntKind.CFC) return variant == IntMode.PURE ? 1 : variant < IntMode.PURE ? 4 : 3;
  return 0;
}
