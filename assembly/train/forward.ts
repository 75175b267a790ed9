// The forward pass of training: the core's own layers, time step by time step, and before each layer a copy of what it
// reads and overwrites.
//
//   tape   for each time step, for each layer, without gaps:
//            the window at `in`   [nIn], or [nIn + n] where the state lies behind the inputs
//            ltc                  the old state [n]
//            lstm                 the old cell [n]

// @ts-nocheck: checked by asc

import { Control, Header, HEADER_BYTES, Kind, Layer, LAYER_BYTES } from "../image";
import { runLayer } from "../layers";
import { Status } from "../network";
import { nonFiniteF32 } from "../vector-f32";
import { tapedElements, tapedWindow } from "./sizes";
import { copyF32 } from "./vector";

/**
 * Runs `steps` time steps from the state that the arena holds.
 * @param inputs [steps, nInputs]
 * @param timespans [steps], elapsed times
 * @param outputs [steps, nOutputs], written
 * @param tape steps * tapeStepBytes, written
 * @param states [steps, states], what the state is before each step whatever the step before made of it; 0: none is given
 * @returns a Status; nothing has run unless it is OK
 */
export function forward(
  image: usize, arena: usize, inputs: usize, timespans: usize, outputs: usize, tape: usize, steps: u32,
  states: usize
): i32 {
  const nInputs = load<i32>(image, Header.INPUTS);
  const nOutputs = load<i32>(image, Header.OUTPUTS);
  if (nonFiniteF32(inputs, nInputs * steps) != 0) return Status.BAD_INPUT;
  for (let t: u32 = 0; t < steps; t++) {
    // As `step` has it: a positive finite float as an integer.
    if (load<u32>(timespans + (<usize>t << 2)) - 1 >= 0x7f7fffff) return Status.BAD_TIME;
  }
  const input = arena + load<u32>(image, Header.INPUT);
  const output = arena + load<u32>(image, Header.OUTPUT);
  const nStates = load<i32>(image, Header.STATES);
  const state = arena + load<u32>(image, Header.STATE);
  const end = image + HEADER_BYTES + <u32>load<u16>(image, Header.LAYERS) * LAYER_BYTES;
  for (; steps > 0; steps--) {
    copyF32(inputs, input, nInputs);
    if (states != 0) {
      copyF32(states, state, nStates);
      states += <usize>nStates << 2;
    }
    store<f32>(arena, load<f32>(timespans), Control.ELAPSED);
    for (let layer = image + HEADER_BYTES; layer != end; layer += LAYER_BYTES) {
      tape = save(arena, layer, tape);
      runLayer(image, arena, layer);
    }
    copyF32(output, outputs, nOutputs);
    inputs += <usize>nInputs << 2;
    outputs += <usize>nOutputs << 2;
    timespans += 4;
  }
  return Status.OK;
}

/** What the layer is about to read; returns the end of the tape. */
function save(arena: usize, layer: usize, tape: usize): usize {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  const n = load<i32>(layer, Layer.N);
  const window = tapedWindow(layer);
  copyF32(arena + load<u32>(layer, Layer.IN), tape, window);
  const rest = tape + (<usize>window << 2);
  if (kind == Kind.LTC) copyF32(arena + load<u32>(layer, Layer.OUT), rest, n);
  else if (kind == Kind.LSTM) copyF32(arena + load<u32>(layer, Layer.CELL), rest, n);
  return tape + (<usize>tapedElements(layer) << 2);
}
