// The lowered network in float64: what calibration watches, and what the integer network is compared with. Only own
// elementary functions, so that every engine sees the same ranges to the last bit.

import { CONTROL_BYTES } from "../image/format.ts";
import type { ArenaVector, LoweredLayer, LoweredNetwork } from "../image/lowered.ts";
import type { Matrix, Synapses } from "../image/parameters.ts";
import { ACTIVATION, expOfMinus, sigmoid, softplus64, tanh } from "./elementary.ts";

/**
 * Sees a layer's inputs before it runs, and its pre-activations where it is dense or where the elapsed time meets them: CfC's
 * [time_a | time_b], f1 of its pure mode, a of LiquidGate.
 */
export interface Observer {
  before?(layer: number, arena: Float64Array): void;
  preActivations?(layer: number, values: Float64Array): void;
  after?(layer: number, arena: Float64Array): void;
  /** Where to note how far the synapses of an LTC are open. */
  synapses?(layer: number): { sensory: Openness; recurrent: Openness } | null;
}

/** Sums over evaluations of how far each synapse was open, [nIn, nOut], and of the squares. */
export interface Openness {
  sum: Float64Array;
  squares: Float64Array;
  count: number;
}

/** Index of a vector's first element in the arena of `FloatRun`. */
export const indexOf = (vector: ArenaVector): number => (vector.at - CONTROL_BYTES) / 4;

/** Executes the layers one time step after another; one element of `arena` an element of the float image's arena. */
export class FloatRun {
  readonly arena: Float64Array;
  readonly #network: LoweredNetwork;
  readonly #observer: Observer;

  constructor(network: LoweredNetwork, observer: Observer = {}) {
    this.#network = network;
    this.#observer = observer;
    this.arena = new Float64Array((network.arenaEnd - CONTROL_BYTES) / 4);
  }

  reset(): void {
    this.arena.fill(0);
  }

  /** One step with input [nInputs] over `elapsed`; the output is a view that the next step overwrites. */
  step(input: ArrayLike<number>, elapsed: number): Float64Array {
    this.arena.set(input, indexOf(this.#network.input));
    for (const [l, layer] of this.#network.layers.entries()) {
      this.#observer.before?.(l, this.arena);
      this.#execute(layer, elapsed, l);
      this.#observer.after?.(l, this.arena);
    }
    return this.view(this.#network.output);
  }

  view(vector: ArenaVector): Float64Array {
    const at = indexOf(vector);
    return this.arena.subarray(at, at + vector.length);
  }

  #product(matrix: Matrix, from: number): Float64Array {
    const { nOut, nIn, weights, bias } = matrix;
    const x = this.arena.subarray(from, from + nIn);
    const y = new Float64Array(nOut);
    for (let r = 0, w = 0; r < nOut; r++) {
      let sum = bias[r]!;
      for (let i = 0; i < nIn; i++, w++) sum += weights[w]! * x[i]!;
      y[r] = sum;
    }
    return y;
  }

  #execute(layer: LoweredLayer, elapsed: number, l: number): void {
    const from = indexOf(layer.in);
    const out = this.view(layer.out);
    switch (layer.kind) {
      case "affine": {
        const x = this.view(layer.in);
        out.forEach((_, i) => {
          out[i] = layer.w[i]! * x[i]! + layer.b[i]!;
        });
        return;
      }
      case "dense": {
        const pre = this.#product(layer.matrix, from);
        this.#observer.preActivations?.(l, pre);
        out.set(pre.map(ACTIVATION[layer.activation]));
        return;
      }
      case "cfc": {
        if (layer.mode === "pure") {
          const f1 = this.#product(layer.ff1, from);
          this.#observer.preActivations?.(l, f1);
          out.forEach((_, j) => {
            const decay = expOfMinus(elapsed * (layer.absTau[j]! + Math.abs(f1[j]!)));
            out[j] = layer.bound[j]! * (1 - f1[j]! * decay);
          });
          return;
        }
        const [p1, p2, pa, pb] = layer.heads.map((head) => this.#product(head, from));
        this.#observer.preActivations?.(l, Float64Array.of(...pa!, ...pb!));
        out.forEach((_, j) => {
          const t = sigmoid(pa![j]! * elapsed + pb![j]!);
          const a = tanh(p1![j]!);
          out[j] = layer.mode === "no_gate" ? a + t * tanh(p2![j]!) : a + (tanh(p2![j]!) - a) * t;
        });
        return;
      }
      case "lstm": {
        const n = layer.out.length;
        const p = this.#product(layer.matrix, from);
        const cell = this.view(layer.cell);
        out.forEach((_, j) => {
          const [i, f, o] = [1, 2, 3].map((gate) => sigmoid(p[gate * n + j]!));
          cell[j] = cell[j]! * f! + tanh(p[j]!) * i!;
          out[j] = o! * tanh(cell[j]!);
        });
        return;
      }
      case "gru": {
        const n = layer.out.length;
        const gates = this.#product(layer.resetUpdate, from).map(sigmoid);
        const nx = this.#product(layer.fromInput, from);
        const nh = this.#product(layer.fromState, indexOf(layer.out));
        out.forEach((h, j) => {
          const candidate = tanh(nx[j]! + gates[j]! * nh[j]!);
          out[j] = candidate + (h - candidate) * gates[n + j]!;
        });
        return;
      }
      case "gate": {
        const target = this.#product(layer.target, from).map(tanh);
        const a = this.#product(layer.rate, from);
        this.#observer.preActivations?.(l, a);
        const rate = a.map(softplus64);
        out.forEach((h, j) => {
          out[j] = target[j]! + (h - target[j]!) * expOfMinus(elapsed * rate[j]!);
        });
        return;
      }
      case "ltc": {
        const noted = this.#observer.synapses?.(l) ?? null;
        const sensory = drive(layer.sensory, this.view(layer.in), noted?.sensory);
        for (let unfold = 0; unfold < layer.unfolds; unfold++) {
          const recurrent = drive(layer.recurrent, out, noted?.recurrent);
          out.forEach((v, j) => {
            const cap = layer.membrane[j]! / (layer.odeStep * elapsed);
            const above = cap * v + layer.leakCurrent[j]! + sensory.above[j]! + recurrent.above[j]!;
            out[j] = above / (cap + layer.leak[j]! + sensory.below[j]! + recurrent.below[j]!);
          });
        }
        return;
      }
      default:
        // Refused before anything runs: quantize.ts.
        throw new Error(`no integer form of ${layer.kind}`);
    }
  }
}

/** Sums over all sources of w s and w erev s, by destination. */
function drive(
  synapses: Synapses,
  source: Float64Array,
  noted: Openness | undefined,
): { below: Float64Array; above: Float64Array } {
  const { nIn, nOut, mask, k, mu, w, wErev } = synapses;
  const below = new Float64Array(nOut);
  const above = new Float64Array(nOut);
  for (let i = 0; i < nIn; i++) {
    for (let j = 0; j < nOut; j++) {
      const ij = i * nOut + j;
      if (mask[ij] === 0) continue;
      const s = sigmoid((-k[ij]! / Math.LOG2E) * (source[i]! - mu[ij]!));
      if (noted !== undefined) {
        noted.sum[ij]! += s;
        noted.squares[ij]! += s * s;
      }
      below[j]! += w[ij]! * s;
      above[j]! += wErev[ij]! * s;
    }
  }
  if (noted !== undefined) noted.count++;
  return { below, above };
}
