// Sequences side by side: the bits that a session gives each of them alone, of every cell, solver, mode, format and length.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchRunner, groups } from "../../bindings/core/batch-runner.ts";
import { FourRows } from "../../bindings/core/four-rows.ts";
import type { Sequence, SequenceResult } from "../../bindings/core/sequence.ts";
import { Session } from "../../bindings/core/session.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import type { Model } from "../../bindings/network/model.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { MODEL_KINDS, type ModelKind, randomModel, randomSequence } from "../network/random-model.ts";

/** A sequence of one row. */
function sequenceFor(model: Model, seed: number, steps: number): Sequence {
  const sequence = randomSequence(seed, model, steps);
  return { batch: 1, steps, features: sequence.input.length / steps, ...sequence };
}

/** Sequences of equal lengths as one batch; all with what any of them has. */
function batched(sequences: readonly Sequence[], { hidden, cell }: CompiledNetwork): Sequence {
  const { steps, features } = sequences[0]!;
  const join = (pick: (one: Sequence) => Float32Array | null, without: Float32Array) =>
    Float32Array.from(sequences.flatMap((one) => [...(pick(one) ?? without)]));
  return {
    batch: sequences.length,
    steps,
    features,
    input: join((one) => one.input, new Float32Array(0)),
    timespans: join((one) => one.timespans, new Float32Array(steps).fill(1)),
    initialH: join((one) => one.initialH, new Float32Array(hidden.length)),
    initialC: join((one) => one.initialC, new Float32Array(cell.length)),
  };
}

/** NaNs are equal, and 0 is not -0. */
function expectSameBits(found: SequenceResult, expected: SequenceResult): void {
  for (const part of ["output", "finalH", "finalC"] as const) {
    const [ours, theirs] = [found[part], expected[part]];
    expect(ours?.shape).toEqual(theirs?.shape);
    const differing = ours?.data.findIndex((x, i) => !Object.is(x, theirs!.data[i])) ?? -1;
    expect({ part, differing }).toEqual({ part, differing: -1 });
  }
  expect(found.sawNonFinite).toBe(expected.sawNonFinite);
}

function emptyResult({ output, finalH, finalC }: SequenceResult): SequenceResult {
  const empty = ({ shape, data }: SequenceResult["output"]) => ({
    shape,
    data: new Float32Array(data.length),
  });
  return {
    output: empty(output),
    finalH: empty(finalH),
    finalC: finalC && empty(finalC),
    sawNonFinite: false,
  };
}

const SEEDS_A_KIND = 12;
const seedsOf = (kind: ModelKind) =>
  Array.from({ length: SEEDS_A_KIND }, (_, i) => MODEL_KINDS.indexOf(kind) + i * MODEL_KINDS.length);

/** A random network: every third pruned to blocks, every third weight by weight. */
function modelOf(seed: number, kind: ModelKind): Model {
  const model = randomModel(seed, { kind });
  if (seed % 3 === 0) return model;
  try {
    return prune(model, { sparsity: 0.7, method: seed % 3 === 1 ? "4x1" : "unstructured" }).model;
  } catch {
    return model;
  }
}

describe("four rows side by side", () => {
  const formats = new Set<string>();

  it.each(MODEL_KINDS)("give the bits of a session: %s", async (kind) => {
    for (const [i, seed] of seedsOf(kind).entries()) {
      const model = modelOf(seed, kind);
      const compiled = compile(model, { precision: i % 2 === 0 ? "fp32" : "fp16" });
      for (const { parameters } of compiled.layers)
        for (const { format } of parameters) formats.add(`${compiled.precision} ${format}`);
      const sequences = [5, 4, 5, 3].map((steps, row) => sequenceFor(model, 7 * seed + row, steps));
      const [simd, scalar] = await Promise.all(
        (["simd", "scalar"] as const).map((engine) => Session.create(compiled, { engine })),
      );
      const expected = sequences.map((sequence) => simd!.run(sequence));
      const rows = sequences.map((sequence, row) => ({
        sequence,
        row: 0,
        result: emptyResult(expected[row]!),
      }));
      expect((await FourRows.create(compiled)).run(rows)).toBe(true);
      for (const [row, { result, sequence }] of rows.entries()) {
        expectSameBits(result, expected[row]!);
        expectSameBits(result, scalar!.run(sequence));
      }
    }
  });

  it("were all formats of weights", () => {
    expect([...formats].sort()).toEqual([
      "fp16 block",
      "fp16 dense",
      "fp16 sparse",
      "fp32 block",
      "fp32 dense",
      "fp32 sparse",
    ]);
  });

  it("run longer than what lies in memory at a time", async () => {
    const model = randomModel(1);
    const compiled = compile(model);
    const sequences = [0, 1, 2, 3].map((row) => sequenceFor(model, row, 3000));
    const session = await Session.create(compiled);
    const expected = sequences.map((sequence) => session.run(sequence));
    const done: number[] = [];
    const found = await (await BatchRunner.create(compiled)).runAll(sequences, (n, total) =>
      done.push(n / total),
    );
    for (const [i, result] of found.entries()) expectSameBits(result, expected[i]!);
    expect(done.length).toBeGreaterThan(1);
    expect(done.at(-1)).toBe(1);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });
});

describe("BatchRunner", () => {
  const kinds = fc.constantFrom(...MODEL_KINDS);

  it("gives the bits of a session for any number of sequences of any lengths", async () => {
    const lengths = fc.array(fc.oneof(fc.constant(16), fc.integer({ min: 1, max: 18 })), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(500), kinds, lengths, async (seed, kind, steps) => {
        const model = randomModel(seed, { kind });
        const compiled = compile(model);
        const sequences = steps.map((n, i) => sequenceFor(model, seed + i, n));
        const session = await Session.create(compiled);
        const found = await (await BatchRunner.create(compiled)).runAll(sequences);
        for (const [i, sequence] of sequences.entries()) expectSameBits(found[i]!, session.run(sequence));
      }),
      { numRuns: 60 },
    );
  });

  it("gives the bits of a session for batches, on every engine", async () => {
    const rows = fc.integer({ min: 1, max: 13 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(500),
        kinds,
        rows,
        fc.integer({ min: 1, max: 9 }),
        async (seed, kind, n, steps) => {
          const model = randomModel(seed, { kind });
          const compiled = compile(model);
          const rows = Array.from({ length: n }, (_, i) => sequenceFor(model, seed + i, steps));
          const batch = batched(rows, compiled);
          const expected = (await Session.create(compiled)).run(batch);
          for (const engine of ["simd", "scalar"] as const)
            expectSameBits(await (await BatchRunner.create(compiled, { engine })).run(batch), expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("says which sequence had a state that is not finite", async () => {
    const model = randomModel(3, { kind: "LiquidGate" });
    const compiled = compile(model);
    const sequences = [0, 1, 2, 3, 4].map((row) => sequenceFor(model, row, 6));
    const hidden = compiled.hidden.length;
    sequences[2] = { ...sequences[2]!, initialH: new Float32Array(hidden).fill(Number.NaN) };
    const found = await (await BatchRunner.create(compiled)).runAll(sequences);
    expect(found.map(({ sawNonFinite }) => sawNonFinite)).toEqual([false, false, true, false, false]);
  });

  it.each([
    ["an input that is not finite", { input: [4, Number.NaN] }, '"input" expected finite float32 numbers'],
    ["an elapsed time of 0", { timespans: [5, 0] }, '"elapsed" expected a positive finite number, got 0'],
    ["an endless elapsed time", { timespans: [0, Number.POSITIVE_INFINITY] }, "got Infinity"],
  ] as const)("refuses %s as a session does, and goes on", async (_, change, message) => {
    const model = randomModel(0);
    const compiled = compile(model);
    const rows = [0, 1, 2, 3, 4, 5].map((row) => sequenceFor(model, row, 3));
    const batch = batched(rows, compiled);
    const [[field, [at, value]]] = Object.entries(change) as [
      ["input" | "timespans", readonly [number, number]],
    ];
    const broken = { ...batch, [field]: batch[field]!.with(at, value) };
    const runner = await BatchRunner.create(compiled);
    await expect(runner.run(broken)).rejects.toThrow(RangeError);
    await expect(runner.run(broken)).rejects.toThrow(message);
    expectSameBits(await runner.run(batch), (await Session.create(compiled)).run(batch));
  });

  it("refuses inputs of another width", async () => {
    const model = randomModel(0);
    const compiled = compile(model);
    const batch = batched(
      [0, 1, 2, 3].map((row) => sequenceFor(model, row, 3)),
      compiled,
    );
    const runner = await BatchRunner.create(compiled);
    await expect(runner.run({ ...batch, features: batch.features + 1 })).rejects.toThrow(/expected length/);
  });

  it("takes rows by fours of about equal lengths, each once", () => {
    const lengths = fc.array(fc.oneof(fc.nat(5), fc.nat(100)), { maxLength: 40 });
    fc.assert(
      fc.property(lengths, (steps) => {
        const rows = steps.map((n, i) => ({ i, sequence: { steps: n } as Sequence }));
        const { fours, singles } = groups(rows);
        expect([...fours.flat(), ...singles].map(({ i }) => i).sort((a, b) => a - b)).toEqual(
          steps.map((_, i) => i),
        );
        for (const four of fours) {
          const each = four.map(({ sequence }) => sequence.steps);
          expect(each).toHaveLength(4);
          expect(each.reduce((a, b) => a + b)).toBeGreaterThanOrEqual((15 / 16) * 4 * Math.max(...each));
        }
        for (const n of new Set(steps.filter((each) => each > 0)))
          expect(singles.filter(({ sequence }) => sequence.steps === n).length).toBeLessThan(4);
      }),
    );
  });
});
