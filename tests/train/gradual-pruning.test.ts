// Pruning while a network trains: the sparsity asked for in every part of every cell, connections that never come back, no
// value and no gradient where nothing is, and the same bits after a stop.

import { describe, expect, it } from "vitest";
import { compile } from "../../bindings/image/compile.ts";
import type { Model, Tensor } from "../../bindings/network/model.ts";
import { prunedValues } from "../../bindings/network/prune-mask.ts";
import { prune, prunedParts, pruneMasks } from "../../bindings/prune/prune.ts";
import { CELLS, type CellOptions, networkFor } from "../../bindings/train/cells.ts";
import { readCheckpoint, writeCheckpoint } from "../../bindings/train/checkpoint-file.ts";
import { Differentiator } from "../../bindings/train/differentiator.ts";
import { prunedModel } from "../../bindings/train/gradual-pruning.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";
import type { TrainingPruning } from "../../bindings/train/settings.ts";
import { withParameters } from "../../bindings/train/trained-model.ts";
import type { Trainer, TrainingState } from "../../bindings/train/trainer.ts";
import { randomModel, randomSequence } from "../network/random-model.ts";
import { SMALL, trainOn } from "./small-training.ts";

const CASES: CellOptions[] = [
  ...CELLS.map((cell) => ({ cell, units: 9 })),
  { cell: "cfc", units: 9, wiring: "auto-ncp" },
  { cell: "cfc", units: 8, backboneLayers: 1, backboneUnits: 7, mixedMemory: true },
  { cell: "ltc", units: 9, wiring: "auto-ncp", constraints: "explicit" },
];

async function train(
  model: Model,
  pruning: TrainingPruning,
  state: TrainingState | null = null,
  onEpoch: (trainer: Trainer) => boolean = () => false,
) {
  const network = await Differentiator.create(model);
  const { trainer, settings } = await trainOn(network, { pruning }, state, onEpoch);
  return { trainer, settings, network };
}

const isSubset = (masks: ReadonlyMap<string, Tensor>, of: ReadonlyMap<string, Tensor>) =>
  [...masks].every(([name, { data }]) => data.every((value, i) => value <= of.get(name)!.data[i]!));

describe.each(CASES.map((options) => ({ options, name: Object.values(options).join(" ") })))(
  "$name",
  ({ options }) => {
    const model = initialModel(networkFor(options, SMALL), 1);

    it.each([
      { method: "unstructured", sparsity: 0.6 },
      { method: "4x1", sparsity: 0.6 },
    ] as const)("has the sparsity of prune in each part: $method", async (pruning) => {
      let last: ReadonlyMap<string, Tensor> | null = null;
      const { trainer, network } = await train(model, pruning, null, ({ state: { masks, epoch, best } }) => {
        if (last !== null) expect(isSubset(masks!, last), `epoch ${epoch}`).toBe(true);
        // 60 % of 30 steps are 18: those of the sixth epoch; the mask of step 18 is drawn in the seventh.
        if (epoch < 7) expect(best).toBeNull();
        last = masks;
        return false;
      });
      const { parameters, epoch } = trainer.result;
      expect(epoch).toBeGreaterThanOrEqual(7);
      const trained = withParameters(model, network.ranges, parameters, trainer.state.masks);
      const counts = (parts: { kept: number; total: number }[]) =>
        parts.map(({ kept, total }) => [kept, total]);
      const expected = prune(model, pruning).report.parts;
      // A block at the edge is narrower: which blocks go decides how near to the share a part comes.
      for (const [i, { kept, total }] of prunedParts(trained, model, pruning).entries()) {
        const most = pruning.method === "4x1" ? 4 : 1;
        expect(total).toBe(expected[i]!.total);
        expect(Math.abs(kept - 0.4 * total)).toBeLessThanOrEqual(most / 2 + 1e-9);
      }
      if (pruning.method === "unstructured")
        expect(counts(prunedParts(trained, model, pruning))).toEqual(counts(expected));
      for (const [name, { data }] of trained.tensors)
        expect(prunedValues(trained.tensors, name)).toEqual(data);
      expect(compile(network.model).image).toEqual(network.image);
    });

    it("keeps n of every m in the end", async () => {
      const pruning = { method: "n:m", n: 1, m: 3 } as const;
      const { trainer, network } = await train(model, pruning);
      const trained = withParameters(model, network.ranges, trainer.result.parameters, trainer.state.masks);
      const counts = (parts: { kept: number }[]) => parts.map(({ kept }) => kept);
      expect(counts(prunedParts(trained, model, pruning))).toEqual(
        counts(prune(model, pruning).report.parts),
      );
    });

    it("loses whole neurons, and is the network that is left", async () => {
      const pruning = { method: "neurons", sparsity: 0.5 } as const;
      const { report } = prune(model, pruning);
      let last: ReadonlyMap<string, Tensor> | null = null;
      const { trainer, network } = await train(model, pruning, null, ({ state: { masks } }) => {
        if (last !== null) expect(isSubset(masks!, last)).toBe(true);
        last = masks;
        return false;
      });
      const masked = withParameters(model, network.ranges, trainer.result.parameters, trainer.state.masks);
      const trained = prunedModel(masked, pruning);
      expect(prunedParts(trained, model, pruning).map(({ tensor, kept }) => [tensor, kept])).toEqual(
        report.parts.map(({ tensor, kept }) => [tensor, kept]),
      );
      expect([...trained.tensors.keys()].filter((name) => name.startsWith("prune_mask."))).toEqual([]);
      const input = SMALL.splits.train[0]!.input;
      const [large, small] = await Promise.all([masked, trained].map((one) => Differentiator.create(one)));
      const expected = large!.forward(input);
      const output = small!.forward(input);
      for (const [i, value] of output.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    });

    it.each([
      { method: "4x1", sparsity: 0.5 },
      { method: "neurons", sparsity: 0.5 },
    ] as const)(
      "goes on to the same bits from a checkpoint, before, while and after they go: $method",
      async (pruning) => {
        const whole = await train(model, pruning);
        for (const epochs of [1, 3, 8]) {
          const stopped = await train(model, pruning, null, ({ state: { epoch } }) => epoch === epochs);
          const { state } = stopped.trainer;
          expect(state.epoch).toBe(epochs);
          const data = { name: "made", sha256: "00", validation: "split" } as const;
          const file = writeCheckpoint({ model, settings: stopped.settings, data, state });
          const { trainer } = await train(model, pruning, readCheckpoint(file, "file").state);
          expect(trainer.state).toEqual(whole.trainer.state);
          expect(trainer.result).toEqual(whole.trainer.result);
        }
      },
    );
  },
);

describe("masks that are set", () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])(
    "give the network that is made with them: seed %i",
    async (seed) => {
      const model = randomModel(seed);
      const masks = pruneMasks(model, { method: "unstructured", sparsity: 0.5 });
      const network = await Differentiator.create(model);
      const { input } = randomSequence(seed, model, 5);
      const run = (one: Differentiator) => {
        one.zeroGradients();
        const output = one.forward(input);
        one.backward(output.map((_, i) => Math.sin(i)));
        return { output, gradient: one.gradient.slice(), hidden: one.initialHiddenGradient };
      };
      run(network);
      network.setMasks(masks);
      const other = await Differentiator.create(network.model);
      expect(network.image).toEqual(other.image);
      expect(run(network)).toEqual(run(other));
    },
  );
});
