// Networks with inputs for the emulated boards: the cases of ncps and of the other cells, and random ones.

import type { Sequence } from "../../bindings/core/sequence.ts";
import { encodeRow, recordLayout, stateWindow } from "../../bindings/device/records.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import type { Precision } from "../../bindings/image/parameters.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import type { Model } from "../../bindings/network/model.ts";
import { randomModel, randomSequence, TestRandom } from "../network/random-model.ts";
import { type GoldenCase, ncpsCases, ownCases } from "../reference/golden-case.ts";
import { CELLS, type RandomCase, randomCase } from "../reference/integer/random-network.ts";
import type { BatchJob } from "./batch.ts";

function goldenJobs(golden: GoldenCase, precision: Precision, rows: number, mostSteps: number): BatchJob[] {
  const { name, input, timespans, initialH, initialC } = golden;
  const { class: cell, config, tensors } = golden.model;
  const model = { ...parseConfig({ class: cell, config }, name), tensors } as Model;
  const compiled = compile(model, { precision });
  const [batch, steps, features] = input.shape as [number, number, number];
  const floats = (values: { data: ArrayLike<number> } | null) =>
    values === null ? null : Float32Array.from(values.data);
  const sequence: Sequence = {
    batch,
    steps,
    features,
    input: Float32Array.from(input.data),
    timespans: floats(timespans),
    initialH: floats(initialH),
    initialC: floats(initialC),
  };
  const { stride } = recordLayout(compiled);
  return Array.from({ length: Math.min(rows, batch) }, (_, row) => {
    const encoded = encodeRow(compiled, sequence, row);
    const kept = Math.min(mostSteps, encoded.steps);
    return {
      name: `${name} ${precision} row ${row}`,
      compiled,
      row: { ...encoded, steps: kept, records: encoded.records.slice(0, kept * stride) },
    };
  });
}

/** The cases of ncps, then GRU, LSTM and MLP. */
export function referenceJobs(precision: Precision, { rows = 3, steps = 1000 } = {}): BatchJob[] {
  return [...ncpsCases(), ...ownCases("gated")].flatMap((golden) =>
    goldenJobs(golden, precision, rows, steps),
  );
}

/** `count` random float networks, every kind in turn. */
export function randomFloatJobs(precision: Precision, count: number, steps = 4, firstSeed = 0): BatchJob[] {
  return Array.from({ length: count }, (_, i) => {
    const seed = firstSeed + i;
    const model = randomModel(seed);
    const compiled = compile(model, { precision });
    const random = randomSequence(seed, model, steps);
    const features = compiled.input.length;
    const sequence: Sequence = { batch: 1, steps, features, ...random };
    return { name: `random ${precision} ${seed}`, compiled, row: encodeRow(compiled, sequence, 0) };
  });
}

/** `count` random integer networks, every cell in turn, int8 and int4 mixed; their states begin as any bytes. */
export function randomIntegerJobs(count: number, steps = 8, firstSeed = 0): BatchJob[] {
  return Array.from({ length: count }, (_, i) => {
    const cell = CELLS[i % CELLS.length]!;
    const seed = firstSeed + Math.floor(i / CELLS.length);
    const random = randomCase(cell, seed, steps, CONTROL_BYTES);
    return integerJob(`random integer ${cell} ${seed}`, random, compileInteger(random.network), seed);
  });
}

/** `count` of int8 that skip unchanged inputs, every second one within a threshold; half of the inputs stay as they were. */
export function randomHeldJobs(count: number, steps = 8): BatchJob[] {
  const cells = CELLS.filter((cell) => cell !== "ltc");
  return Array.from({ length: count }, (_, i) => {
    const cell = cells[i % cells.length]!;
    const seed = Math.floor(i / cells.length);
    const form = { bits: 8, pattern: "all", activations: 8 } as const;
    const random = randomCase(cell, seed, steps, CONTROL_BYTES, form);
    const nIn = random.network.input.length;
    const numbers = new TestRandom(seed);
    for (let k = nIn; k < random.raw.length; k++)
      if (numbers.chance(0.5)) random.raw[k] = random.raw[k - nIn]!;
    const skipUnchanged = { of: "all" as const, threshold: 20 * (i % 2) };
    const compiled = compileInteger(random.network, { skipUnchanged });
    return integerJob(`random ${cell} ${seed} that skips`, random, compiled, seed);
  });
}

function integerJob(
  name: string,
  { raw, options }: RandomCase,
  compiled: CompiledNetwork,
  seed: number,
): BatchJob {
  const steps = options.elapsed.length;
  const { stride, inputAt } = recordLayout(compiled);
  const records = new Uint8Array(steps * stride);
  const view = new DataView(records.buffer);
  const nIn = compiled.input.length;
  for (let t = 0; t < steps; t++) {
    view.setUint32(t * stride, options.elapsed[t]!, true);
    for (let k = 0; k < nIn; k++) view.setInt16(t * stride + inputAt + 2 * k, raw[t * nIn + k]!, true);
  }
  const random = new TestRandom(seed);
  const state = Uint8Array.from({ length: stateWindow(compiled).bytes }, () => random.next() * 256);
  return { name, compiled, row: { steps, records, state } };
}
