// Codes of `check`.

// @ts-nocheck: checked by asc

/** Why an image is rejected. bindings/image/reject-codes.ts has the texts. */
export namespace Reject {
  export const NONE: i32 = 0;
  export const MISALIGNED: i32 = 1;
  export const TOO_SHORT: i32 = 2;
  export const WRAPS: i32 = 3;
  export const OVERLAP: i32 = 4;
  export const MAGIC: i32 = 5;
  export const VERSION: i32 = 6;
  export const IMAGE_BYTES: i32 = 7;
  export const CHECKSUM: i32 = 8;
  export const RESERVED: i32 = 9;
  export const ARENA_BYTES: i32 = 10;
  export const LAYERS: i32 = 11;
  export const IO_SIZE: i32 = 12;
  export const IO_WINDOW: i32 = 13;
  export const KIND: i32 = 14;
  export const VARIANT: i32 = 15;
  export const LAYER_SIZE: i32 = 16;
  export const LAYER_WINDOW: i32 = 17;
  export const NOT_CONTIGUOUS: i32 = 18;
  export const UNFOLDS: i32 = 19;
  export const BLOCK_WINDOW: i32 = 20;
  export const BLOCK_FORMAT: i32 = 21;
  export const BLOCK_BYTES: i32 = 22;
  export const SOURCE: i32 = 23;
  export const NUMBERS: i32 = 24;
  export const MULTIPLIER: i32 = 25;
  export const ACCUMULATOR: i32 = 26;
  export const SYNAPSE: i32 = 27;
  export const NEURON: i32 = 28;
  export const TABLE: i32 = 29;
  export const PARAMETER: i32 = 30;
  export const MAP: i32 = 31;
  export const DECAY: i32 = 32;
  export const LAYER_OVERLAP: i32 = 33;
  export const HELD: i32 = 34;
}
