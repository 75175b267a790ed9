// Profiles of networks that skip unchanged inputs: the mean of data against whole steps that are counted one by one, and a worst case
// that no step exceeds.

import { describe, expect, it } from "vitest";
import { loadCountedCore } from "../../bindings/core/core.ts";
import { profileNetwork } from "../../bindings/core/profile.ts";
import { profileOnData } from "../../bindings/core/profile-on-data.ts";
import type { Sequence } from "../../bindings/core/sequence.ts";
import { Session } from "../../bindings/core/session.ts";
import { addCounts, OpCounter } from "../../bindings/count/counted-core.ts";
import { totalOperations } from "../../bindings/count/op-class.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import type { SkipUnchanged } from "../../bindings/image/lowered-integer.ts";
import { Random } from "../reference/integer/random.ts";
import { CELLS, type CellName, randomCase } from "../reference/integer/random-network.ts";

const STEPS = 12;
const HOLDING = CELLS.filter((cell) => cell !== "ltc");

/** A random network of scale 1, and sequences of whose inputs about half stay as they were. */
function caseOf(cell: CellName, skipUnchanged: SkipUnchanged, seed = 2) {
  const form = { bits: 8, pattern: "all", activations: 8 } as const;
  const { network, raw, options } = randomCase(cell, seed, STEPS, CONTROL_BYTES, form);
  const width = network.input.length;
  const random = new Random(seed);
  for (let i = width; i < raw.length; i++) if (random.chance(0.5)) raw[i] = raw[i - width]!;
  const unit = 2 ** network.time.exponent;
  const sequence = (from: number, to: number): Sequence => ({
    batch: 1,
    steps: to - from,
    features: width,
    input: Float32Array.from(raw.subarray(from * width, to * width)),
    timespans: Float32Array.from(options.elapsed.subarray(from, to), (d) => d / unit),
    initialH: null,
    initialC: null,
  });
  return {
    compiled: compileInteger(network, { skipUnchanged }),
    sequences: [sequence(0, 7), sequence(7, STEPS)],
  };
}

describe.each([
  { of: "all", threshold: 0 },
  { of: "all", threshold: 12 },
] as const)("skipping of $of within $threshold", (skip) => {
  it.each(HOLDING)("a %s: the mean is that of its steps, counted whole", async (cell) => {
    const { compiled, sequences } = caseOf(cell, skip);
    const core = await loadCountedCore(1 << 20);
    const counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
    const session = Session.on(core, compiled);
    const { step } = core.exports;
    const counted: ReturnType<OpCounter["measure"]>[] = [];
    // What a session executes outside of the core's step is not counted.
    core.exports.step = (image, arena) => {
      let status = 0;
      counted.push(counter.measure(() => (status = step(image, arena))));
      return status;
    };
    for (const { steps, features, input, timespans } of sequences) {
      session.reset();
      for (let t = 0; t < steps; t++)
        session.step(input.subarray(t * features, (t + 1) * features), timespans![t]);
    }
    const sum = addCounts(counted.map(({ classes }) => classes));
    const { mean, worst } = await profileOnData({ compiled }, sequences, { source: "made up" });
    expect(Object.keys(mean.classes).sort()).toEqual(Object.keys(sum).sort());
    for (const [name, n] of Object.entries(sum)) {
      expect(mean.classes[name as keyof typeof sum], name).toBeCloseTo(n / STEPS, 6);
    }
    expect(mean.operations).toBeCloseTo(totalOperations(mean.classes), 6);
    const layers = addCounts(mean.layers.map(({ classes }) => classes));
    expect(totalOperations(layers)).toBeCloseTo(mean.operations, 6);
    expect(Math.max(...counted.map(({ operations }) => operations))).toBeLessThanOrEqual(worst.operations);
    expect(worst).toEqual(await profileNetwork(compiled));
    const { data, ...rest } = mean.skipping!;
    expect(rest).toEqual({ ...skip, basis: "data" });
    expect(data).toMatchObject({ source: "made up", steps: STEPS, ofSteps: STEPS });
    const kernel = (profile: typeof mean) => profile.kernels.find(({ name }) => name === "matvecHeldS8")!;
    expect(kernel(mean).macs).toBeCloseTo((1 - data!.skippedShare) * kernel(worst).macs, 6);
  });
});

describe("the worst case", () => {
  it("is what a step executes whose inputs have all changed", async () => {
    const skip: SkipUnchanged = { of: "inputs", threshold: 0 };
    const { compiled } = caseOf("gru", skip, 3);
    const width = compiled.input.length;
    // Raw counts of both ends reach both ends of int8, or as far as the map takes them.
    const input = Float32Array.from({ length: 2 * width }, (_, i) => (i < width ? -32768 : 32767));
    const sequence = { batch: 1, steps: 2, features: width, input };
    const none = { timespans: null, initialH: null, initialC: null };
    const { mean, worst } = await profileOnData({ compiled }, [{ ...sequence, ...none }], {
      source: "both ends",
    });
    expect(mean.skipping!.data!.skippedShare).toBe(0);
    expect(mean.operations).toBeCloseTo(worst.operations, 6);
    expect(worst.skipping).toEqual({ ...skip, basis: "worst case", data: null });
  });

  it("is the profile of any network that skips nothing, on any data", async () => {
    const { sequences } = caseOf("gate", { of: "all", threshold: 0 });
    const form = { bits: 8, pattern: "all", activations: 8 } as const;
    const compiled = compileInteger(randomCase("gate", 2, STEPS, CONTROL_BYTES, form).network);
    const { mean, worst } = await profileOnData({ compiled }, sequences, { source: "any" });
    expect(mean).toBe(worst);
    expect(worst.skipping).toBeUndefined();
  });

  it("needs a time step", async () => {
    const { compiled } = caseOf("gate", { of: "all", threshold: 0 });
    await expect(profileOnData({ compiled }, [], { source: "none" })).rejects.toThrow(RangeError);
  });
});
