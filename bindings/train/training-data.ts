// What a training trains on and validates with, checked: a network would learn nonsense from a hole in the data.

import type { Dataset, Sample, Split } from "../data/dataset.ts";
import { complain } from "../errors.ts";
import { sha256, sha256Bytes } from "../sha256.ts";
import { TrainingRandom } from "./random.ts";
import type { TrainingData } from "./trainer.ts";

/**
 * `split`: the data set's own validation part, if it has one; `none`: its training and validation parts together are trained
 * on; a share above 0 and below 1: so much of the training part, drawn at random but the same for every seed, validates instead.
 */
export type ValidationChoice = "split" | "none" | number;

/** @throws LiquidEdgeError `bad-input` that names data set, sequence, what was expected and what was found */
export function trainingData(dataset: Dataset, choice: ValidationChoice): TrainingData {
  const { train: all, validation: own } = dataset.splits;
  let [train, validation] = [all, own];
  if (choice === "none") [train, validation] = [[...all, ...own], []];
  else if (choice !== "split") {
    const order = Uint32Array.from(all, (_, i) => i);
    TrainingRandom.streams(0).shuffling.shuffle(order);
    const heldOut = new Set(order.subarray(0, Math.floor(choice * all.length)));
    train = all.filter((_, i) => !heldOut.has(i));
    validation = all.filter((_, i) => heldOut.has(i));
    if (validation.length === 0 || train.length === 0) {
      throw complain("bad-input", dataset.name, {
        field: "train",
        expected: `sequences enough to hold out a share of ${choice}`,
        found: String(all.length),
      });
    }
  }
  if (train.length === 0) {
    throw complain("bad-input", dataset.name, {
      field: "train",
      expected: "at least one sequence",
      found: "none",
      hint: 'a CSV\'s description says with "split" which rows train',
    });
  }
  const parts: [Split, readonly Sample[]][] = [
    ["train", train],
    ["validation", validation],
  ];
  for (const [name, samples] of parts) {
    for (const sample of samples) checkSample(dataset, sample);
    if (samples.length > 0) checkClasses(dataset, name, samples);
  }
  return { dataset, train, validation };
}

function checkSample(dataset: Dataset, sample: Sample): void {
  const { id, nSteps, input, timespans, target } = sample;
  const { nInputs, nTargets, targetsPer, classes } = dataset;
  const wrong = (field: string, expected: string, found: string) =>
    complain("bad-input", `${dataset.name}, ${id}`, { field, expected, found });
  if (!(nSteps >= 1)) throw wrong("nSteps", "at least one step", String(nSteps));
  const nAnswers = targetsPer === "step" ? nSteps : 1;
  const lengths: [string, ArrayLike<number> | null, number][] = [
    ["input", input, nSteps * nInputs],
    ["timespans", timespans, nSteps],
    ["target", target, nAnswers * nTargets],
  ];
  for (const [field, values, length] of lengths) {
    if (values !== null && values.length !== length)
      throw wrong(field, `${length} values`, String(values.length));
  }
  const hole = input.findIndex((value) => !Number.isFinite(value));
  if (hole >= 0) {
    const where = `input "${dataset.inputs[hole % nInputs]}" step ${Math.floor(hole / nInputs)}`;
    throw wrong(where, "a finite number", String(input[hole]));
  }
  const backwards = timespans?.findIndex((value) => !(value > 0 && Number.isFinite(value))) ?? -1;
  if (backwards >= 0) {
    throw wrong(
      `timespans step ${backwards}`,
      "a time above 0 since the step before",
      String(timespans![backwards]),
    );
  }
  const isFit = (value: number) =>
    classes === null
      ? Number.isFinite(value)
      : Number.isInteger(value) && value >= 0 && value < classes.length;
  const bad = target.findIndex((value) => !isFit(value));
  if (bad >= 0) {
    const expected = classes === null ? "a finite number" : `a class from 0 to ${classes.length - 1}`;
    throw wrong(`target ${bad}`, expected, String(target[bad]));
  }
}

function checkClasses({ name, classes }: Dataset, part: Split, samples: readonly Sample[]): void {
  if (classes === null) return;
  const found = new Set(samples.flatMap(({ target }) => [...new Set(target)]));
  if (found.size > 1) return;
  throw complain("bad-input", name, {
    field: part,
    expected: "at least two classes",
    found: `only ${classes[[...found][0]!]}`,
  });
}

/**
 * SHA-256 in hexadecimal of all samples: their part, name, inputs, elapsed times and targets as float32, little-endian. Equal
 * for equal data, whatever files they came from.
 */
export async function hashOf({ splits }: Dataset): Promise<string> {
  const digests: Uint8Array[] = [];
  for (const [part, samples] of Object.entries(splits)) {
    for (const { id, nSteps, input, timespans, target } of samples) {
      const head = new TextEncoder().encode(JSON.stringify([part, id, nSteps, timespans !== null]));
      const values = [input, ...(timespans === null ? [] : [timespans]), target];
      digests.push(await sha256Bytes([head, ...values.map(littleEndian)]));
    }
  }
  return sha256(digests);
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}
