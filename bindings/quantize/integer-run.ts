// Executes an integer network as docs/integers.md defines it and counts what saturates, for the report. The core computes
// the same bits without counting; tests/quantize/ compares both, and the reference, with this.

import type {
  IntLayer,
  IntMatrix,
  IntNetwork,
  IntSynapses,
  IntTable,
  IntVector,
} from "../image/lowered-integer.ts";
import { power2 } from "./elementary.ts";

const I8_MAX = 127;
const I16_MAX = 32_767;

/** Values that one layer wrote, and how many of them were clamped. */
export interface SaturationCount {
  values: number;
  saturated: number;
}

/** The one rounding shift; `a` may be a whole double of up to 53 bits. */
const shifted = (a: number, s: number): number => Math.floor((a + (s === 0 ? 0 : power2(s - 1))) / power2(s));
const rsh = (a: number, s: number): number => (a + ((1 << s) >> 1)) >> s;
const blend = (from: number, to: number, w: number): number => from + (((to - from) * w + 16_384) >> 15);

function lookUp({ lo, k, entries }: IntTable, x: number): number {
  const u = Math.min(Math.max(x - lo, 0), (256 << k) - 1);
  const i = u >> k;
  return entries[i]! + rsh((entries[i + 1]! - entries[i]!) * (u & ((1 << k) - 1)), k);
}

export class IntegerRun {
  /** By layer. */
  readonly counts: SaturationCount[];
  readonly #network: IntNetwork;
  readonly #buffer: ArrayBuffer;
  /** Of the synapse sets of int-ltc layers. */
  readonly #connections = new Map<IntSynapses, Connections>();
  #count: SaturationCount = { values: 0, saturated: 0 };

  constructor(network: IntNetwork) {
    for (const layer of network.layers) {
      if (layer.kind !== "int-ltc") continue;
      for (const synapses of [layer.sensory, layer.recurrent])
        this.#connections.set(synapses, connectionsOf(synapses));
    }
    this.#network = network;
    this.#buffer = new ArrayBuffer(network.arenaEnd);
    this.counts = network.layers.map(() => ({ values: 0, saturated: 0 }));
  }

  reset(): void {
    new Uint8Array(this.#buffer).fill(0);
  }

  /** One step with raw inputs over `elapsed` units of time; the output is a view that the next step overwrites. */
  step(raw: ArrayLike<number>, elapsed: number): Int16Array {
    const { input, output, layers, time } = this.#network;
    const d = Math.min(Math.max(elapsed, time.min), time.max);
    this.words(input).set(raw);
    for (const [l, layer] of layers.entries()) {
      this.#count = this.counts[l]!;
      this.#execute(layer, d);
      if ("narrowed" in layer && layer.narrowed !== null) {
        const { to, shift } = layer.narrowed;
        const copy = this.#bytes(to);
        const words = this.words(layer.out);
        for (let i = 0; i < copy.length; i++) copy[i] = this.#clamp(rsh(words[i]!, shift), I8_MAX);
      }
    }
    return this.words(output);
  }

  words({ at, length }: IntVector): Int16Array {
    return new Int16Array(this.#buffer, at, length);
  }

  #bytes({ at, length }: IntVector): Int8Array {
    return new Int8Array(this.#buffer, at, length);
  }

  #clamp(x: number, limit: number): number {
    this.#count.values++;
    if (x >= -limit && x <= limit) return x;
    this.#count.saturated++;
    return x > 0 ? limit : -limit;
  }

  /** Beyond the range of a table saturation changes nothing, so pre-activations are not counted there. */
  #product(matrix: IntMatrix, at: number, counts = false): Int16Array {
    const { nOut, nIn, activationBits, weights, mask, bias, multiplier, shift } = matrix;
    const columns = { at, length: nIn };
    const z = activationBits === 8 ? this.#bytes(columns) : this.words(columns);
    const out = new Int16Array(nOut);
    for (let r = 0; r < nOut; r++) {
      const row = r * nIn;
      let sum = bias[r]!;
      if (mask === null) {
        for (let i = 0; i < nIn; i++) sum += weights[row + i]! * z[i]!;
      } else {
        for (let i = 0; i < nIn; i++) {
          if (mask[row + i] !== 0) sum += weights[row + i]! * z[i]!;
        }
      }
      const y = shifted((sum | 0) * multiplier[r]!, shift[r]!);
      out[r] = counts ? this.#clamp(y, I16_MAX) : Math.min(I16_MAX, Math.max(-I16_MAX, y));
    }
    return out;
  }

  #execute(layer: IntLayer, d: number): void {
    const out =
      layer.kind === "int-input" && layer.width === 8 ? this.#bytes(layer.out) : this.words(layer.out);
    const { at } = layer.in;
    const sat16 = (x: number): number => Math.min(I16_MAX, Math.max(-I16_MAX, x));
    switch (layer.kind) {
      case "int-input": {
        const limit = layer.width === 8 ? I8_MAX : I16_MAX;
        const x = this.words(layer.in);
        for (let i = 0; i < x.length; i++) {
          out[i] = this.#clamp(rsh(x[i]! * layer.multiplier[i]! + layer.bias[i]!, layer.shift[i]!), limit);
        }
        return;
      }
      case "int-affine": {
        const x = this.words(layer.in);
        for (let i = 0; i < x.length; i++) {
          const y = shifted(x[i]! * layer.multiplier[i]! + layer.bias[i]!, layer.shift[i]!);
          out[i] = this.#clamp(y, I16_MAX);
        }
        return;
      }
      case "int-dense": {
        const { table } = layer;
        const p = this.#product(layer.matrix, at, true);
        out.set(table === null ? p : p.map((x) => lookUp(table, x)));
        return;
      }
      case "int-cfc": {
        if (layer.mode === "pure") {
          this.#product(layer.ff1, at, true).forEach((p, j) => {
            const rate = layer.absTau[j]! + Math.abs(p);
            const u = Math.min(Math.floor((d * rate) / power2(layer.timeShift)), I16_MAX);
            const v = 2048 - rsh(p * lookUp(layer.expNeg, u), layer.swingShift);
            out[j] = this.#clamp(rsh(layer.bound[j]! * v, layer.boundShift[j]!), I16_MAX);
          });
          return;
        }
        const [p1, p2, pa, pb] = layer.heads.map((head) => this.#product(head, at));
        for (let j = 0; j < out.length; j++) {
          const x = pb === undefined ? pa![j]! : sat16(rsh(pa![j]! * d, layer.timeShift) + pb[j]!);
          const t = lookUp(layer.sigmoid, x);
          const [a, c] = [lookUp(layer.tanh, p1![j]!), lookUp(layer.tanh, p2![j]!)];
          out[j] =
            layer.mode === "no_gate" ? this.#clamp(rsh(a + rsh(t * c, 15), 1), I16_MAX) : blend(a, c, t);
        }
        return;
      }
      case "int-lstm": {
        const n = layer.out.length;
        const p = this.#product(layer.matrix, at);
        const cell = this.words(layer.cell);
        for (let j = 0; j < n; j++) {
          const [i, f, o] = [1, 2, 3].map((gate) => lookUp(layer.sigmoid, p[gate * n + j]!));
          const written = rsh(lookUp(layer.tanh, p[j]!) * i!, 15 + layer.cellFormat);
          cell[j] = this.#clamp(rsh(cell[j]! * f!, 15) + written, I16_MAX);
          const y = lookUp(layer.tanh, sat16(rsh(cell[j]!, 4 - layer.cellFormat)));
          out[j] = rsh(rsh(o! * y, 15), layer.outShift);
        }
        return;
      }
      case "int-gru": {
        const n = layer.out.length;
        const gates = this.#product(layer.resetUpdate, at);
        const nx = this.#product(layer.fromInput, at);
        const { nIn, activationBits } = layer.fromInput;
        const nh = this.#product(layer.fromState, at + (nIn * activationBits) / 8);
        for (let j = 0; j < n; j++) {
          const [r, z] = [lookUp(layer.sigmoid, gates[j]!), lookUp(layer.sigmoid, gates[n + j]!)];
          const candidate = lookUp(layer.tanh, sat16(nx[j]! + rsh(r * nh[j]!, 15)));
          out[j] = blend(candidate, out[j]!, z);
        }
        return;
      }
      case "int-gate": {
        const [pg, pa] = [this.#product(layer.g, at), this.#product(layer.a, at)];
        for (let j = 0; j < out.length; j++) {
          let k: number;
          if (layer.sigmoid !== null) k = lookUp(layer.sigmoid, -pa[j]!);
          else {
            const u = shifted(lookUp(layer.softplus!, pa[j]!) * d, layer.timeShift);
            k = lookUp(layer.expNeg!, Math.min(u, I16_MAX));
          }
          out[j] = blend(lookUp(layer.tanh, pg[j]!), out[j]!, k);
        }
        return;
      }
      case "int-ltc":
        this.#ltc(layer, d);
    }
  }

  #ltc(layer: Extract<IntLayer, { kind: "int-ltc" }>, d: number): void {
    const { cm, leak, leakCurrent, capacityShift: c, fractionBits: f, sigmoid, sensory, recurrent } = layer;
    const v = this.words(layer.out);
    const input = drive(this.#connections.get(sensory)!, this.words(layer.in), sigmoid);
    const recurrence = this.#connections.get(recurrent)!;
    const reciprocal = BigInt(Math.floor(0x7fff_ffff / d));
    const half = c === 0 ? 0n : 1n << BigInt(c - 1);
    const caps = Array.from(cm, (value) => Number((BigInt(value) * reciprocal + half) >> BigInt(c)));
    for (let unfold = 0; unfold < layer.unfolds; unfold++) {
      const state = drive(recurrence, v, sigmoid);
      for (let j = 0; j < v.length; j++) {
        const below = caps[j]! + leak[j]! + input.below[j]! + state.below[j]!;
        const above = shifted(caps[j]! * v[j]!, f) + leakCurrent[j]! + input.above[j]! + state.above[j]!;
        const z = Math.clz32(below) - 1;
        const q = (below << z) >>> 15;
        const m = ((Math.abs(above) << (z - (15 - f))) >>> 0) + (q >> 1);
        const magnitude = this.#clamp(Math.floor(m / q), I16_MAX);
        v[j] = above < 0 ? -magnitude : magnitude;
      }
    }
  }
}

/** The synapses that exist, one after another in the order of their sources: sparse ones are few of [nIn, nOut]. */
interface Connections {
  nOut: number;
  shift: number;
  /** Where in `Int16Array`s of sources and sums. */
  from: Uint16Array;
  to: Uint16Array;
  k: Int32Array;
  mu: Int32Array;
  w: Int32Array;
  wErev: Int32Array;
}

function connectionsOf({ nIn, nOut, mask, k, mu, w, wErev, shift }: IntSynapses): Connections {
  const places: number[] = [];
  for (let ij = 0; ij < nIn * nOut; ij++) if (mask[ij] !== 0) places.push(ij);
  return {
    nOut,
    shift,
    from: Uint16Array.from(places, (ij) => Math.floor(ij / nOut)),
    to: Uint16Array.from(places, (ij) => ij % nOut),
    k: Int32Array.from(places, (ij) => k[ij]!),
    mu: Int32Array.from(places, (ij) => mu[ij]!),
    w: Int32Array.from(places, (ij) => w[ij]!),
    wErev: Int32Array.from(places, (ij) => wErev[ij]!),
  };
}

/** Sums over the sources of w a and w erev a, by destination. */
function drive(
  { nOut, shift: s, from, to, k, mu, w, wErev }: Connections,
  source: Int16Array,
  sigmoid: Int16Array,
) {
  const below = new Int32Array(nOut);
  const above = new Int32Array(nOut);
  const centre = ((1 << s) >> 1) + (16_384 << s);
  for (let c = 0; c < from.length; c++) {
    const x = ((source[from[c]!]! - mu[c]!) * k[c]! + centre) >> s;
    const a = sigmoid[Math.min(Math.max(x, 0), I16_MAX) >> 5]!;
    below[to[c]!]! += w[c]! * a;
    above[to[c]!]! += wErev[c]! * a;
  }
  return { below, above };
}
