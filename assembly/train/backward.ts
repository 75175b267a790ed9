// Backpropagation through time: from the gradients of the outputs to those of parameters, inputs and initial states.
//
// The adjoint arena has the arena's layout. At any moment each of its vectors is dL/d(the value that the arena held at that
// moment of the forward pass), so that overlapping windows, [x | h] or a state that two layers update in turn, need no
// special case: a layer's adjoint replaces dL/d(new value) at `out` by dL/d(old value), 0 where a layer reads none, and
// adds to dL/d(what it read) at `in`.

// @ts-nocheck: checked by asc

import { Header, HEADER_BYTES, Kind, Layer, LAYER_BYTES } from "../image";
import { cfcAdjoint } from "./cfc";
import { ctrnnAdjoint } from "./ctrnn";
import { affineAdjoint, denseAdjoint } from "./dense";
import { gateAdjoint, gruAdjoint, lstmAdjoint } from "./gated";
import { ltcAdjoint } from "./ltc";
import { tapedElements } from "./sizes";
import { addF32, clearF32, copyF32 } from "./vector";

/**
 * Walks the `steps` time steps of a `forward` in reverse.
 * @param gradient image of gradients: that of every f32 parameter at the parameter's own offset, added to
 * @param adjoint as many bytes as the arena; before: dL/d(final state) at the state, 0 elsewhere; after: dL/d(initial state)
 * @param timespans [steps], as they were in `forward`
 * @param gOutputs [steps, nOutputs]
 * @param gInputs [steps, nInputs], written
 * @param tapeEnd the end of what `forward` wrote
 * @param work workBytes
 */
export function backward(
  image: usize, gradient: usize, adjoint: usize, timespans: usize, gOutputs: usize, gInputs: usize, tapeEnd: usize,
  work: usize, steps: u32
): void {
  const nInputs = load<i32>(image, Header.INPUTS);
  const nOutputs = load<i32>(image, Header.OUTPUTS);
  const input = adjoint + load<u32>(image, Header.INPUT);
  const output = adjoint + load<u32>(image, Header.OUTPUT);
  const first = image + HEADER_BYTES;
  const end = first + <u32>load<u16>(image, Header.LAYERS) * LAYER_BYTES;
  let tape = tapeEnd;
  for (let t = steps; t > 0; ) {
    t--;
    const elapsed = load<f32>(timespans + (<usize>t << 2));
    addF32(gOutputs + (<usize>nOutputs * t << 2), output, nOutputs);
    for (let layer = end; layer != first; ) {
      layer -= LAYER_BYTES;
      tape -= <usize>tapedElements(layer) << 2;
      layerAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
    }
    copyF32(input, gInputs + (<usize>nInputs * t << 2), nInputs);
    clearF32(input, nInputs);
  }
}

function layerAdjoint(
  image: usize, gradient: usize, layer: usize, elapsed: f32, tape: usize, adjoint: usize, work: usize
): void {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  if (kind == Kind.LTC) ltcAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else if (kind == Kind.CFC) cfcAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else if (kind == Kind.DENSE) denseAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else if (kind == Kind.AFFINE) affineAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else if (kind == Kind.LSTM) lstmAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else if (kind == Kind.GRU) gruAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else if (kind == Kind.GATE) gateAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
  else ctrnnAdjoint(image, gradient, layer, elapsed, tape, adjoint, work);
}
