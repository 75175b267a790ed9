// Pruning of weights: what goes, what stays, and that the core runs what is left.

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { lower } from "../../bindings/image/lower.ts";
import type { LoweredLayer } from "../../bindings/image/lowered.ts";
import type { Matrix } from "../../bindings/image/parameters.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model, Tensor } from "../../bindings/network/model.ts";
import { pruneMaskName } from "../../bindings/network/prune-mask.ts";
import { expectedTensors } from "../../bindings/network/tensors.ts";
import { partsOf } from "../../bindings/prune/parts.ts";
import { type PruneOptions, prune, pruneMasks } from "../../bindings/prune/prune.ts";
import { presentWeights, weightScores, wiredWeights } from "../../bindings/prune/weights.ts";
import { thrownBy } from "../network/golden.ts";
import { randomModel } from "../network/random-model.ts";

/** A model of the given tensors; those that are not given are 0. */
function modelOf(config: object, given: Record<string, number[]>): Model {
  const parsed = parseConfig(config, "test");
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of expectedTensors(parsed)) {
    const length = shape.reduce((product, dim) => product * dim, 1);
    tensors.set(name, { shape, data: Float32Array.from(given[name] ?? new Array(length).fill(0)) });
  }
  return { ...parsed, tensors } as Model;
}

const valuesOf = (model: Model, tensor: string) => [...model.tensors.get(tensor)!.data];
const maskOf = (model: Model, tensor: string) => valuesOf(model, pruneMaskName(tensor));

describe("golden examples", () => {
  // One hidden layer of 4 neurons over 2 inputs, [destination, source]; the last layer is the readout.
  const mlp = modelOf(
    { class: "liquid-edge.MLP", config: { input_size: 2, layer_sizes: [4, 1] } },
    { "layers.0.weight": [1, -8, 2, 7, -3, 6, 4, 5], "layers.1.weight": [0.1, 0.1, 0.1, 0.1] },
  );

  it("removes the smallest weights singly", () => {
    const { model, report } = prune(mlp, { method: "unstructured", sparsity: 0.375 });
    expect(maskOf(model, "layers.0.weight")).toEqual([0, 1, 0, 1, 0, 1, 1, 1]);
    expect(valuesOf(model, "layers.0.weight")).toEqual([0, -8, 0, 7, 0, 6, 4, 5]);
    expect(valuesOf(model, "layers.1.weight")).toEqual(valuesOf(mlp, "layers.1.weight"));
    expect(report).toEqual({
      method: "unstructured",
      requestedSparsity: 0.375,
      parts: [{ tensor: "layers.0.weight", sources: "input", method: "unstructured", kept: 5, total: 8 }],
      kept: 5,
      total: 8,
      sparsity: 0.375,
      neuronsWithoutInputs: [],
      removedNeurons: [],
      neverPruned: [
        { tensor: "layers.0.bias", values: 4 },
        { tensor: "layers.1.weight", values: 4 },
        { tensor: "layers.1.bias", values: 1 },
      ],
      notes: [],
    });
  });

  it("removes the block of four neurons and a source whose mean |w| is least", () => {
    // Means 2.5 and 6.5.
    const { model, report } = prune(mlp, { sparsity: 0.5 });
    expect(maskOf(model, "layers.0.weight")).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(report.parts[0]).toMatchObject({ method: "4x1", kept: 4, total: 8 });
  });

  it("ranks blocks by mean square on request", () => {
    const uneven = modelOf(
      { class: "liquid-edge.MLP", config: { input_size: 2, layer_sizes: [4, 1] } },
      // Sums of |w| 8 and 9, of squares 34 and 21.
      { "layers.0.weight": [5, 3, 1, 2, 1, 2, 1, 2] },
    );
    expect(maskOf(prune(uneven, { sparsity: 0.5 }).model, "layers.0.weight")).toEqual([
      0, 1, 0, 1, 0, 1, 0, 1,
    ]);
    expect(maskOf(prune(uneven, { sparsity: 0.5, blockNorm: "l2" }).model, "layers.0.weight")).toEqual([
      1, 0, 1, 0, 1, 0, 1, 0,
    ]);
  });

  describe("of a CfC", () => {
    const cfc = modelOf(
      {
        class: "ncps.torch.CfC",
        config: { input_size: 2, units: 2, backbone_layers: 0, proj_size: 1 },
      },
      {
        // Means of the magnitudes: 4 and 0.4.
        "rnn_cell.time_a.weight": [1, 3, 4, 4, 5, 7, 4, 4],
        "rnn_cell.time_b.weight": [1, 0.4, 0.4, 0.4, -0.1, 0.1, 0.4, 0.4],
        "rnn_cell.ff1.weight": [1, 2, 3, 4, 5, 6, 7, 8],
        "rnn_cell.ff2.weight": [8, 7, 6, 5, 4, 3, 2, 1],
      },
    );

    it("gives both time heads the same mask", () => {
      const { model } = prune(cfc, { method: "unstructured", sparsity: 0.5 });
      // Of the inputs' pairs, 11/4 7/4 6/4 8/4, the second and third go; of the states', all alike, the first ones.
      const mask = [1, 0, 0, 0, 0, 1, 1, 1];
      expect(maskOf(model, "rnn_cell.time_a.weight")).toEqual(mask);
      expect(maskOf(model, "rnn_cell.time_b.weight")).toEqual(mask);
      expect(maskOf(model, "rnn_cell.ff1.weight")).not.toEqual(maskOf(model, "rnn_cell.ff2.weight"));
    });

    it("chooses the same at any unit of time", () => {
      const hours = new Map(cfc.tensors);
      const { shape, data } = hours.get("rnn_cell.time_a.weight")!;
      hours.set("rnn_cell.time_a.weight", { shape, data: data.map((w) => w / 4096) });
      for (const method of ["unstructured", "4x1", "n:m"] as const) {
        const options = (method === "n:m" ? { method, n: 1, m: 2 } : { method, sparsity: 0.5 }) as Parameters<
          typeof pruneMasks
        >[1];
        expect(pruneMasks({ ...cfc, tensors: hours } as Model, options)).toEqual(pruneMasks(cfc, options));
      }
    });

    it("counts a pair that an older mask splits as there", () => {
      const tensors = new Map(cfc.tensors);
      const { shape } = tensors.get("rnn_cell.time_a.weight")!;
      const split = (data: number[]) => ({ shape, data: Float32Array.from(data) });
      tensors.set(pruneMaskName("rnn_cell.time_a.weight"), split([0, 0, 1, 1, 1, 1, 1, 1]));
      tensors.set(pruneMaskName("rnn_cell.time_b.weight"), split([1, 1, 1, 1, 0, 0, 1, 1]));
      const masks = pruneMasks({ ...cfc, tensors } as Model, { method: "unstructured", sparsity: 0.5 });
      const [a, b] = ["a", "b"].map((t) => masks.get(pruneMaskName(`rnn_cell.time_${t}.weight`))!.data);
      const union = a!.map((present, i) => Math.max(present, b![i]!));
      expect([0, 1, 4, 5].map((i) => union[i]!).reduce((x, y) => x + y)).toBe(2);
    });
  });

  it("keeps n of every m neighbouring sources, inputs and states apart", () => {
    const model = modelOf(
      { class: "liquid-edge.CTRNN", config: { input_size: 3, units: 2, output_size: 1 } },
      { "dense.weight": [1, 2, 3, 9, 4, -1, 0.5, 0.25, 1, 2], tau: [1, 1] },
    );
    const pruned = prune(model, { method: "n:m", n: 1, m: 2 });
    // Groups of a row: inputs 0 1 | 2, states 0 1.
    expect(maskOf(pruned.model, "dense.weight")).toEqual([0, 1, 1, 1, 0, 1, 0, 1, 0, 1]);
    expect(pruned.report.requestedSparsity).toBe(0.5);
  });

  it("has a threshold of its own for inputs and for states", () => {
    const model = modelOf(
      { class: "liquid-edge.CTRNN", config: { input_size: 2, units: 2, output_size: 1 } },
      { "dense.weight": [10, 20, 1, 2, 30, 40, 3, 4], tau: [1, 1] },
    );
    const { model: pruned, report } = prune(model, { method: "unstructured", sparsity: 0.5 });
    expect(maskOf(pruned, "dense.weight")).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(report.neuronsWithoutInputs).toEqual([{ cell: "ctrnn", neurons: [0] }]);
  });

  it("ranks synapses by |w erev| and leaves all other values of an LTC alone", () => {
    const model = modelOf(
      {
        class: "ncps.torch.LTC",
        config: { input_size: 1, units: 2, implicit_param_constraints: false },
      },
      {
        "rnn_cell.w": [1, 2, 3, 4],
        "rnn_cell.erev": [-1, 1, 0.1, -1], // scores 1, 2, 0.3, 4
        "rnn_cell.sparsity_mask": [1, 1, 1, 0],
        "rnn_cell.sensory_w": [1, 2],
        "rnn_cell.sensory_erev": [3, 1],
        "rnn_cell.sensory_sparsity_mask": [1, 1],
      },
    );
    const { model: pruned, report } = prune(model, { sparsity: 0.5 });
    // Half of three synapses: one or two are equally near; fewer go.
    expect(valuesOf(pruned, "rnn_cell.sparsity_mask")).toEqual([1, 1, 0, 0]);
    expect(valuesOf(pruned, "rnn_cell.sensory_sparsity_mask")).toEqual([1, 0]);
    expect(valuesOf(pruned, "rnn_cell.w")).toEqual([1, 2, 3, 4]);
    expect([...pruned.tensors.keys()]).toEqual([...model.tensors.keys()]);
    expect(report.parts).toEqual([
      { tensor: "rnn_cell.w", sources: "recurrent", method: "unstructured", kept: 2, total: 3 },
      { tensor: "rnn_cell.sensory_w", sources: "input", method: "unstructured", kept: 1, total: 2 },
    ]);
    expect(report.neverPruned.map(({ tensor }) => tensor)).not.toContain("rnn_cell.mu");
    // The model that was given stays as it was.
    expect(valuesOf(model, "rnn_cell.sparsity_mask")).toEqual([1, 1, 1, 0]);
  });
});

const SEEDS = fc.nat(9_999);
const SPARSITY = fc.double({ min: 0, max: 0.99, noNaN: true });
const RUNS = { seed: 11, numRuns: 200 };

/** A model with something to prune: an MLP of one layer is a readout only, a wiring may have no synapses. */
function prunable(seed: number): Model | null {
  const model = randomModel(seed);
  const total = partsOf(model).flatMap(({ tensor }) => [...wiredWeights(model, tensor)]);
  return total.includes(1) ? model : null;
}

function forModels(check: (model: Model, sparsity: number) => void): void {
  fc.assert(
    fc.property(SEEDS, SPARSITY, (seed, sparsity) => {
      const model = prunable(seed);
      if (model !== null) check(model, sparsity);
    }),
    RUNS,
  );
}

/** Scores of a tensor's weights; of CfC's time heads those of pairs, each head in units of its mean. */
function scoresOf(model: Model, tensor: string): ArrayLike<number> {
  const scores = weightScores(model, tensor);
  if (!/time_[ab]\.weight$/.test(tensor)) return scores;
  const [a, b] = ["time_a", "time_b"].map((head) => {
    const { data } = model.tensors.get(tensor.replace(/time_[ab]/, head))!;
    const mean = data.reduce((sum, w) => sum + Math.abs(w), 0) / data.length;
    return Array.from(data, (w) => Math.abs(w) / mean);
  });
  return a!.map((score, i) => score + b![i]!);
}

/** Positions of a part's weights that the wiring has. */
function wiredPositions(model: Model, part: ReturnType<typeof partsOf>[number]): number[] {
  const wired = wiredWeights(model, part.tensor);
  return Array.from({ length: part.nOut * part.nIn }, (_, k) =>
    part.index(Math.floor(k / part.nIn), k % part.nIn),
  ).filter((i) => wired[i] === 1);
}

describe("properties", () => {
  it("unstructured pruning reaches the sparsity within half a weight and removes the smallest", () => {
    forModels((model, sparsity) => {
      const pruned = prune(model, { method: "unstructured", sparsity }).model;
      for (const part of partsOf(model)) {
        const scores = scoresOf(model, part.tensor);
        const present = presentWeights(pruned, part.tensor);
        const positions = wiredPositions(model, part);
        const gone = positions.filter((i) => present[i] === 0);
        const kept = positions.filter((i) => present[i] === 1);
        expect(Math.abs(gone.length - sparsity * positions.length)).toBeLessThanOrEqual(0.5 + 1e-9);
        if (gone.length === 0 || kept.length === 0) continue;
        const largestGone = Math.max(...gone.map((i) => scores[i]!));
        expect(largestGone).toBeLessThanOrEqual(Math.min(...kept.map((i) => scores[i]!)));
      }
    });
  });

  it("4x1 pruning reaches the sparsity within half a block", () => {
    forModels((model, sparsity) => {
      const pruned = prune(model, { sparsity });
      for (const part of pruned.report.parts) {
        const half = part.method === "4x1" ? 2 : 0.5;
        const gone = part.total - part.kept;
        expect(Math.abs(gone - sparsity * part.total)).toBeLessThanOrEqual(half + 1e-9);
      }
    });
  });

  it("blocks are those that the core computes side by side, whatever the number of neurons", () => {
    forModels((model, sparsity) => {
      if (model.class === "ncps.torch.CfC" && model.config.wiring !== null) return; // the wiring cuts blocks
      const { layers } = lower(prune(model, { sparsity }).model);
      for (const { mask, nOut, nIn } of layers.flatMap(matricesOf)) {
        if (mask === null) continue;
        for (let row = 0; row < nOut; row++) {
          const first = row & ~3;
          const own = mask.subarray(row * nIn, (row + 1) * nIn);
          expect(own).toEqual(mask.subarray(first * nIn, (first + 1) * nIn));
        }
      }
    });
  });

  it("n:m holds in every group of every row", () => {
    fc.assert(
      fc.property(SEEDS, fc.integer({ min: 1, max: 8 }), fc.nat(7), (seed, m, less) => {
        const model = prunable(seed);
        if (model === null) return;
        const n = 1 + (less % m);
        const { model: pruned } = prune(model, { method: "n:m", n, m });
        for (const { tensor, nOut, nIn, index } of partsOf(model)) {
          const [before, after] = [presentWeights(model, tensor), presentWeights(pruned, tensor)];
          for (let j = 0; j < nOut; j++) {
            for (let start = 0; start < nIn; start += m) {
              const size = Math.min(m, nIn - start);
              const group = Array.from({ length: size }, (_, k) => index(j, start + k));
              const kept = (present: Uint8Array) => group.filter((i) => present[i] === 1).length;
              expect(kept(after)).toBe(Math.min(kept(before), Math.ceil((size * n) / m)));
            }
          }
        }
      }),
      RUNS,
    );
  });

  it.each(["unstructured", "4x1"] as const)("masks of %s are nested as sparsity rises", (method) => {
    fc.assert(
      fc.property(SEEDS, SPARSITY, SPARSITY, (seed, a, b) => {
        const model = randomModel(seed);
        const low = pruneMasks(model, { method, sparsity: Math.min(a, b) });
        const high = pruneMasks(model, { method, sparsity: Math.max(a, b) });
        for (const [name, { data }] of high) {
          const lower = low.get(name)!.data;
          expect(data.every((value, i) => value <= lower[i]!)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("what a wiring does not have stays absent, and what it has is never more than before", () => {
    fc.assert(
      fc.property(
        SEEDS,
        SPARSITY,
        fc.constantFrom("unstructured", "4x1", "n:m"),
        (seed, sparsity, method) => {
          const model = prunable(seed);
          if (model === null) return;
          const options = (method === "n:m" ? { method, n: 1, m: 2 } : { method, sparsity }) as PruneOptions;
          const pruned = prune(model, options).model;
          for (const { tensor } of partsOf(model)) {
            const before = presentWeights(model, tensor);
            expect(presentWeights(pruned, tensor).every((value, i) => value <= before[i]!)).toBe(true);
          }
        },
      ),
      RUNS,
    );
  });

  it("pruning matrices again to the same sparsity changes nothing", () => {
    forModels((model, sparsity) => {
      if (model.class === "ncps.torch.LTC" || model.class === "liquid-edge.LTC") return;
      const once = prune(model, { sparsity }).model;
      expect(prune(once, { sparsity }).model).toEqual(once);
    });
  });
});

function matricesOf(layer: LoweredLayer): Matrix[] {
  return Object.values(layer)
    .flat()
    .filter((value): value is Matrix => typeof value === "object" && value !== null && "weights" in value);
}

describe("refuses in one line", () => {
  const mlp = modelOf({ class: "liquid-edge.MLP", config: { input_size: 2, layer_sizes: [1] } }, {});
  test.each([
    [{ sparsity: 1 }, 'RangeError "sparsity" expected a share in [0, 1), got 1'],
    [{ sparsity: -0.1 }, 'RangeError "sparsity" expected a share in [0, 1), got -0.1'],
    [{ sparsity: Number.NaN }, 'RangeError "sparsity" expected a share in [0, 1), got NaN'],
    [{ method: "n:m", n: 5, m: 4 }, 'RangeError "n:m" expected whole numbers with 1 <= n <= m, got 5:4'],
    [{ method: "n:m", n: 0, m: 4 }, 'RangeError "n:m" expected whole numbers with 1 <= n <= m, got 0:4'],
    [
      { method: "blocks", sparsity: 0.5 },
      'RangeError "method" expected unstructured, 4x1, n:m, neurons, got blocks',
    ],
    [
      { sparsity: 0.5 },
      "bad-config net: expected a network with weights to prune, found liquid-edge.MLP without: a readout is never pruned",
    ],
  ])("%j", (options, message) => {
    expect(thrownBy(() => prune(mlp, options as PruneOptions, "net"))).toBe(message);
  });
});
