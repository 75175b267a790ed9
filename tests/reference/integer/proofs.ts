// What `check` has to prove of an integer network before a step may run, stated once more in exact integers: the names of
// the promises that a network breaks. docs/integers.md says where each comes from.

import type {
  IntLayer,
  IntMatrix,
  IntNetwork,
  IntSynapses,
  IntTable,
} from "../../../bindings/image/lowered-integer.ts";
import { capacity, type IntLtc } from "./ltc.ts";
import type { ElementMap } from "./product.ts";

const TWO_31 = 2 ** 31;

/** One text a broken promise; empty for a network that may run. Values stay below 2^53, so numbers are exact. */
export function brokenPromises({ layers, time }: IntNetwork): string[] {
  const broken: string[] = [];
  for (const layer of layers) {
    const demand = (holds: boolean, promise: string) => {
      if (!holds) broken.push(`${layer.name}: ${promise}`);
    };
    if ("narrowed" in layer && layer.narrowed !== null) {
      demand(layer.narrowed.shift <= 15, "narrow's shift in 0..15");
    }
    for (const matrix of matricesOf(layer)) checkMatrix(matrix, demand);
    checkTables(layer, demand);
    if (layer.kind === "int-input") checkMap(layer, true, demand);
    if (layer.kind === "int-affine") checkMap(layer, false, demand);
    if (layer.kind === "int-cfc" || layer.kind === "int-gate") {
      demand(layer.timeShift >= 0 && layer.timeShift <= 30, "s of the elapsed time in 0..30");
    }
    if (layer.kind === "int-cfc" && layer.mode !== "pure" && layer.heads.length === 4) {
      demand(32767 * time.max + Math.floor(2 ** layer.timeShift / 2) < TWO_31, "time head times dtMax");
    }
    if (layer.kind === "int-cfc" && layer.mode === "pure") {
      demand(layer.swingShift >= 15 && layer.swingShift <= 30, "pure: q in 15..30");
      for (const tau of layer.absTau)
        demand(tau >= 0 && (tau + 32767) * time.max < 2 ** 32, "pure: rate times dtMax");
      for (const a of layer.bound) demand(Math.abs(a) < 2 ** 14, "pure: |A| < 2^14");
      for (const shift of layer.boundShift) demand(shift <= 30, "pure: sA in 0..30");
    }
    if (layer.kind === "int-lstm") demand(layer.cellFormat <= 4 && layer.outShift <= 15, "lstm: k in 0..4");
    if (layer.kind === "int-ltc") checkLtc(layer, time, demand);
  }
  if (time.min < 1 || time.min > time.max || time.max > 65535) broken.push("1 <= dtMin <= dtMax <= 65535");
  if (time.exponent < 0 || time.exponent > 16) broken.push("e in 0..16");
  return broken;
}

type Demand = (holds: boolean, promise: string) => void;

function matricesOf(layer: IntLayer): IntMatrix[] {
  switch (layer.kind) {
    case "int-dense":
    case "int-lstm":
      return [layer.matrix];
    case "int-cfc":
      return layer.mode === "pure" ? [layer.ff1] : layer.heads;
    case "int-gru":
      return [layer.resetUpdate, layer.fromInput, layer.fromState];
    case "int-gate":
      return [layer.g, layer.a];
    default:
      return [];
  }
}

function checkMatrix(matrix: IntMatrix, demand: Demand): void {
  const { nOut, nIn, bits, activationBits, weights, bias, multiplier, shift } = matrix;
  const largest = bits === 8 ? 127 : 7;
  const term = 2 ** (bits - 1) * (activationBits === 8 ? 127 : 32767);
  demand(
    weights.every((w) => Math.abs(w) <= largest),
    `weights in ±${largest}`,
  );
  for (let r = 0; r < nOut; r++) {
    demand(term * nIn + Math.abs(bias[r]!) < TWO_31, "accumulator in 32 bits");
    demand(multiplier[r]! >= 2 ** 14 && multiplier[r]! < 2 ** 15, "2^14 <= M < 2^15");
    demand(shift[r]! >= 1 && shift[r]! <= 46, "s in 1..46");
  }
}

function checkTables(layer: IntLayer, demand: Demand): void {
  const check = (name: string, table: IntTable | null, isGate: boolean) => {
    if (table === null) return;
    demand(table.entries.length === 257 && table.k >= 1 && table.k <= 8, `${name}: 257 entries, k in 1..8`);
    demand(table.lo >= -32768 && table.lo <= 32767, `${name}: lo an i16`);
    if (isGate) demand(Math.min(...table.entries) >= 0, `${name}: no negative entry`);
  };
  if (layer.kind === "int-dense") check("activation", layer.table, false);
  if ("tanh" in layer) check("tanh", layer.tanh, false);
  if ("sigmoid" in layer && layer.kind !== "int-ltc") check("sigmoid", layer.sigmoid, true);
  if ("softplus" in layer) check("softplus", layer.softplus, true);
  if ("expNeg" in layer) check("exp(-u)", layer.expNeg, true);
}

function checkMap({ multiplier, bias, shift }: ElementMap, in32Bits: boolean, demand: Demand): void {
  for (const [i, m] of multiplier.entries()) {
    demand(Math.abs(m) < 2 ** 15, "|m| < 2^15");
    demand(shift[i]! <= (in32Bits ? 30 : 46), "shift of a map");
    const sum = 32768 * Math.abs(m) + Math.abs(bias[i]!) + 2 ** shift[i]! / 2;
    if (in32Bits) demand(sum < TWO_31, "input map in 32 bits");
  }
}

function checkSynapses(synapses: IntSynapses, f: number, demand: Demand): void {
  const { mask, k, mu, w, wErev, shift } = synapses;
  demand(shift <= 16, "s of a synapse in 0..16");
  const c = 2 ** shift / 2 + 16384 * 2 ** shift;
  for (const [at, stored] of mask.entries()) {
    if (stored === 0) continue;
    demand(Math.abs(k[at]!) * (32767 + Math.abs(mu[at]!)) + c < TWO_31, "argument in 32 bits");
    demand(w[at]! >= 0, "w >= 0");
    demand(Math.abs(wErev[at]!) <= (2 ** (16 - f) - 1) * w[at]!, "|we| <= (2^(16-f) - 1) w");
  }
}

function checkLtc(layer: IntLtc, time: IntNetwork["time"], demand: Demand): void {
  const { fractionBits: f, sensory, recurrent, cm, leak, leakCurrent, capacityShift } = layer;
  demand(f >= 0 && f <= 14 && capacityShift <= 62, "f in 0..14, c in 0..62");
  demand(layer.sigmoid.length === 1024 && Math.min(...layer.sigmoid) >= 0, "1024 entries, none negative");
  for (const part of [sensory, recurrent]) checkSynapses(part, f, demand);
  const capOf = (j: number, d: number) => (cm[j]! * Math.floor(0x7fffffff / d)) / 2 ** capacityShift;
  for (let j = 0; j < cm.length; j++) {
    demand(cm[j]! >= 0 && leak[j]! >= 0, "cm and gl >= 0");
    demand(Math.abs(leakCurrent[j]!) <= (2 ** (16 - f) - 1) * leak[j]!, "|glv| <= (2^(16-f) - 1) gl");
    const drive = (field: "w" | "wErev") =>
      [sensory, recurrent].reduce((sum, part) => {
        for (let i = 0; i < part.nIn; i++) {
          const at = i * part.nOut + j;
          if (part.mask[at] !== 0) sum += 32767 * Math.abs(part[field][at]!);
        }
        return sum;
      }, 0);
    const largestCap = capOf(j, time.min) + 1;
    demand(
      2 ** (15 - f) * (largestCap + leak[j]! + drive("w")) < TWO_31,
      `neuron ${j}: denominator in 32 bits`,
    );
    const current = largestCap * 2 ** (15 - f) + Math.abs(leakCurrent[j]!) + drive("wErev");
    demand(current < TWO_31, `neuron ${j}: numerator in 32 bits`);
    demand(capacity(cm[j]!, capacityShift, time.max) + leak[j]! >= 1, `neuron ${j}: denominator at dtMax`);
  }
}
