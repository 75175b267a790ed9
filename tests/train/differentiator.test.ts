// The training core's forward pass and its image are the core's and the compiler's own, bit for bit; gradients add up and
// sequences may come in pieces.

import { describe, expect, it } from "vitest";
import { compile } from "../../bindings/image/compile.ts";
import { MODEL_CLASSES } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { Differentiator, type ForwardOptions } from "../../bindings/train/differentiator.ts";
import { runCore } from "../kernel/run-core.ts";
import { MODEL_KINDS, randomModel, randomSequence, TestRandom } from "../network/random-model.ts";

const N_NETWORKS = 100;
const N_STEPS = 4;

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

/** Options of `forward` for the sequence that goes with the seed. */
function optionsOf({ timespans, initialH, initialC }: ReturnType<typeof randomSequence>): ForwardOptions {
  return {
    ...(timespans === null ? {} : { timespans }),
    ...(initialH === null ? {} : { initialHidden: initialH }),
    ...(initialC === null ? {} : { initialCell: initialC }),
  };
}

async function expectCoreBits(model: Model, seed: number): Promise<void> {
  const sequence = randomSequence(seed, model, N_STEPS);
  const network = await Differentiator.create(model);
  const output = network.forward(sequence.input, optionsOf(sequence));
  const row = (data: Float32Array | null) => (data === null ? null : { shape: [1, data.length], data });
  const input = { shape: [1, N_STEPS, sequence.input.length / N_STEPS], data: sequence.input };
  for (const engine of ["simd", "scalar"] as const) {
    const run = await runCore(engine, model, input, {
      timespans: row(sequence.timespans),
      initialH: row(sequence.initialH),
      initialC: row(sequence.initialC),
    });
    const label = `seed ${seed} on ${engine}`;
    expect(bytesOf(output), label).toBe(bytesOf(run.output.data));
    expect(bytesOf(network.finalHidden), label).toBe(bytesOf(run.finalH.data));
    expect(bytesOf(network.finalCell), label).toBe(bytesOf(run.finalC?.data ?? new Float32Array()));
  }
}

describe.each(MODEL_KINDS.map((kind, index) => ({ kind, index })))(
  "100 random networks: $kind",
  ({ index }) => {
    const seeds = Array.from({ length: N_NETWORKS }, (_, i) => i * MODEL_KINDS.length + index);

    it("give the bits of the core", async () => {
      for (const seed of seeds) await expectCoreBits(randomModel(seed), seed);
    }, 60_000);

    it("have the bytes that compile gives, also after changes of all parameters", async () => {
      for (const seed of seeds.slice(0, 25)) {
        const model = randomModel(seed);
        const isPruned = seed % 2 === 1 && model.class !== "liquid-edge.MLP"; // of whose layers none is a part to prune
        const network = await Differentiator.create(isPruned ? prune(model, SPARSE).model : model);
        expect(bytesOf(network.image), `seed ${seed}`).toBe(bytesOf(compile(network.model).image));
        changeAll(network, seed);
        expect(bytesOf(network.image), `seed ${seed}, before update`).not.toBe(
          bytesOf(compile(network.model).image),
        );
        network.update();
        expect(bytesOf(network.image), `seed ${seed}, after update`).toBe(
          bytesOf(compile(network.model).image),
        );
      }
    }, 60_000);
  },
);

const SPARSE = { method: "unstructured", sparsity: 0.7 } as const;

/** Signs stay, so that time constants and capacitances are above 0 as before. */
function changeAll(network: Differentiator, seed: number): void {
  const random = new TestRandom(seed);
  network.parameters.forEach((value, i) => {
    network.parameters[i] = value * random.between(0.5, 1.5);
  });
}

describe("a differentiator", () => {
  const model = randomModel(0, { kind: "ncps LTC, sparse" });
  const steps = 12;
  const { input } = randomSequence(1, model, steps);
  const nInputs = input.length / steps;
  const timespans = Float32Array.from({ length: steps }, (_, t) => 0.5 + (t % 3) / 2);
  const nOutputs = compile(model).output.length;
  const weights = (seed: number) => {
    const random = new TestRandom(seed);
    return Float32Array.from({ length: steps * nOutputs }, () => random.between(-1, 1));
  };

  it("trains a copy and leaves the model as it was", async () => {
    const before = new Map([...model.tensors].map(([name, { data }]) => [name, bytesOf(data)]));
    const network = await Differentiator.create(model);
    network.parameters.fill(0.25);
    network.update();
    for (const [name, { data }] of model.tensors) expect(bytesOf(data), name).toBe(before.get(name));
    for (const { name, start, end } of network.ranges) {
      const { data } = network.model.tensors.get(name)!;
      expect(data.length, name).toBe(end - start);
      expect(data.every((value) => value === 0.25)).toBe(true);
    }
  });

  it("adds up the gradients of sequences until they are zeroed, to the same bits each time", async () => {
    const network = await Differentiator.create(model);
    const gradientOf = (seed: number) => {
      network.forward(randomSequence(seed, model, steps).input);
      network.backward(weights(seed));
      return network.gradient.slice();
    };
    const first = gradientOf(1);
    const both = gradientOf(2);
    network.zeroGradients();
    const second = gradientOf(2);
    both.forEach((value, i) => {
      const terms = Math.abs(first[i]!) + Math.abs(second[i]!);
      expect(Math.abs(value - (first[i]! + second[i]!))).toBeLessThanOrEqual(2 ** -22 * terms);
    });
    network.zeroGradients();
    expect(bytesOf(gradientOf(1))).toBe(bytesOf(first));
  });

  it.each(MODEL_KINDS)("runs pieces of a sequence to the bits of the whole: %s", async (kind) => {
    const other = randomModel(3, { kind });
    const whole = await Differentiator.create(other);
    const pieces = await Differentiator.create(other);
    const { input } = randomSequence(4, other, steps);
    const width = input.length / steps;
    const output = whole.forward(input, { timespans });
    const outputWeights = output.map((_, i) => Math.fround(Math.sin(i)));
    whole.backward(outputWeights);

    const cuts = [0, 5, 7, steps];
    const starts: ForwardOptions[] = [{}];
    const outputs: number[] = [];
    const run = (piece: number) => {
      const [start, end] = [cuts[piece]!, cuts[piece + 1]!];
      const options = { ...starts[piece]!, timespans: timespans.slice(start, end) };
      return pieces.forward(input.subarray(start * width, end * width), options);
    };
    for (let piece = 0; piece < 3; piece++) {
      outputs.push(...run(piece));
      starts.push({ initialHidden: pieces.finalHidden, initialCell: pieces.finalCell });
    }
    expect(bytesOf(Float32Array.from(outputs))).toBe(bytesOf(output));
    expect(bytesOf(pieces.finalHidden)).toBe(bytesOf(whole.finalHidden));

    // With what comes back from the piece behind it, the gradient is that of the whole but for the order of sums.
    let back = {};
    const nOut = output.length / steps;
    for (let piece = 2; piece >= 0; piece--) {
      run(piece);
      pieces.backward(outputWeights.subarray(cuts[piece]! * nOut, cuts[piece + 1]! * nOut), back);
      back = {
        finalHiddenGradient: pieces.initialHiddenGradient,
        finalCellGradient: pieces.initialCellGradient,
      };
    }
    expect(bytesOf(pieces.initialHiddenGradient)).toBe(bytesOf(whole.initialHiddenGradient));
    const largest = whole.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    whole.gradient.forEach((value, i) => {
      expect(Math.abs(value - pieces.gradient[i]!)).toBeLessThanOrEqual(1e-5 * largest);
    });
  });

  it.each(MODEL_KINDS)("takes the states before each step from outside: %s", async (kind) => {
    const other = randomModel(3, { kind });
    const network = await Differentiator.create(other);
    const { input } = randomSequence(4, other, steps);
    const width = input.length / steps;
    const row = (t: number) => input.subarray(t * width, (t + 1) * width);
    const span = (t: number) => ({ timespans: timespans.slice(t, t + 1) });
    const gradientOf = (options: ForwardOptions) => {
      network.zeroGradients();
      const output = network.forward(input, { timespans, ...options });
      network.backward(output.map((_, i) => Math.fround(Math.sin(i))));
      return [bytesOf(output), bytesOf(network.gradient), bytesOf(network.initialHiddenGradient)];
    };
    // Its own states change nothing.
    const own: number[] = [];
    let state: ForwardOptions = {};
    for (let t = 0; t < steps; t++) {
      network.forward(row(t), { ...state, ...span(t) });
      const { initialHidden, initialCell } = state;
      own.push(...Array.from(initialHidden ?? network.finalHidden.fill(0)));
      own.push(...Array.from(initialCell ?? network.finalCell.fill(0)));
      state = { initialHidden: network.finalHidden, initialCell: network.finalCell };
    }
    expect(gradientOf({ states: own })).toEqual(gradientOf({}));

    // With others each step is the first one from there.
    const states = Float32Array.from(own, (value, i) => value + 0.1 * Math.cos(i));
    const [nHidden, nStates] = [network.finalHidden.length, own.length / steps];
    const output = network.forward(input, { timespans, states });
    const nOut = output.length / steps;
    for (let t = 0; t < steps; t++) {
      const before = states.subarray(t * nStates, (t + 1) * nStates);
      const [initialHidden, initialCell] = [before.subarray(0, nHidden), before.subarray(nHidden)];
      const alone = network.forward(row(t), { initialHidden, initialCell, ...span(t) });
      expect(bytesOf(alone)).toBe(bytesOf(output.slice(t * nOut, (t + 1) * nOut)));
    }
  });

  it("keeps its values when its memory grows for a longer sequence", async () => {
    const network = await Differentiator.create(model);
    const short = network.forward(input, { timespans });
    const long = randomSequence(5, model, 5000).input;
    network.forward(long);
    network.backward(new Float32Array(5000 * nOutputs).fill(1e-3));
    expect(network.inputGradient.length).toBe(long.length);
    expect(network.gradient.some((value) => value !== 0)).toBe(true);
    expect(bytesOf(network.forward(input, { timespans }))).toBe(bytesOf(short));
  });

  it("refuses what does not fit, and leaves nothing half done", async () => {
    const network = await Differentiator.create(model);
    const forward = (values: ArrayLike<number>, options: ForwardOptions) => () =>
      network.forward(values, options);
    expect(forward(input.subarray(1), {})).toThrow(RangeError);
    expect(forward([], {})).toThrow(RangeError);
    expect(forward(input, { timespans: [1] })).toThrow(`"timespans" expected length ${steps}, got 1`);
    expect(forward(input, { initialHidden: [1] })).toThrow(/"initialHidden" expected length/);
    expect(forward(input, { states: [1] })).toThrow(/"states" expected length/);
    expect(forward(input, { timespans: timespans.map((t, i) => (i === 7 ? 0 : t)) })).toThrow(/"timespans"/);
    expect(forward(new Float32Array(nInputs).fill(Number.NaN), {})).toThrow(/"inputs" expected finite/);
    expect(() => network.backward(weights(1))).toThrow("backward expected a forward since the last update");
    network.forward(input);
    expect(() => network.backward([1])).toThrow(/"outputGradient" expected length/);
    network.update();
    expect(() => network.backward(weights(1))).toThrow("backward expected a forward since the last update");
    expect(network.gradient.every((value) => value === 0)).toBe(true);
  });

  it("knows every class of model", async () => {
    const classes = new Set<string>();
    for (let seed = 0; seed < 3 * MODEL_KINDS.length; seed++) {
      const network = await Differentiator.create(randomModel(seed));
      classes.add(network.model.class);
      const names = network.ranges.map(({ name }) => name);
      expect(names.some((name) => name.endsWith("sparsity_mask"))).toBe(false);
      expect([...network.gradients.keys()]).toEqual(names);
      expect(network.ranges.at(-1)!.end).toBe(network.parameters.length);
    }
    expect([...classes].sort()).toEqual([...MODEL_CLASSES].sort());
  });
});
