// Pruned networks as integers: what `prune` took out is neither stored nor executed, whatever the cell; what is left gives
// the same numbers as the network with zeros.

import { describe, expect, it } from "vitest";
import { ENGINES } from "../../bindings/core/core.ts";
import { Session } from "../../bindings/core/session.ts";
import type { CompiledNetwork } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import type { IntLayer, IntNetwork } from "../../bindings/image/lowered-integer.ts";
import { readModel, writeModel } from "../../bindings/network/checkpoint.ts";
import type { Model } from "../../bindings/network/model.ts";
import { pruneMaskName, withoutPruneMasks } from "../../bindings/network/prune-mask.ts";
import { type PruneOptions, prune } from "../../bindings/prune/prune.ts";
import { IntegerRun } from "../../bindings/quantize/integer-run.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { toRaw, toTimeUnits } from "../../bindings/quantize/report.ts";
import { brokenPromises } from "../reference/integer/proofs.ts";
import { runIntegerReference } from "../reference/integer/run.ts";
import { caseOf, type QuantizeCase } from "./cases.ts";

/** One or more golden cases of every cell and mode, with and without memory, backbone and wiring. */
const CASES = [
  "cfc-backbone2-silu-proj-12",
  "cfc-default-32",
  "cfc-irregular-16",
  "cfc-mixed-memory-16",
  "cfc-no-backbone-10",
  "cfc-no_gate-32",
  "cfc-pure-32",
  "cfc-wired-32",
  "cfc-wired-pure-irregular-20",
  "ltc-fc-8",
  "ltc-mixed-memory-16",
  "ltc-ncp-19",
  "ltc-random-32",
  "gru-readout-12",
  "lstm-readout-13",
  "gate-irregular-11",
  "gate-readout-14",
  "mlp-lecun-gelu",
];
const METHODS: PruneOptions[] = [
  { method: "4x1", sparsity: 0.75 },
  { method: "unstructured", sparsity: 0.8 },
];
const VARIANTS = (["int8", "int4"] as const).flatMap((precision) =>
  METHODS.map((method) => ({ precision, method })),
);

const ones = (values: ArrayLike<number>) => Array.from(values).filter((value) => value !== 0).length;

/**
 * Connections that the tensors of a model have: masks of ours, wirings of ncps. `isHeld`: CfC's time heads are one matrix,
 * for a constant elapsed time.
 */
function connectionsOf({ class: cell, tensors }: Model, isHeld: boolean): number {
  let sum = 0;
  const present = (name: string): number[] => {
    const { data } = tensors.get(name)!;
    const pruned = tensors.get(pruneMaskName(name))?.data;
    const wired = /layer_\d+\.ff[12]\.weight$/.test(name)
      ? tensors.get(name.replace(/ff[12]\.weight$/, "sparsity_mask"))!.data
      : undefined;
    return Array.from(data, (_, i) => (pruned?.[i] === 0 || wired?.[i] === 0 ? 0 : 1));
  };
  for (const name of tensors.keys()) {
    if (name.startsWith("prune_mask.")) continue;
    if (cell === "ncps.torch.LTC" && name.endsWith("sparsity_mask")) sum += ones(tensors.get(name)!.data);
    if (!/weight(_[ih]h_l0)?$/.test(name)) continue;
    if (isHeld && name.endsWith("time_b.weight")) continue;
    const own = present(name);
    const other = isHeld && name.endsWith("time_a.weight") ? present(name.replace("time_a", "time_b")) : own;
    sum += ones(own.map((value, i) => value + other[i]!));
  }
  return sum;
}

/** Everything in an integer layer that has a mask. */
const masked = (layer: IntLayer) =>
  Object.values(layer)
    .flat()
    .filter((part) => part !== null && typeof part === "object" && "nOut" in part && "mask" in part) as {
    mask: Uint8Array | null;
    nOut: number;
    nIn: number;
  }[];

const storedIn = (network: IntNetwork) =>
  network.layers
    .flatMap(masked)
    .reduce((sum, { mask, nOut, nIn }) => sum + (mask === null ? nOut * nIn : ones(mask)), 0);

/** Connections that the core executes, by format. */
function executed({ layers }: CompiledNetwork) {
  const all = layers.flatMap(({ parameters }) => parameters);
  const total = { dense: 0, sparse: 0, block: 0 };
  for (const { format, connections } of all) total[format as keyof typeof total] += connections;
  return total;
}

/** Connections that a format executes for a mask: its own, those of all 4x1 blocks that it touches, or all. */
function executedFor(format: string, { mask, nOut, nIn }: ReturnType<typeof masked>[number]): number {
  const stored = mask ?? new Uint8Array(nOut * nIn).fill(1);
  if (format === "dense") return stored.length;
  if (format === "sparse") return ones(stored);
  const blocks = new Set<number>();
  for (const [at, present] of stored.entries()) {
    if (present !== 0) blocks.add((Math.floor(at / nIn) >> 2) * nIn + (at % nIn));
  }
  // The last blocks of a matrix may have fewer destinations.
  return [...blocks].reduce((sum, block) => sum + Math.min(4, nOut - 4 * Math.floor(block / nIn)), 0);
}

/** Raw inputs and times of the calibration data's first row. */
function firstRow(network: IntNetwork, { calibration }: QuantizeCase) {
  const { steps, features, input, timespans } = calibration;
  const raw = new Int16Array(steps * features);
  for (let t = 0; t < steps; t++) {
    raw.set(toRaw(network, input.subarray(t * features, (t + 1) * features)), t * features);
  }
  const elapsed = Uint16Array.from({ length: steps }, (_, t) => toTimeUnits(network, timespans?.[t] ?? 1));
  return { raw, elapsed };
}

function outputsOf(network: IntNetwork, one: QuantizeCase): Int16Array {
  const { raw, elapsed } = firstRow(network, one);
  return runIntegerReference(network, raw, { elapsed }).output;
}

const integersOf = ({ calibration }: QuantizeCase, model: Model, precision: IntegerPrecision) =>
  quantize(model, { precision, calibration });

describe.each(CASES.map((name) => ({ name, one: caseOf(name) })))("$name, pruned", ({ one }) => {
  const isHeld = one.calibration.timespans === null;
  const pruned = METHODS.map((method) => prune(one.model, method).model);

  it.each(VARIANTS)("stores as many connections as the masks have: $precision, $method.method", (variant) => {
    const model = pruned[METHODS.indexOf(variant.method)]!;
    const { network } = integersOf(one, model, variant.precision);
    expect(storedIn(network)).toBe(connectionsOf(model, isHeld));
    expect(storedIn(network)).toBeLessThan(connectionsOf(one.model, isHeld));
    expect(brokenPromises(network)).toEqual([]);
  });

  it("keeps the sparsity that was asked for in CfC's held time heads", () => {
    const { network } = integersOf(one, pruned[0]!, "int8");
    for (const layer of network.layers) {
      if (!("heads" in layer) || !isHeld) continue;
      const { mask, nOut, nIn } = layer.heads[2]!;
      // Nearest number of blocks of four, of inputs and of states.
      expect(Math.abs(ones(mask!) - 0.25 * nOut * nIn)).toBeLessThanOrEqual(4);
    }
  });

  it.each(["int8", "int4"] as const)("takes less, %s", (precision) => {
    const before = compileInteger(integersOf(one, one.model, precision).network);
    for (const [i, model] of pruned.entries()) {
      const { network } = integersOf(one, model, precision);
      const after = compileInteger(network);
      // Single weights have an index of 16 bits each: fewer operations, but no fewer bytes than int4 of all.
      const isSmaller = precision === "int8" || METHODS[i]!.method === "4x1";
      if (isSmaller) expect(after.image.length).toBeLessThan(before.image.length);
      for (const [l, { parameters }] of after.layers.entries()) {
        const parts = masked(network.layers[l]!);
        expect(parameters.map(({ connections }) => connections)).toEqual(
          parts.map((part, p) => executedFor(parameters[p]!.format, part)),
        );
      }
      const sum = ({ dense, sparse, block }: ReturnType<typeof executed>) => dense + sparse + block;
      expect(sum(executed(after))).toBeLessThan(sum(executed(before)));
    }
  });

  it("comes from the file of the pruned network as from the network", () => {
    const file = readModel(writeModel(pruned[0]!), undefined, { weights: "pruned.safetensors" });
    expect(integersOf(one, file, "int8").network).toEqual(integersOf(one, pruned[0]!, "int8").network);
  });

  it.skipIf(one.model.class === "ncps.torch.LTC").each(["int8", "int4"] as const)(
    "gives the outputs of the network with zeros, %s",
    (precision) => {
      for (const model of pruned) {
        const zeros = { ...model, tensors: withoutPruneMasks(model) } as Model;
        const [a, b] = [model, zeros].map((each) => integersOf(one, each, precision).network);
        expect(outputsOf(a!, one)).toEqual(outputsOf(b!, one));
      }
    },
  );

  it("runs with the reference's bits on every core, near the pruned floats", async () => {
    const { network, report } = integersOf(one, pruned[0]!, "int8");
    expect(report.relativeRmsError).toBeLessThan(0.03);
    const { raw, elapsed } = firstRow(network, one);
    const expected = runIntegerReference(network, raw, { elapsed }).output;
    const m = network.input.length;
    for (const engine of ENGINES) {
      const session = await Session.create(compileInteger(network), { engine });
      const output = Array.from(elapsed, (d, t) => [
        ...session.stepRaw(raw.subarray(t * m, (t + 1) * m), d),
      ]).flat();
      expect(output).toEqual([...expected]);
    }
  });
});

describe("a neuron without inputs", () => {
  /** The model with a mask over every matrix, in which nothing leads to neuron 1 of the cell. */
  function isolated(model: Model, neuron: number): Model {
    const tensors = new Map(model.tensors);
    for (const [name, { shape, data }] of model.tensors) {
      const [rows, columns] = shape as [number, number];
      const isLtc = model.class === "ncps.torch.LTC";
      if (isLtc && name.endsWith("sparsity_mask")) {
        tensors.set(name, { shape, data: data.map((value, i) => (i % columns === neuron ? 0 : value)) });
      }
      if (!/weight(_[ih]h_l0)?$/.test(name) || /^(fc|layers\.1)\./.test(name)) continue;
      const n =
        rows / ({ "torch.nn.GRU": 3, "torch.nn.LSTM": 4 } as Record<string, number>)[model.class]! || rows;
      const mask = data.map((_, i) => (Math.floor(i / columns) % n === neuron ? 0 : 1));
      tensors.set(pruneMaskName(name), { shape, data: mask });
    }
    return { ...model, tensors } as Model;
  }

  it.each([
    ["cfc-no-backbone-10", "cfc"],
    ["cfc-irregular-16", "cfc"],
    ["cfc-pure-32", "cfc"],
    ["cfc-wired-32", "layer_0"],
    ["ltc-fc-8", "ltc"],
    ["gru-9", "gru"],
    ["lstm-9", "lstm"],
    ["gate-9", "gate"],
    ["gate-irregular-11", "gate"],
    ["mlp-lecun-gelu", "layers.0"],
  ])("is allowed and reported: %s", (name, cell) => {
    const one = caseOf(name);
    const model = isolated(one.model, 1);
    for (const precision of ["int8", "int4"] as const) {
      const { network, report } = integersOf(one, model, precision);
      expect(report.neuronsWithoutInputs).toContainEqual({ cell, neurons: [1] });
      expect(report.relativeRmsError).toBeLessThan(precision === "int8" ? 0.02 : 0.2);
      expect(brokenPromises(network)).toEqual([]);
      const run = new IntegerRun(network);
      const { raw, elapsed } = firstRow(network, one);
      const m = network.input.length;
      const output = Array.from(elapsed, (d, t) => [...run.step(raw.subarray(t * m, (t + 1) * m), d)]).flat();
      expect(output).toEqual([...outputsOf(network, one)]);
    }
  });

  it("is one of many where nearly everything is pruned, and the network still runs", () => {
    for (const name of CASES) {
      const one = caseOf(name);
      const { model, report } = prune(one.model, { method: "unstructured", sparsity: 0.98 });
      const quantized = integersOf(one, model, "int8");
      expect(quantized.report.neuronsWithoutInputs).toEqual(report.neuronsWithoutInputs);
      expect(report.neuronsWithoutInputs.length, name).toBeGreaterThan(0);
      expect(brokenPromises(quantized.network), name).toEqual([]);
      expect(storedIn(quantized.network)).toBe(connectionsOf(model, one.calibration.timespans === null));
    }
  });
});
