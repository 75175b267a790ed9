// Whole neurons taken out: the smaller network computes what the large one does when nobody listens to those neurons.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readModel, writeModel } from "../../bindings/network/checkpoint.ts";
import { modelWidths } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { withoutPruneMasks } from "../../bindings/network/prune-mask.ts";
import { type Axis, axesOf } from "../../bindings/prune/axes.ts";
import { neuronMasks, withoutMaskedNeurons } from "../../bindings/prune/neurons.ts";
import { prune } from "../../bindings/prune/prune.ts";
import type { PruneReport } from "../../bindings/prune/report.ts";
import { thrownBy } from "../network/golden.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "../network/random-model.ts";
import { maxDifference } from "../reference/golden-case.ts";
import { runReference } from "../reference/run-model.ts";

const NO_NEURONS =
  /^bad-config net: expected a network with neurons that are not its outputs, found \S+ without \(/;

function tryPrune(model: Model, sparsity: number) {
  const message = thrownBy(() => prune(model, { method: "neurons", sparsity }, "net"));
  if (message !== "nothing") {
    expect(message).toMatch(NO_NEURONS);
    return null;
  }
  return prune(model, { method: "neurons", sparsity }, "net");
}

/** The model with 0 for every weight that leads from a removed neuron, so that nobody hears it. */
function silenced(model: Model, { removedNeurons }: PruneReport): Model {
  const gone = new Map(removedNeurons.map(({ layer, neurons }) => [layer, new Set(neurons)]));
  const isGone = (axis: Axis) =>
    axis.flatMap(({ name, size }) => {
      return Array.from({ length: size }, (_, i) => gone.get(name)?.has(i) === true);
    });
  const axes = axesOf(model);
  const tensors = new Map(model.tensors);
  for (const [name, { shape, data }] of model.tensors) {
    // Sources are the columns of a matrix, the rows of a set of synapses.
    const isMask = /^rnn_cell\.(sensory_)?sparsity_mask$/.test(name);
    if (shape.length !== 2 || !(isMask || name.includes("weight"))) continue;
    const sources = isGone(axes.get(name)![isMask ? 0 : 1]!);
    const sourceOf = (i: number) => (isMask ? Math.floor(i / shape[1]!) : i % shape[1]!);
    tensors.set(name, { shape, data: data.map((value, i) => (sources[sourceOf(i)] ? 0 : value)) });
  }
  return { ...model, tensors };
}

describe("networks without some of their neurons", () => {
  it.each(MODEL_KINDS.map((kind, index) => ({ kind, index })))(
    "compute the same as with them silenced: $kind",
    ({ index }) => {
      let compared = 0;
      for (let i = 0; i < 40; i++) {
        const seed = i * MODEL_KINDS.length + index;
        const model = randomModel(seed);
        const pruned = tryPrune(model, 0.4);
        if (pruned === null) continue;
        const { input, timespans } = randomSequence(seed, model, 3);
        const values = { shape: [1, 3, input.length / 3], data: input };
        const options = { timespans: timespans && { shape: [1, 3], data: timespans } };
        const small = runReference(pruned.model, values, options);
        const large = runReference(silenced(model, pruned.report), values, options);
        const scale = large.output.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
        expect(maxDifference(small.output, large.output), `seed ${seed}`).toBeLessThan(1e-10 * scale);
        compared++;
      }
      expect(compared).toBeGreaterThan(5);
    },
  );

  it("keep inputs and outputs, lose the share asked for, and come back from a file", () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.double({ min: 0, max: 0.99, noNaN: true }), (seed, sparsity) => {
        const model = randomModel(seed);
        const pruned = tryPrune(model, sparsity);
        if (pruned === null) return;
        const [before, after] = [modelWidths(model), modelWidths(pruned.model)];
        expect([after.inputs, after.outputs]).toEqual([before.inputs, before.outputs]);
        for (const { neurons, of } of pruned.report.removedNeurons) {
          expect(neurons.length).toBe(Math.min(of - 1, Math.round(sparsity * of)));
        }
        expect(readModel(writeModel(pruned.model), undefined, { weights: "w" })).toEqual(pruned.model);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it("take pruned weights with them", () => {
    const models = Array.from({ length: 20 }, (_, seed) => randomModel(seed, { kind: "GRU" }));
    for (const model of models.filter(
      ({ config }) => "output_size" in config && config.output_size !== null,
    )) {
      const sparse = prune(model, { sparsity: 0.5 }).model;
      const { tensors } = prune(sparse, { method: "neurons", sparsity: 0.5 }).model;
      for (const name of ["rnn.weight_ih_l0", "rnn.weight_hh_l0"]) {
        expect(tensors.get(`prune_mask.${name}`)!.shape).toEqual(tensors.get(name)!.shape);
      }
    }
  });
});

describe("masks of neurons", () => {
  it.each(MODEL_KINDS.map((kind, index) => ({ kind, index })))(
    "stand for the smaller network: $kind",
    ({ index }) => {
      let [compared, equal] = [0, 0];
      for (let i = 0; i < 25; i++) {
        const seed = i * MODEL_KINDS.length + index;
        const model = randomModel(seed);
        const pruned = tryPrune(model, 0.4);
        if (pruned === null) {
          expect(() => neuronMasks(model, 0.4, "net")).toThrow(/expected a network with neurons/);
          continue;
        }
        const masks = neuronMasks(model, 0.4);
        const masked: Model = { ...model, tensors: new Map([...model.tensors, ...masks]) };
        const small = withoutMaskedNeurons(masked);
        const { input, timespans } = randomSequence(seed, model, 3);
        const values = { shape: [1, 3, input.length / 3], data: input };
        const options = { timespans: timespans && { shape: [1, 3], data: timespans } };
        const silent: Model = { ...masked, tensors: withoutPruneMasks(masked) };
        const [before, after] = [silent, small].map((one) => runReference(one, values, options));
        const scale = before!.output.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
        expect(maxDifference(after!.output, before!.output), `seed ${seed}`).toBeLessThan(1e-10 * scale);
        compared++;
        // What is masked goes first and stays out: drawing the same share again changes nothing.
        expect(neuronMasks(masked, 0.4)).toEqual(masks);
        // Neurons that a wiring had left without any synapse go as well.
        if (isSameSize(small, pruned.model)) {
          expect(small).toEqual(pruned.model);
          equal++;
        }
      }
      expect(compared).toBeGreaterThan(3);
      expect(equal).toBeGreaterThan(2);
    },
  );
});

const isSameSize = (a: Model, b: Model) =>
  [...b.tensors].every(([name, { shape }]) => a.tensors.get(name)?.shape.join() === shape.join());

describe("a wiring", () => {
  it("of AutoNCP becomes the NCP that it stands for, smaller", () => {
    const seed = [...Array(500).keys()].find((candidate) => {
      const { class: name, config } = randomModel(candidate, { kind: "ncps LTC, sparse" });
      return name === "ncps.torch.LTC" && config.wiring.type === "AutoNCP" && config.units > 12;
    })!;
    const model = randomModel(seed, { kind: "ncps LTC, sparse" });
    const { model: pruned, report } = tryPrune(model, 0.5)!;
    expect(pruned.config).toMatchObject({ wiring: { type: "NCP" } });
    expect(report.notes.join()).toMatch(/masks of the file/);
    expect(report.removedNeurons.map(({ layer }) => layer)).toEqual(["command", "inter"]);
  });
});
