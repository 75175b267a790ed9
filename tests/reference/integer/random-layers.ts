// Parts of random integer networks: any bits that docs/integers.md allows, spread so that pre-activations reach both the
// steep and the flat ends of the tables, and so that what `check` proves holds.

import type { IntMatrix, IntSynapses } from "../../../bindings/image/lowered-integer.ts";
import type { IntLtc } from "./ltc.ts";
import type { Random } from "./random.ts";

export interface Precision {
  bits: 8 | 4;
  /** Bits of what matrices read. */
  activations: 8 | 16;
  /** Which weights or synapses are stored: all; each with a chance of 1 in 4; 4x1 blocks with a chance of 1 in 2. */
  pattern: "all" | "some" | "blocks";
}

/** Ones where something is stored, [rows, columns]; null where everything is. */
function randomMask(
  random: Random,
  rows: number,
  columns: number,
  pattern: Precision["pattern"],
): Uint8Array | null {
  if (pattern === "all") return null;
  const mask = new Uint8Array(rows * columns);
  const height = pattern === "blocks" ? 4 : 1;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < columns; i++) {
      const isFirst = r % height === 0;
      const draw = random.chance(pattern === "blocks" ? 0.5 : 0.25) ? 1 : 0;
      mask[r * columns + i] = isFirst ? draw : mask[(r - (r % height)) * columns + i]!;
    }
  }
  return mask;
}

/** A matrix whose rows reach about ±4 to ±64 in Q4.11 for full-range activations. */
export function randomMatrix(random: Random, nOut: number, nIn: number, precision: Precision): IntMatrix {
  const { bits, pattern, activations } = precision;
  const largest = bits === 8 ? 127 : 7;
  const mask = randomMask(random, nOut, nIn, pattern);
  const weights = Int8Array.from({ length: nOut * nIn }, (_, i) => {
    const w = random.between(-largest, largest);
    return mask !== null && mask[i] === 0 ? 0 : w;
  });
  const reach = largest * (activations === 8 ? 127 : 32767) * nIn;
  const bias = Int32Array.from({ length: nOut }, () => random.between(-(reach >> 3), reach >> 3));
  const multiplier = Int32Array.from({ length: nOut }, () => random.between(2 ** 14, 2 ** 15 - 1));
  // reach * 2^14.5 / 2^shift = 2^13 to 2^17, if the shift exists.
  const shift = Uint8Array.from({ length: nOut }, () => {
    const wanted = Math.ceil(Math.log2(reach) + 14.5) - random.between(13, 17);
    return Math.min(Math.max(wanted, 1), 46);
  });
  return { nOut, nIn, bits, activationBits: activations, weights, mask, bias, multiplier, shift };
}

/** |multiplier| < 2^15 with a bias that keeps the sum in 32 bits. */
export function randomElementMap(
  random: Random,
  length: number,
  smallestShift: number,
  largestShift: number,
) {
  return {
    multiplier: Int32Array.from(random.list(length, -32767, 32767)),
    bias: Int32Array.from(random.list(length, -(2 ** 28), 2 ** 28)),
    shift: Uint8Array.from(random.list(length, smallestShift, largestShift)),
  };
}

/**
 * Synapses [nIn, nOut]; `sourceBits`, `targetBits`: fraction bits of the source's and the destination's values;
 * `isolated`: [nOut], destinations without a synapse.
 */
export function randomSynapses(
  random: Random,
  nIn: number,
  nOut: number,
  { bits, pattern }: Pick<Precision, "bits" | "pattern">,
  sourceBits: number,
  targetBits: number,
  isolated: boolean[],
): IntSynapses {
  const length = nIn * nOut;
  const mask = randomMask(random, nIn, nOut, pattern) ?? new Uint8Array(length).fill(1);
  for (let at = 0; at < length; at++) if (isolated[at % nOut]) mask[at] = 0;
  const stored = (values: number[]) => values.map((value, i) => (mask[i] === 0 ? 0 : value));
  // s = sourceBits + b - 11 with b such that (32767 + |mu|) |k| + C stays below 2^31; of every other block so that no argument
  // leaves the table.
  const b = random.between(Math.max(11 - sourceBits, 6), 10);
  const shift = sourceBits + b - 11;
  const room = 2 ** 31 - 1 - (2 ** (14 + shift) + 2 ** shift / 2);
  const tableRoom = 2 ** (14 + shift) - Math.floor(2 ** shift / 2) - 1;
  const isBounded = random.chance(0.5);
  const mu = stored(random.list(length, -32767, 32767));
  const k = mu.map((value, i) => {
    const reach = isBounded ? tableRoom / (32768 + Math.abs(value)) : room / (32767 + Math.abs(value));
    const most = Math.min(Math.floor(reach), 12 * 2 ** b, 32767);
    return mask[i] === 0 ? 0 : random.between(-most, most);
  });
  const largest = bits === 8 ? 127 : 7;
  const w = stored(random.list(length, 0, largest));
  const ratio = 2 ** (16 - targetBits) - 1;
  const wErev = w.map((value) => {
    const most = Math.min(ratio * value, largest);
    return random.between(-most, most);
  });
  return {
    nOut,
    nIn,
    mask,
    k: Int16Array.from(k),
    mu: Int16Array.from(mu),
    w: Int8Array.from(w),
    wErev: Int8Array.from(wErev),
    shift,
  };
}

/** cm, gl, glv and c of n neurons such that D and N stay in 32 bits for elapsed times from `dtMin` on. */
export function randomMembrane(
  random: Random,
  n: number,
  fractionBits: number,
  dtMin: number,
  synapses: IntSynapses[],
): Pick<IntLtc, "cm" | "leak" | "leakCurrent" | "capacityShift"> {
  // Most of 2^(15-f) D < 2^31 that synapses leave, a third each for cap and gl. Without synapses little, so that every
  // unit of cap and gl shows in v.
  const cm = new Int32Array(n);
  const leak = new Int32Array(n);
  const leakCurrent = new Int32Array(n);
  const capacityShift = random.between(20, 34);
  const reciprocal = Math.floor(0x7fffffff / dtMin);
  for (let j = 0; j < n; j++) {
    const drive = 32767 * synapses.reduce((sum, part) => sum + columnSum(part, j), 0);
    const room = drive === 0 ? 2 ** random.between(4, 12) : 2 ** (16 + fractionBits) - drive;
    const third = Math.floor(room / 3) - 1;
    if (third < 4) throw new Error(`neuron ${j}: its synapses alone exceed the denominator`);
    const mostCm = Math.floor((third * 2 ** capacityShift) / reciprocal) - 1;
    cm[j] = random.between(0, Math.min(Math.max(mostCm, 0), 2 ** 31 - 1));
    leak[j] = random.between(1, Math.min(third, 2 ** random.between(1, 25)));
    const mostCurrent = Math.min((2 ** (16 - fractionBits) - 1) * leak[j]!, 2 ** 29);
    leakCurrent[j] = random.between(-mostCurrent, mostCurrent);
  }
  return { cm, leak, leakCurrent, capacityShift };
}

function columnSum({ nIn, nOut, w }: IntSynapses, j: number): number {
  let sum = 0;
  for (let i = 0; i < nIn; i++) sum += w[i * nOut + j]!;
  return sum;
}
