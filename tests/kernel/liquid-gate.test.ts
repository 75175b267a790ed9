// What LiquidGate promises whatever its parameters are, of the reference and of every build of the core: bounds, limits of the
// elapsed time, and with constant gates the closed form.

import { describe, expect, it } from "vitest";
import type { GatedConfig, Model, Tensor } from "../../bindings/network/model.ts";
import { randomModel, TestRandom } from "../network/random-model.ts";
import { maxDifference } from "../reference/golden-case.ts";
import { runReference } from "../reference/run-model.ts";
import { ENGINES, runCore } from "./run-core.ts";

interface Implementation {
  name: string;
  /** States of every step of one sequence, [steps, units]. */
  states(model: Model, x: number[][], times: number[], h: ArrayLike<number>): Promise<number[][]>;
  /** Largest relative deviation of a state from the exact one. */
  precision: number;
  isCore: boolean;
}

const sequence = (x: number[][], times: number[], h: ArrayLike<number>) => ({
  input: { shape: [1, x.length, x[0]!.length], data: x.flat() },
  options: {
    timespans: { shape: [1, times.length], data: times },
    initialH: { shape: [1, h.length], data: h },
  },
});

function rows(values: ArrayLike<number>, n: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / n }, (_, t) => all.slice(t * n, (t + 1) * n));
}

const IMPLEMENTATIONS: Implementation[] = [
  {
    name: "the reference",
    precision: 1e-14,
    isCore: false,
    async states(model, x, times, h) {
      const { input, options } = sequence(x, times, h);
      return rows(runReference(model, input, options).output, h.length);
    },
  },
  ...ENGINES.map(
    (engine): Implementation => ({
      name: `the ${engine} core`,
      precision: 2e-6,
      isCore: true,
      async states(model, x, times, h) {
        const { input, options } = sequence(x, times, h);
        return rows((await runCore(engine, model, input, options)).output.data, h.length);
      },
    }),
  ),
];

const N_MODELS = 40;
const N_STEPS = 30;

/** A LiquidGate without readout, so that its outputs are its states, and random inputs for it. */
function randomGate(seed: number) {
  const random = new TestRandom(seed);
  const drawn = randomModel(seed, { kind: "LiquidGate" });
  const config = { ...(drawn.config as GatedConfig), output_size: null };
  const tensors = new Map([...drawn.tensors].filter(([name]) => !name.startsWith("fc.")));
  // Gates of every speed: up to four times the weights that the others have.
  const gain = 4 ** random.next();
  for (const [name, { shape, data }] of tensors)
    tensors.set(name, { shape, data: data.map((w) => gain * w) });
  const x = Array.from({ length: N_STEPS }, () => draw(random, config.input_size, 2));
  return { model: { ...drawn, config, tensors } as Model, config, random, x };
}

/** Values within ±limit, exact in float32. */
function draw(random: TestRandom, length: number, limit: number): number[] {
  return Array.from({ length }, () => Math.fround(random.between(-limit, limit)));
}

/** One input that has no effect; target tanh(b) and rate softplus(a) of each neuron are constant. */
function constantGate(b: number[], a: number[]): Model {
  const n = b.length;
  const zeros: Tensor = { shape: [n, 1 + n], data: new Float32Array(n * (1 + n)) };
  const vector = (values: number[]): Tensor => ({ shape: [n], data: Float32Array.from(values) });
  return {
    class: "liquid-edge.LiquidGate",
    config: { input_size: 1, units: n, output_size: null },
    tensors: new Map([
      ["g.weight", zeros],
      ["g.bias", vector(b)],
      ["a.weight", zeros],
      ["a.bias", vector(a)],
    ]),
  };
}

describe.each(IMPLEMENTATIONS)("LiquidGate in $name", ({ states, precision, isCore }) => {
  it("stays between the old state and [-1, 1]; a state in [-1, 1] never leaves it", async () => {
    for (let seed = 0; seed < N_MODELS; seed++) {
      const { model, config, random, x } = randomGate(seed);
      const times = x.map(() => 10 ** random.between(-3, 3));
      let before = draw(random, config.units, seed % 2 === 0 ? 1 : 5);
      for (const [t, after] of (await states(model, x, times, before)).entries()) {
        for (const [j, h] of after.entries()) {
          const old = before[j]!;
          const slack = Math.abs(old) <= 1 ? 0 : precision * Math.abs(old);
          const where = `seed ${seed}, step ${t}, neuron ${j}, from ${old}`;
          expect(h, where).toBeGreaterThanOrEqual(Math.min(old, -1) - slack);
          expect(h, where).toBeLessThanOrEqual(Math.max(old, 1) + slack);
        }
        before = after;
      }
    }
  });

  it("keeps its state, to the bit in the core, as the elapsed time goes to 0", async () => {
    for (let seed = 0; seed < N_MODELS; seed++) {
      const { model, config, random, x } = randomGate(seed);
      const h = draw(random, config.units, 5);
      const [kept] = await states(model, [x[0]!], [1e-30], h);
      expect(maxDifference(kept!, h)).toBeLessThanOrEqual(isCore ? 0 : precision);
    }
  });

  it("arrives at its target, that of a dense layer with tanh, as the elapsed time goes to infinity", async () => {
    for (let seed = 0; seed < N_MODELS; seed++) {
      const { model, config, random, x } = randomGate(seed);
      const h = draw(random, config.units, 5);
      const z = [...x[0]!, ...h];
      const layer = {
        class: "liquid-edge.MLP",
        config: {
          input_size: z.length,
          layer_sizes: [config.units],
          activation: "linear",
          output_activation: "tanh",
        },
        tensors: new Map(
          ["weight", "bias"].map((name) => [`layers.0.${name}`, model.tensors.get(`g.${name}`)!]),
        ),
      } as Model;
      const target = runReference(layer, { shape: [1, 1, z.length], data: z }).output;
      expect(maxDifference((await states(model, [x[0]!], [3e38], h))[0]!, target)).toBeLessThan(precision);
    }
  });

  it("relaxes from h to tanh(b) with the time constant 1 / log(1 + e^a), from microseconds to ages", async () => {
    const random = new TestRandom(1);
    const a = Array.from({ length: 61 }, (_, i) => 1.5 * (i - 40)); // -60 .. 30
    const b = draw(random, a.length, 2);
    const h = draw(random, a.length, 1);
    for (const [j, rate] of a.map((value) => Math.log1p(Math.exp(value))).entries()) {
      const time = Math.fround(1 / rate);
      const g = Math.tanh(b[j]!);
      const exact = g + (h[j]! - g) * Math.exp(-time * rate);
      const [after] = await states(constantGate([b[j]!], [a[j]!]), [[0]], [time], [h[j]!]);
      expect(Math.abs(after![0]! - exact), `a = ${a[j]}`).toBeLessThan(precision);
    }
  });

  it("is the minimal gated unit s(a) g + s(-a) h at an elapsed time of 1", async () => {
    const random = new TestRandom(2);
    const [b, a, h] = [draw(random, 60, 2), draw(random, 60, 12), draw(random, 60, 1)];
    const logistic = (value: number) => 1 / (1 + Math.exp(-value));
    const expected = a.map((value, j) => logistic(value) * Math.tanh(b[j]!) + logistic(-value) * h[j]!);
    const [after] = await states(constantGate(b, a), [[0]], [1], h);
    expect(maxDifference(after!, expected)).toBeLessThan(precision);
  });

  it("with constant gates goes as far in many steps as in one of their sum", async () => {
    for (let seed = 0; seed < N_MODELS; seed++) {
      const random = new TestRandom(seed);
      const n = random.integer(1, 9);
      const model = constantGate(draw(random, n, 2), draw(random, n, 6));
      const h = draw(random, n, 1);
      const times = Array.from({ length: random.integer(2, 8) }, () => random.integer(1, 200) / 64);
      const sum = times.reduce((total, time) => total + time, 0);
      const many = (
        await states(
          model,
          times.map(() => [0]),
          times,
          h,
        )
      ).at(-1)!;
      const [one] = await states(model, [[0]], [sum], h);
      expect(maxDifference(many, one!), `seed ${seed}`).toBeLessThan(2 * precision);
    }
  });
});
