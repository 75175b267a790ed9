// Four sequences side by side: a lane is a sequence. Every f32 of an arena becomes a vector of four, so that an offset of the
// image stands for one four times as large here; weights and parameters, which all sequences share, are copied into every lane.
// A lane performs the operations of the scalar build in their order, hence gives its bits.

// @ts-nocheck: checked by asc

import { widen } from "../stored";

/** Bytes of a value of all four sequences. */
export const QUAD: usize = 16;

/** The weight at p, stored as S (stored.ts), in every lane. */
@inline export function weight<S>(p: usize): v128 {
  if (sizeof<S>() == 4) return v128.load32_splat(p);
  return f32x4.splat(widen<S, f32>(load<S>(p)));
}

/** The values that a byte offset `of` four-byte elements, as an image stores it, stands for. */
@inline export function quadAt(x: usize, offset: usize): v128 {
  return v128.load(x + (offset << 2));
}
