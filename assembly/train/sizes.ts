// What training needs in memory beside image and arena, from the image alone.

// @ts-nocheck: checked by asc

import { Header, HEADER_BYTES, Kind, Layer, LAYER_BYTES } from "../image";
import { evaluations, ltcWorkBytes } from "./ltc";
import { paddedBytes } from "./vector";

/** Floats of the window from `in` on that a layer's tape holds: with the state where it lies behind it. */
@inline export function tapedWindow(layer: usize): i32 {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  const nIn = load<i32>(layer, Layer.N_IN);
  const readsState = kind == Kind.CTRNN || kind == Kind.LSTM || kind == Kind.GRU || kind == Kind.GATE;
  return readsState ? nIn + load<i32>(layer, Layer.N) : nIn;
}

/** Floats that a layer's tape of one time step holds. */
@inline export function tapedElements(layer: usize): i32 {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  const more = kind == Kind.LTC || kind == Kind.LSTM;
  return tapedWindow(layer) + (more ? load<i32>(layer, Layer.N) : 0);
}

/** Bytes of tape that one time step takes. */
export function tapeStepBytes(image: usize): u32 {
  let elements: i32 = 0;
  const end = image + HEADER_BYTES + <u32>load<u16>(image, Header.LAYERS) * LAYER_BYTES;
  for (let layer = image + HEADER_BYTES; layer != end; layer += LAYER_BYTES) elements += tapedElements(layer);
  return <u32>elements << 2;
}

/** Bytes of work that the adjoints of the layers need, one after the other. Up to 4 GiB, so as a float. */
export function workBytes(image: usize): f64 {
  let most: f64 = 0;
  const end = image + HEADER_BYTES + <u32>load<u16>(image, Header.LAYERS) * LAYER_BYTES;
  for (let layer = image + HEADER_BYTES; layer != end; layer += LAYER_BYTES) {
    const kind = <u32>load<u16>(layer, Layer.KIND);
    const n = load<i32>(layer, Layer.N);
    const padded = <f64>paddedBytes(n);
    let bytes = 6 * padded; // the widest of the others is LSTM: four gates and the new cell
    if (kind == Kind.LTC) {
      const unfolds = <f64>load<u32>(layer, Layer.UNFOLDS);
      bytes = ltcWorkBytes(n, unfolds * <f64>evaluations(load<u16>(layer, Layer.VARIANT)));
    } else if (kind == Kind.CTRNN) {
      const record = <f64>paddedBytes(load<i32>(layer, Layer.N_IN) + n) + padded;
      bytes = padded + <f64>load<u32>(layer, Layer.UNFOLDS) * record;
    }
    if (bytes > most) most = bytes;
  }
  return most;
}
