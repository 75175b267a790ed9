// Where an image holds each parameter, found by encoding numbers that say where they came from. So encode.ts stays the
// only place that knows the layout, and lower*.ts the only place that knows which row of a matrix is which gate's.
//
// A tag is a float whose bits are a small whole number. Copying and masking keep it as it is.

import { compileLowered } from "../image/compile.ts";
import { HEADER_BYTES, LAYER_BYTES } from "../image/format.ts";
import type { LoweredLayer, LoweredNetwork } from "../image/lowered.ts";
import type { Matrix, Synapses } from "../image/parameters.ts";

/** Bits from here on would be infinite or NaN. */
const MAX_TAGS = 0x7f800000;

/** Tags `first`, `first` + 1, …; 0 is no tag. */
export function tags(first: number, length: number): Float32Array {
  if (first + length > MAX_TAGS) throw new RangeError(`expected at most ${MAX_TAGS} parameters`);
  return new Float32Array(Uint32Array.from({ length }, (_, i) => first + i).buffer);
}

/** The tags of a vector. */
export function tagsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

/** Of each vector of a lowered network, for each element the 4-byte word of the image that holds it; -1: none does. */
export type Slots = ReadonlyMap<Float32Array, Int32Array>;

export function findSlots(lowered: LoweredNetwork): Slots {
  const vectors: { vector: Float32Array; first: number }[] = [];
  let next = 1;
  const tagged = wordsOf(lowered, (vector) => {
    vectors.push({ vector, first: next });
    next += vector.length;
    return tags(next - vector.length, vector.length);
  });
  const blank = wordsOf(lowered, (vector) => new Float32Array(vector.length));
  const slotOf = new Int32Array(next).fill(-1);
  const head = (HEADER_BYTES + LAYER_BYTES * lowered.layers.length) / 4;
  for (let word = head; word < tagged.length; word++) {
    if (tagged[word] !== blank[word]) slotOf[tagged[word]!] = word;
  }
  return new Map(vectors.map(({ vector, first }) => [vector, slotOf.subarray(first, first + vector.length)]));
}

/** The image as words, with other numbers in place of the network's own. */
function wordsOf(lowered: LoweredNetwork, replace: (vector: Float32Array) => Float32Array): Uint32Array {
  const layers = lowered.layers.map((layer) => withVectors(layer, replace));
  const { image } = compileLowered({ ...lowered, layers }, "fp32");
  return new Uint32Array(image.buffer, image.byteOffset, image.length / 4);
}

function withVectors(layer: LoweredLayer, replace: (vector: Float32Array) => Float32Array): LoweredLayer {
  const matrix = (m: Matrix): Matrix => ({ ...m, weights: replace(m.weights), bias: replace(m.bias) });
  const synapses = (s: Synapses): Synapses => ({
    ...s,
    k: replace(s.k),
    mu: replace(s.mu),
    w: replace(s.w),
    wErev: replace(s.wErev),
  });
  switch (layer.kind) {
    case "affine":
      return { ...layer, w: replace(layer.w), b: replace(layer.b) };
    case "dense":
    case "lstm":
      return { ...layer, matrix: matrix(layer.matrix) };
    case "ltc":
      return {
        ...layer,
        sensory: synapses(layer.sensory),
        recurrent: synapses(layer.recurrent),
        membrane: replace(layer.membrane),
        leak: replace(layer.leak),
        leakCurrent: replace(layer.leakCurrent),
      };
    case "ctrnn":
      return { ...layer, matrix: matrix(layer.matrix), leak: replace(layer.leak) };
    case "cfc": {
      if (layer.mode === "pure") {
        const { ff1, absTau, bound } = layer;
        return { ...layer, ff1: matrix(ff1), absTau: replace(absTau), bound: replace(bound) };
      }
      const [ff1, ff2, timeA, timeB] = layer.heads;
      return { ...layer, heads: [matrix(ff1), matrix(ff2), matrix(timeA), matrix(timeB)] };
    }
    case "gru":
      return {
        ...layer,
        resetUpdate: matrix(layer.resetUpdate),
        fromInput: matrix(layer.fromInput),
        fromState: matrix(layer.fromState),
      };
    case "gate":
      return { ...layer, target: matrix(layer.target), rate: matrix(layer.rate) };
  }
}
