// Constants of the image format. assembly/image.ts defines and documents it; a test compares the two files.

export const MAGIC = 0x3145514c;
export const VERSION = 2;
export const HEADER_BYTES = 64;
export const LAYER_BYTES = 64;
export const CONTROL_BYTES = 16;
export const MAX_ELEMENTS = 8192;
export const MAX_UNFOLDS = 4096;
/** Parameter blocks that a layer record can name. */
export const MAX_BLOCKS = 7;

export const Header = {
  IMAGE_BYTES: 4,
  CRC: 8,
  VERSION: 12,
  LAYERS: 14,
  ARENA_BYTES: 16,
  INPUTS: 20,
  INPUT: 24,
  OUTPUTS: 28,
  OUTPUT: 32,
  STATES: 36,
  STATE: 40,
  NUMBERS: 44,
  TIME_EXPONENT: 46,
  TIME_MIN: 48,
  TIME_MAX: 50,
  RESERVED: 52,
} as const;

export const Layer = {
  KIND: 0,
  VARIANT: 2,
  N_IN: 4,
  N: 8,
  IN: 12,
  OUT: 16,
  SCRATCH: 20,
  CELL: 24,
  UNFOLDS: 28,
  ODE_STEP: 32,
  BLOCK_0: 36,
  BLOCK_1: 40,
  BLOCK_2: 44,
  BLOCK_3: 48,
  BLOCK_4: 52,
  BLOCK_5: 56,
  NARROWED: 32,
  NARROW_SHIFT: 60,
  PARAMETER_0: 61,
  PARAMETER_1: 62,
} as const;

export const Control = { ELAPSED: 0, FLAGS: 4, CLAMPED: 8 } as const;
export const FLAG_NON_FINITE = 1;

export const Kind = { AFFINE: 1, DENSE: 2, LTC: 3, CTRNN: 4, CFC: 5, LSTM: 6, GRU: 7, GATE: 8 } as const;
/** Header.NUMBERS: the image holds integers only. */
export const NUMBERS_INTEGER = 1;
export const IntKind = {
  INPUT: 16,
  AFFINE: 17,
  DENSE: 18,
  CFC: 19,
  LSTM: 20,
  GRU: 21,
  GATE: 22,
  LTC: 23,
} as const;
export const IntMode = { DEFAULT: 0, NO_GATE: 1, PURE: 2, DEFAULT_UNIT: 3, NO_GATE_UNIT: 4 } as const;
export const Activation = {
  LINEAR: 0,
  LECUN_TANH: 1,
  RELU: 2,
  TANH: 3,
  SILU: 4,
  GELU: 5,
  SIGMOID: 6,
} as const;
export const Solver = { FUSED: 0, EULER: 1, RK4: 2 } as const;
export const Mode = { DEFAULT: 0, NO_GATE: 1, PURE: 2 } as const;
export const Format = {
  DENSE: 1,
  SPARSE: 2,
  BLOCK: 3,
  DENSE_F16: 4,
  SPARSE_F16: 5,
  BLOCK_F16: 6,
  DENSE_4: 7,
  BLOCK_4: 8,
  HELD: 9,
  WIDE: 16,
} as const;
/** Of a held matrix, before its rows. */
export const Held = { N_OUT: 8, N_HELD: 12, THRESHOLD: 16, ROWS: 20, HELD: 24, HEAD_BYTES: 28 } as const;
export const MAX_THRESHOLD = 127;
export const TABLE_BYTES = 524;
export const SYNAPSE_TABLE_BYTES = 2048;
/** Added to the shift of integer synapses whose arguments cannot leave the table. */
export const SYNAPSES_BOUNDED = 256;

export type Kind = (typeof Kind)[keyof typeof Kind];
export type IntKind = (typeof IntKind)[keyof typeof IntKind];

/** Words of four bytes, floats or pairs of i16, that a layer of `n` units needs as scratch. */
export function scratchElements(kind: Kind | IntKind, variant: number, n: number): number {
  switch (kind) {
    case Kind.LTC:
      return variant === Solver.RK4 ? 7 * n : 5 * n;
    case Kind.CTRNN:
      return n;
    case Kind.CFC:
      return variant === Mode.PURE ? 2 * n : 4 * n;
    case Kind.LSTM:
    case Kind.GRU:
      return 4 * n;
    case Kind.GATE:
      return 2 * n;
    case IntKind.CFC:
      return variant === IntMode.PURE ? n : 2 * n;
    case IntKind.LSTM:
    case IntKind.GRU:
      return 2 * n;
    case IntKind.GATE:
      return n;
    case IntKind.LTC:
      return 5 * n;
    default:
      return 0;
  }
}
