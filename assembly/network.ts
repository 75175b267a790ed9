// Runs a network: the interpreter of an image that `check` accepted. None of these functions traps, and which
// operations they execute depends on the image alone, not on the values that flow through it; but for matrices with held
// columns, whose image alone says how many operations they are at most.

// @ts-nocheck: checked by asc

import { Control, FLAG_NON_FINITE, Header, HEADER_BYTES, LAYER_BYTES, NUMBERS_INTEGER } from "./image";
import { runLayer } from "./layers";
import { elapsedUnits, resetHeld, runIntLayer } from "./layers-integer";
import { nonFiniteF32 } from "./vector-f32";

/** What `step` and `stepLayer` return. */
export namespace Status {
  export const OK: i32 = 0;
  /** An input is infinite or NaN. The arena is untouched. */
  export const BAD_INPUT: i32 = 1;
  /** The elapsed time is not a positive finite number. The arena is untouched. */
  export const BAD_TIME: i32 = 2;
  /** No layer has this number. */
  export const NO_LAYER: i32 = 3;
}

@inline function isInteger(image: usize): bool {
  return <u32>load<u16>(image, Header.NUMBERS) == NUMBERS_INTEGER;
}

/** An elapsed time of 1 in units of 2^-e. */
@inline function oneUnit(image: usize): u32 {
  const e = <u32>load<u16>(image, Header.TIME_EXPONENT);
  return (1 << e) - (e >> 4);
}

/** State to zero, elapsed time to 1, flags cleared; nothing has been let through. */
export function reset(image: usize, arena: usize): void {
  if (isInteger(image)) store<u32>(arena, oneUnit(image), Control.ELAPSED);
  else store<f32>(arena, 1, Control.ELAPSED);
  store<u32>(arena, 0, Control.FLAGS);
  store<u32>(arena, 0, Control.CLAMPED);
  let p = arena + load<u32>(image, Header.STATE);
  for (const end = p + (load<u32>(image, Header.STATES) << 2); p != end; p += 4) store<u32>(p, 0);
  if (!isInteger(image)) return;
  let layer = image + HEADER_BYTES;
  for (let left = <u32>load<u16>(image, Header.LAYERS); left > 0; left--, layer += LAYER_BYTES) {
    resetHeld(image, arena, layer);
  }
}

/** One time step: input and elapsed time from the arena, state and output in the arena. */
export function step(image: usize, arena: usize): i32 {
  if (isInteger(image)) return stepInteger(image, arena);
  if (nonFiniteF32(arena + load<u32>(image, Header.INPUT), load<i32>(image, Header.INPUTS)) != 0) return Status.BAD_INPUT;
  // A positive finite float as an integer lies in 1 .. 0x7f7fffff.
  if (load<u32>(arena, Control.ELAPSED) - 1 >= 0x7f7fffff) return Status.BAD_TIME;
  let layer = image + HEADER_BYTES;
  for (let left = <u32>load<u16>(image, Header.LAYERS); left > 0; left--, layer += LAYER_BYTES) {
    runLayer(image, arena, layer);
  }
  const bad =
    nonFiniteF32(arena + load<u32>(image, Header.STATE), load<i32>(image, Header.STATES)) |
    nonFiniteF32(arena + load<u32>(image, Header.OUTPUT), load<i32>(image, Header.OUTPUTS));
  store<u32>(arena, load<u32>(arena, Control.FLAGS) | (bad * FLAG_NON_FINITE), Control.FLAGS);
  return Status.OK;
}

/** The same for an integer image: nothing but a time of 0 is refused; times outside dtMin to dtMax are clamped and counted. */
function stepInteger(image: usize, arena: usize): i32 {
  const elapsed = load<u32>(arena, Control.ELAPSED);
  if (elapsed == 0) return Status.BAD_TIME;
  const outside = u32(elapsedUnits(image, arena) != elapsed);
  store<u32>(arena, load<u32>(arena, Control.CLAMPED) + outside, Control.CLAMPED);
  let layer = image + HEADER_BYTES;
  for (let left = <u32>load<u16>(image, Header.LAYERS); left > 0; left--, layer += LAYER_BYTES) {
    runIntLayer(image, arena, layer);
  }
  return Status.OK;
}

/** One layer alone, on what the arena holds. `step` is its checks and all layers in order. */
export function stepLayer(image: usize, arena: usize, layer: u32): i32 {
  if (layer >= <u32>load<u16>(image, Header.LAYERS)) return Status.NO_LAYER;
  const record = image + HEADER_BYTES + layer * LAYER_BYTES;
  if (isInteger(image)) runIntLayer(image, arena, record);
  else runLayer(image, arena, record);
  return Status.OK;
}
