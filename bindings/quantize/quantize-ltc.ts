// LTC, fused solver: synapses, membrane and leak as integers at one scale a destination, which cancels in N / D. Every
// bound that docs/integers.md asks for is proved here, or the neuron is named.

import { LiquidEdgeError } from "../errors.ts";
import type { LoweredLayer } from "../image/lowered.ts";
import type { IntLayer, IntSynapses } from "../image/lowered-integer.ts";
import type { Synapses } from "../image/parameters.ts";
import type { LayerStatistics } from "./calibration.ts";
import { power2 } from "./elementary.ts";
import type { Openness } from "./float-run.ts";
import { clampRound, GATE_UNIT, I16_MAX, roundHalfUp } from "./tables.ts";
import type { TimeFormat } from "./time-format.ts";

type LtcLayer = Extract<LoweredLayer, { kind: "ltc" }>;
type IntLtcLayer = Extract<IntLayer, { kind: "int-ltc" }>;

const I32_LIMIT = 2 ** 31;
/** Fraction bits of a synapse's slope, at most; sigma below 2^(15 - b). */
const SLOPE_BITS_MAX = 15;
const PRE_BITS = 11;
/** Of a synapse's argument. */
const SHIFT_MAX = 16;
/** What the table of openings reaches at least, ±: there a synapse is open or shut. */
const SYNAPSE_REACH = 8;
/** Up to this reach the table holds every argument, so that none needs a clamp; beyond it, its steps would be too coarse. */
const WIDEST_REACH = 24;
/** Of a slope's rounding. */
const REACH_MARGIN = 1.001;
/** A destination keeps at least this many steps of its largest weight, or it is refused. */
const LEAST_WEIGHT = 7;

/** Fraction bits of an i16 that holds ±`peak`: 14 below 2, 13 below 4 and so on. */
export function fractionBits(peak: number): number {
  let bits = 14;
  while (bits > 0 && peak * power2(bits) > I16_MAX) bits--;
  return bits;
}

/** Largest magnitude of the potentials that a state can move to, and of the synapses' midpoints. */
export function potentialBound({ sensory, recurrent, leak, leakCurrent }: LtcLayer): number {
  let bound = 0;
  for (let j = 0; j < leak.length; j++) {
    if (leakCurrent[j] !== 0) bound = Math.max(bound, Math.abs(leakCurrent[j]! / leak[j]!));
  }
  for (const { w, wErev, mask } of [sensory, recurrent]) {
    for (let ij = 0; ij < w.length; ij++) {
      if (mask[ij] !== 0 && w[ij] !== 0) bound = Math.max(bound, Math.abs(wErev[ij]! / w[ij]!));
    }
  }
  return Math.max(bound, midpointBound(recurrent));
}

/** Largest magnitude of the midpoints of the synapses that exist. */
export function midpointBound({ mu, mask }: Synapses): number {
  return mu.reduce((peak, value, ij) => (mask[ij] === 0 ? peak : Math.max(peak, Math.abs(value))), 0);
}

/** Integers of an LTC layer but for its place. */
export interface LtcIntegers
  extends Pick<IntLtcLayer, "sensory" | "recurrent" | "cm" | "leak" | "leakCurrent" | "capacityShift"> {
  /** S_j, real value of one unit of w. */
  scale: Float64Array;
  /** The arguments, ±, that the table of openings covers. */
  reach: number;
}

/** What the table has to reach so that no state takes a recurrent synapse beyond it; the least where that is too far. */
function tableReach({ k, mu, mask }: Synapses, sourceBits: number): number {
  const most = I16_MAX * power2(-sourceBits);
  let peak = 0;
  for (let ij = 0; ij < k.length; ij++) {
    if (mask[ij] !== 0) peak = Math.max(peak, (Math.abs(k[ij]!) / Math.LOG2E) * (most + Math.abs(mu[ij]!)));
  }
  const reach = Math.max(SYNAPSE_REACH, REACH_MARGIN * peak);
  return reach <= WIDEST_REACH ? reach : SYNAPSE_REACH;
}

/**
 * `f` and `g` are the fraction bits of the state and of the inputs, `largest` the largest weight, 127 or 7.
 * @throws LiquidEdgeError `unavailable` naming the neuron whose sums do not fit 32 bits
 */
export function quantizeLtc(
  layer: LtcLayer,
  f: number,
  g: number,
  largest: number,
  format: TimeFormat,
  noted: NonNullable<LayerStatistics["synapses"]>,
): LtcIntegers {
  const { name, sensory, recurrent, membrane, leak, leakCurrent, odeStep } = layer;
  const n = layer.out.length;
  const reach = tableReach(recurrent, f);
  const result: LtcIntegers = {
    sensory: argument(name, "input", sensory, g, reach),
    recurrent: argument(name, "neuron", recurrent, f, reach),
    cm: new Int32Array(n),
    leak: new Int32Array(n),
    leakCurrent: new Int32Array(n),
    capacityShift: 0,
    scale: new Float64Array(n),
    reach,
  };
  const { time, constant } = format;
  // The core's reciprocal of the elapsed time, and cm U / dt at the shortest and longest one.
  const reciprocal = (units: number) => Math.floor((I32_LIMIT - 1) / units);
  const capacity = (j: number, elapsed: number) => membrane[j]! / (odeStep * elapsed);
  const shortest = constant ?? format.min;
  // cap = cm R / 2^c. For a constant time the error of R is known and goes into cm.
  const perReciprocal = (j: number) => capacity(j, shortest) / reciprocalOf();
  const reciprocalOf = () => (constant === null ? I32_LIMIT / time.min : reciprocal(time.min));
  for (let j = 0; j < n; j++) {
    checkSigns(layer, j);
    const parts = [
      { from: sensory, to: result.sensory, open: noted.sensory },
      { from: recurrent, to: result.recurrent, open: noted.recurrent },
    ];
    const widest = destinationScale(layer, j, f, largest, capacity(j, shortest));
    result.scale[j] = clippedScale(parts, j, widest.scale, widest.least, largest, quotientLimit(f));
    let [missing, missingCurrent] = [0, 0];
    for (const { from, to, open } of parts) {
      const rest = quantizeWeights(from, to, open, j, result.scale[j]!, largest, quotientLimit(f));
      missing += rest.below;
      missingCurrent += rest.above;
    }
    // What rounding took from the sums on average goes into the leak.
    const unit = result.scale[j]! * GATE_UNIT;
    result.leak[j] = Math.max(0, roundHalfUp((leak[j]! + missing) / unit));
    const steepest = quotientLimit(f) * result.leak[j]!;
    result.leakCurrent[j] = clampRound((leakCurrent[j]! + missingCurrent) / unit, steepest);
  }
  const ratios = Float64Array.from(result.scale, (scale, j) => perReciprocal(j) / (scale * GATE_UNIT));
  const peak = ratios.reduce((a, b) => Math.max(a, b), 0);
  while (result.capacityShift < 62 && peak * power2(result.capacityShift + 1) < I32_LIMIT - 1)
    result.capacityShift++;
  ratios.forEach((ratio, j) => {
    result.cm[j] = roundHalfUp(ratio * power2(result.capacityShift));
  });
  prove(layer, result, f, reciprocal(time.min), reciprocal(time.max));
  return result;
}

function refuse(name: string, j: number, what: string): LiquidEdgeError {
  return new LiquidEdgeError("unavailable", `layer ${name}, neuron ${j}: ${what}`);
}

/** Conductances and capacities are not negative in a network that training kept physical; the bounds rest on it. */
function checkSigns({ name, sensory, recurrent, membrane, leak }: LtcLayer, j: number): void {
  const n = leak.length;
  const hint = "integers need values of at least 0; clamp them in training";
  if (!(membrane[j]! >= 0)) throw refuse(name, j, `cm is ${membrane[j]} (${hint})`);
  if (!(leak[j]! >= 0)) throw refuse(name, j, `gleak is ${leak[j]} (${hint})`);
  for (const { w, mask, nIn } of [sensory, recurrent]) {
    for (let i = 0; i < nIn; i++) {
      const weight = w[i * n + j]!;
      if (mask[i * n + j] !== 0 && weight < 0) throw refuse(name, j, `w from ${i} is ${weight} (${hint})`);
    }
  }
}

/**
 * The smallest scale at which the largest weight fits, and D and N as well, when all synapses are open at dtMin; `least`
 * is what D and N alone ask for.
 */
function destinationScale(
  layer: LtcLayer,
  j: number,
  f: number,
  largest: number,
  capacity: number,
): { scale: number; least: number } {
  const { name, sensory, recurrent, leak, leakCurrent } = layer;
  const n = leak.length;
  let peak = 0;
  let below = capacity + leak[j]!;
  let above = capacity * I16_MAX * power2(-f) + Math.abs(leakCurrent[j]!);
  let rounding = 2;
  for (const { w, wErev, mask, nIn } of [sensory, recurrent]) {
    for (let ij = j; ij < nIn * n; ij += n) {
      if (mask[ij] === 0) continue;
      peak = Math.max(peak, w[ij]!, Math.abs(wErev[ij]!));
      below += w[ij]!;
      above += Math.abs(wErev[ij]!);
      rounding += 1;
    }
  }
  if (peak === 0) peak = Math.max(below, 1e-6);
  // In units of S: (sum / S + rounding) 2^15 < limit.
  const rooms = [below / (power2(16 + f - 15) * 0.999 - rounding), above / (power2(16) * 0.999 - rounding)];
  const least = Math.max(...rooms.map((room) => (room < 0 ? Number.POSITIVE_INFINITY : room)));
  const scale = Math.max(peak / largest, least);
  if (!(peak / scale >= Math.min(LEAST_WEIGHT, largest) - 1e-9)) {
    const what = Number.isFinite(scale)
      ? `its capacity of ${capacity} at the shortest elapsed time leaves ${Math.floor(peak / scale)} steps for weights up to ${peak}`
      : "its synapses are more than a 32-bit sum holds";
    throw refuse(name, j, `${what}, expected ${LEAST_WEIGHT} (raise the shortest elapsed time, or keep f32)`);
  }
  return { scale, least };
}

/** The most that |we| may be of w, so that the quotient's numerator stays in 32 bits; reversal potentials are below it. */
const quotientLimit = (f: number): number => power2(16 - f) - 1;

/** A destination's weights at its scale, and what rounding leaves of its sums on average. */
function quantizeWeights(
  from: Synapses,
  to: IntSynapses,
  open: Openness,
  j: number,
  scale: number,
  largest: number,
  steepest: number,
): { below: number; above: number; variance: number } {
  const rest = { below: 0, above: 0, variance: 0 };
  for (let ij = j; ij < from.nIn * from.nOut; ij += from.nOut) {
    if (from.mask[ij] === 0) continue;
    to.w[ij] = clampRound(from.w[ij]! / scale, largest);
    to.wErev[ij] = clampRound(from.wErev[ij]! / scale, Math.min(largest, steepest * to.w[ij]!));
    const mean = open.sum[ij]! / open.count;
    const [w, wErev] = [from.w[ij]! - scale * to.w[ij]!, from.wErev[ij]! - scale * to.wErev[ij]!];
    rest.below += w * mean;
    rest.above += wErev * mean;
    rest.variance += (w * w + wErev * wErev) * (open.squares[ij]! / open.count - mean * mean);
  }
  return rest;
}

type Parts = readonly { from: Synapses; to: IntSynapses; open: Openness }[];

/** Shares of the scale to try with 4 bits: the largest weights are clipped, the others become finer. */
const SHARES = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];

/** The scale, no smaller than `least`, whose rounding and clipping errors vary least once their means are made up for. */
function clippedScale(
  parts: Parts,
  j: number,
  widest: number,
  least: number,
  largest: number,
  steepest: number,
): number {
  if (largest > LEAST_WEIGHT) return widest;
  let best = { scale: widest, variance: Number.POSITIVE_INFINITY };
  for (const share of SHARES) {
    const scale = Math.max(share * widest, least);
    const variance = parts.reduce(
      (sum, { from, to, open }) =>
        sum + quantizeWeights(from, to, open, j, scale, largest, steepest).variance,
      0,
    );
    if (variance < best.variance) best = { scale, variance };
  }
  return best.scale;
}

/** Slopes and midpoints with the most fraction bits for which no argument leaves 32 bits. */
function argument(
  name: string,
  source: string,
  synapses: Synapses,
  sourceBits: number,
  reach: number,
): IntSynapses {
  const { nIn, nOut, mask } = synapses;
  const mu = new Int16Array(nIn * nOut);
  for (let ij = 0; ij < mu.length; ij++) {
    if (mask[ij] !== 0) mu[ij] = clampRound(synapses.mu[ij]! * power2(sourceBits), I16_MAX);
  }
  const k = new Int16Array(nIn * nOut);
  const most = Math.min(SLOPE_BITS_MAX, SHIFT_MAX + PRE_BITS - sourceBits);
  for (let bits = most; bits >= Math.max(0, PRE_BITS - sourceBits); bits--) {
    const shift = sourceBits + bits - PRE_BITS;
    const centre = (shift === 0 ? 0 : power2(shift - 1)) + 16_384 * power2(shift);
    let fits = true;
    for (let ij = 0; ij < k.length && fits; ij++) {
      if (mask[ij] === 0) continue;
      const slope = roundHalfUp(((-synapses.k[ij]! / Math.LOG2E) * SYNAPSE_REACH * power2(bits)) / reach);
      fits =
        Math.abs(slope) <= I16_MAX && Math.abs(slope) * (I16_MAX + Math.abs(mu[ij]!)) + centre < I32_LIMIT;
      k[ij] = slope;
    }
    if (fits) {
      return { nOut, nIn, mask, k, mu, w: new Int8Array(k.length), wErev: new Int8Array(k.length), shift };
    }
  }
  const steepest = synapses.k.reduce(
    (peak, x, ij) => (mask[ij] === 0 ? peak : Math.max(peak, Math.abs(x))),
    0,
  );
  throw new LiquidEdgeError(
    "unavailable",
    `layer ${name}: slopes from its ${source}s of up to ${steepest / Math.LOG2E} overflow 32 bits (scale the inputs)`,
  );
}

/** The proof of docs/integers.md, with the integers as they are. */
function prove(layer: LtcLayer, integers: LtcIntegers, f: number, most: number, least: number): void {
  const n = layer.out.length;
  const { sensory, recurrent, cm, leak, leakCurrent, capacityShift } = integers;
  const cap = (j: number, reciprocal: number) => (cm[j]! * reciprocal) / power2(capacityShift);
  for (let j = 0; j < n; j++) {
    let [w, wErev] = [0, 0];
    for (const synapses of [sensory, recurrent]) {
      for (let ij = j; ij < synapses.nIn * n; ij += n) {
        w += synapses.w[ij]!;
        wErev += Math.abs(synapses.wErev[ij]!);
      }
    }
    const below = cap(j, most) + 1 + leak[j]! + I16_MAX * w;
    const above = (cap(j, most) + 1) * I16_MAX * power2(-f) + 1 + Math.abs(leakCurrent[j]!) + I16_MAX * wErev;
    if (below * power2(15 - f) >= I32_LIMIT || above >= I32_LIMIT) {
      throw refuse(
        layer.name,
        j,
        "its numerator or denominator exceeds 32 bits at the shortest elapsed time",
      );
    }
    if (Math.floor(cap(j, least)) + leak[j]! < 1) {
      throw refuse(
        layer.name,
        j,
        "its denominator vanishes at the longest elapsed time (lower it, or raise gleak)",
      );
    }
  }
}
