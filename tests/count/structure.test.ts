// Counts are a property of the image's structure: equal for all weights and inputs, additive over layers.

import { beforeAll, describe, expect, it } from "vitest";
import { type CountedCore, loadCountedCore } from "../../bindings/core/core.ts";
import { StepStatus } from "../../bindings/core/exports.ts";
import { installNetwork, placeNetwork } from "../../bindings/core/session.ts";
import { addCounts, type CountedOperations, OpCounter } from "../../bindings/count/counted-core.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { Control } from "../../bindings/image/format.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import { MODEL_KINDS, randomModel, TestRandom } from "../network/random-model.ts";

const N_DRAWS = 100;
const MEMORY_BYTES = 8 * 65536;
const MODELS = MODEL_KINDS.map((kind, seed) => ({ kind, model: randomModel(seed, { maxUnits: 16 }) }));

let core: CountedCore;
let counter: OpCounter;
beforeAll(async () => {
  core = await loadCountedCore(MEMORY_BYTES);
  counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
});

/** A network in the counted core, ready to step. */
class Counted {
  readonly image: number;
  readonly arena: number;
  readonly #compiled: CompiledNetwork;

  constructor(compiled: CompiledNetwork) {
    const { image, arena } = placeNetwork(compiled);
    installNetwork(core, compiled, image, arena);
    this.#compiled = compiled;
    this.image = image;
    this.arena = arena;
  }

  write(value: (index: number) => number, elapsed: number): void {
    const { input } = this.#compiled;
    const view = new DataView(core.memory.buffer, this.arena);
    for (let i = 0; i < input.length; i++) view.setFloat32(input.at + 4 * i, value(i), true);
    view.setFloat32(Control.ELAPSED, elapsed, true);
  }

  /** What one step executes; `status` is what it has to return. */
  step(status: number = StepStatus.OK): CountedOperations {
    return counter.measure(() => expect(core.exports.step(this.image, this.arena)).toBe(status));
  }

  stepLayer(layer: number): CountedOperations {
    return counter.measure(() => expect(core.exports.stepLayer(this.image, this.arena, layer)).toBe(0));
  }
}

/** The same masks, other values: from a share of the common range to far beyond it. */
function redrawn(model: Model, random: TestRandom): Model {
  const scale = random.pick([0, 1, 1, 30, 1e20]);
  const tensors = [...model.tensors].map(([name, tensor]) => {
    if (name.endsWith("sparsity_mask")) return [name, tensor] as const;
    const data = tensor.data.map(() => random.between(-scale, scale));
    return [name, { ...tensor, data }] as const;
  });
  return { ...model, tensors: new Map(tensors) };
}

describe.each(MODELS)("$kind:", ({ model }) => {
  it("a step executes the same operations for 100 draws of weights, inputs and times", () => {
    const random = new TestRandom(1);
    const first = new Counted(compile(model));
    first.write(() => 0.5, 1);
    const expected = first.step();
    expect(expected.operations).toBeGreaterThan(0);
    for (let draw = 0; draw < N_DRAWS; draw++) {
      const network = new Counted(compile(redrawn(model, random)));
      for (let step = 0; step < 2; step++) {
        const scale = random.pick([0, 1e-40, 1, 100, 3e38]);
        network.write(() => random.between(-scale, scale), random.pick([1e-45, 0.1, 1, 100, 3e38]));
        expect(network.step(), `draw ${draw}`).toEqual(expected);
      }
    }
  });

  it("a refused step executes the input check and no kernel of a layer", () => {
    const network = new Counted(compile(model));
    const names = ({ functions }: CountedOperations) =>
      functions.map(({ name, calls }) => `${calls} ${name}`);
    for (const [input, elapsed, status] of [
      [Number.NaN, 1, StepStatus.BAD_INPUT],
      [0, -1, StepStatus.BAD_TIME],
    ] as const) {
      network.write(() => input, elapsed);
      expect(names(network.step(status)).sort()).toEqual(["1 nonFiniteF32", "1 step"]);
    }
  });

  it("what the layers execute one by one adds up to the step, function by function", () => {
    const compiled = compile(model);
    const network = new Counted(compiled);
    network.write(() => 0.5, 1);
    const inside = ({ functions }: CountedOperations) =>
      functions.filter(({ name }) => !["step", "stepLayer", "nonFiniteF32"].includes(name));
    const step = inside(network.step());
    const layers = compiled.layers.map((_, layer) => inside(network.stepLayer(layer)));
    for (const { name, calls, classes } of step) {
      const parts = layers.flatMap((functions) => functions.filter((f) => f.name === name));
      expect(addCounts(parts.map((part) => part.classes)), name).toEqual(classes);
      expect(
        parts.reduce((sum, part) => sum + part.calls, 0),
        name,
      ).toBe(calls);
    }
    expect(layers.flat().every(({ name }) => step.some((f) => f.name === name))).toBe(true);
  });
});

describe("a fully connected LTC with 64 neurons and 16 inputs", () => {
  const [UNITS, INPUTS, UNFOLDS] = [64, 16, 6];
  const MOST_OPERATIONS = 50;

  it("executes at most 50 operations a synapse and unfold, everything included", () => {
    const network = new Counted(compile(fullyConnected(UNITS, INPUTS)));
    network.write(() => 0.5, 1);
    const { operations } = network.step();
    expect(operations / (UNITS * UNITS * UNFOLDS)).toBeLessThan(MOST_OPERATIONS);
  });

  it("evaluates every synapse with a quarter of a division", () => {
    const network = new Counted(compile(fullyConnected(UNITS, INPUTS)));
    network.write(() => 0.5, 1);
    const synapses = network.step().functions.find(({ name }) => name === "synapsesF32")!;
    expect(synapses.calls).toBe(UNFOLDS + 1);
    expect(synapses.classes.f32Div).toBe((UNITS * UNITS * UNFOLDS + INPUTS * UNITS) / 4);
  });

  function fullyConnected(units: number, inputs: number): Model {
    const config = parseConfig(
      { class: "ncps.torch.LTC", config: { input_size: inputs, units, ode_unfolds: UNFOLDS } },
      "fully connected",
    );
    const tensors = expectedTensors(config).map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(1);
      return [name, { shape, data }] as const;
    });
    return { ...config, tensors: new Map(tensors) };
  }
});
