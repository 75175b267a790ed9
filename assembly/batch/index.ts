// batch.wasm: four sequences at a time through an image of floats that the core's `check` has accepted. For hosts only, with
// SIMD. bindings/core/batch-core.ts lists the same names.
//
//   image   as ever; its offsets into an arena count four times here
//   arena   4 arenaBytes, aligned to 16 bytes: that of one sequence with a vector of four in place of every f32
//   rows    input [4, steps, nInputs], elapsed time [4, steps], output [4, steps, nOutputs], f32

// @ts-nocheck: checked by asc

import { Control, Header, HEADER_BYTES, LAYER_BYTES } from "../image";
import { nonFiniteF32 } from "../vector-f32";
import { QUAD } from "./lanes";
import { runLayer } from "./layers";
import { nonFinite } from "./vector";

/** States to zero, flags cleared. */
export function reset(image: usize, arena: usize): void {
  v128.store(arena, i32x4.splat(0), 4 * Control.FLAGS);
  let p = arena + (<usize>load<u32>(image, Header.STATE) << 2);
  for (const end = p + <usize>load<u32>(image, Header.STATES) * QUAD; p != end; p += QUAD) v128.store(p, i32x4.splat(0));
}

/**
 * Runs `steps` time steps of the four rows from the states that the arena holds. 0: done; all ones are then in the flags of a
 * sequence that had a state or output infinite or NaN. 1: an input is infinite or NaN, or an elapsed time not positive and
 * finite; nothing was run.
 */
export function run(image: usize, arena: usize, rows: usize, steps: i32): i32 {
  const nInputs = load<u32>(image, Header.INPUTS);
  const nOutputs = load<u32>(image, Header.OUTPUTS);
  const inputBytes = <usize>(<u32>steps * nInputs) << 2; // of a row
  const outputBytes = <usize>(<u32>steps * nOutputs) << 2;
  const stepBytes = <usize>steps << 2;
  let time = rows + 4 * inputBytes;
  let y = time + 4 * stepBytes;
  if (nonFiniteF32(rows, 4 * steps * <i32>nInputs) != 0 || isBadTime(time, 4 * steps)) return 1;
  const input = arena + (<usize>load<u32>(image, Header.INPUT) << 2);
  const output = arena + (<usize>load<u32>(image, Header.OUTPUT) << 2);
  const state = arena + (<usize>load<u32>(image, Header.STATE) << 2);
  const nStates = load<i32>(image, Header.STATES);
  const layersEnd = image + HEADER_BYTES + <usize>load<u16>(image, Header.LAYERS) * LAYER_BYTES;
  let x = rows;
  for (const end = time + stepBytes; time != end; time += 4) {
    v128.store(arena, quad(time, stepBytes), 4 * Control.ELAPSED);
    const inputEnd = input + nInputs * QUAD;
    for (let to = input; to != inputEnd; to += QUAD, x += 4) v128.store(to, quad(x, inputBytes));
    for (let layer = image + HEADER_BYTES; layer != layersEnd; layer += LAYER_BYTES) runLayer(image, arena, layer);
    const outputEnd = output + nOutputs * QUAD;
    for (let from = output; from != outputEnd; from += QUAD, y += 4) {
      const values = v128.load(from);
      v128.store32_lane(y, values, 0);
      v128.store32_lane(y + outputBytes, values, 1);
      v128.store32_lane(y + 2 * outputBytes, values, 2);
      v128.store32_lane(y + 3 * outputBytes, values, 3);
    }
    const bad = v128.or(nonFinite(state, nStates), nonFinite(output, <i32>nOutputs));
    v128.store(arena, v128.or(v128.load(arena, 4 * Control.FLAGS), bad), 4 * Control.FLAGS);
  }
  return 0;
}

/** The f32 at p, and those as many bytes apart. */
@inline function quad(p: usize, apart: usize): v128 {
  const pair = v128.load32_lane(p + apart, v128.load32_zero(p), 1);
  return v128.load32_lane(p + 3 * apart, v128.load32_lane(p + 2 * apart, pair, 2), 3);
}

function isBadTime(p: usize, n: i32): bool {
  let bad = false;
  // A positive finite float as an integer lies in 1 .. 0x7f7fffff.
  for (const end = p + (<usize>n << 2); p != end; p += 4) bad = bad || load<u32>(p) - 1 >= 0x7f7fffff;
  return bad;
}
