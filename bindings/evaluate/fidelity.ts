// How closely one image follows another, step by step on the same inputs: outputs and states, each network from its own
// state, so that errors add up as they would on a board.
//
// Of an integer network also what did not fit into its numbers: values that saturated, counted by a second run of the same
// integers (quantize/integer-run.ts), inputs that were clipped, elapsed times that were clamped.
//
//   rms = sqrt(mean (a - b)^2)     relative = rms / sqrt(mean b^2), b the reference     max = largest |a - b|

import { Session, type SessionOptions } from "../core/session.ts";
import { countSteps, type Dataset, type Sample } from "../data/dataset.ts";
import { complain } from "../errors.ts";
import type { IntLayer, IntNetwork } from "../image/lowered-integer.ts";
import { IntegerRun, type SaturationCount } from "../quantize/integer-run.ts";
import type { Runnable } from "./evaluate.ts";
import { checkWidths } from "./predict.ts";

/** By how much numbers of one network differ from those of another, in their own unit. */
export interface Deviation {
  /** Root of the mean squared difference, in the output's unit. */
  rms: number;
  /** Largest difference, in the output's unit. */
  max: number;
  /** Where `max` was seen, e.g. `run 7 step 3`; null when nothing differs. */
  maxAt: string | null;
  /** Null when the reference is 0 throughout. */
  relative: number | null;
  /** rms at each step of a sequence, over the sequences that are as long. */
  rmsByStep: Float64Array;
}

/** What one layer of an integer network wrote, and how much of it was cut off where that changes a result. */
export interface LayerSaturation extends SaturationCount {
  name: string;
  kind: IntLayer["kind"];
}

/** What did not fit into the numbers of an integer network. */
export interface Saturation {
  /** In the order of execution. */
  layers: LayerSaturation[];
  /** Inputs, and those of them beyond the range of raw counts. */
  inputs: number;
  clippedInputs: number;
  /** Steps whose elapsed time was outside of the range of the image, which the core clamped. */
  clampedSteps: number;
}

/** How closely a network follows another one, step by step. */
export interface Fidelity {
  /** Name of the network that the other one is held against. */
  reference: string;
  sequences: number;
  /** Of all sequences together. */
  steps: number;
  /** Of the outputs of every step. */
  output: Deviation;
  /** Null when the networks have states of different widths, or none. */
  state: Deviation | null;
  /** Of the first network; null unless it is one of integers. */
  saturation: Saturation | null;
}

export interface FidelityOptions extends SessionOptions {
  /** Called after every step. */
  onStep?: (done: number, total: number) => void;
}

/**
 * Runs both networks over `samples`, default the test part. Throws `bad-input` when one does not fit the data set, or their
 * outputs differ in width.
 */
export async function measureFidelity(
  network: Runnable,
  reference: Runnable,
  dataset: Dataset,
  samples: readonly Sample[] = dataset.splits.test,
  options: FidelityOptions = {},
): Promise<Fidelity> {
  checkWidths(network.compiled, dataset, network.name);
  checkWidths(reference.compiled, dataset, reference.name);
  if (network.compiled.output.length !== reference.compiled.output.length) {
    throw complain("bad-input", network.name, {
      field: "outputs",
      expected: `${reference.compiled.output.length} as in ${reference.name}`,
      found: String(network.compiled.output.length),
    });
  }
  const ours = await Session.create(network.compiled, options);
  const theirs = await Session.create(reference.compiled, options);
  const output = new Differences();
  const nUnits = ours.state.length;
  const state = nUnits > 0 && nUnits === theirs.state.length ? new Differences() : null;
  const counter = network.integers ? new SaturationCounter(network.integers) : null;
  const { nInputs } = dataset;
  const total = countSteps(samples);
  let done = 0;
  for (const { id, nSteps, input, timespans } of samples) {
    ours.reset();
    theirs.reset();
    counter?.reset();
    for (let step = 0; step < nSteps; step++) {
      const x = input.subarray(step * nInputs, (step + 1) * nInputs);
      const elapsed = timespans?.[step] ?? 1;
      output.add(ours.step(x, elapsed), theirs.step(x, elapsed), id, step);
      state?.add(ours.state, theirs.state, id, step);
      counter?.step(ours);
      options.onStep?.(++done, total);
    }
    counter?.add(ours);
  }
  return {
    reference: reference.name,
    sequences: samples.length,
    steps: total,
    output: output.summary(),
    state: state?.summary() ?? null,
    saturation: counter?.summary(total * nInputs) ?? null,
  };
}

/** Repeats what a session of an integer network does, and counts. */
class SaturationCounter {
  readonly #network: IntNetwork;
  readonly #run: IntegerRun;
  #clippedInputs = 0;
  #clampedSteps = 0;

  constructor(network: IntNetwork) {
    this.#network = network;
    this.#run = new IntegerRun(network);
  }

  reset(): void {
    this.#run.reset();
  }

  /** The step that the session has just done. */
  step(session: Session): void {
    const { input, elapsedUnits } = session.rawStep!;
    this.#run.step(input, elapsedUnits);
  }

  /** What the session counted since its last reset. */
  add({ clippedInputs, clampedSteps }: Session): void {
    this.#clippedInputs += clippedInputs;
    this.#clampedSteps += clampedSteps;
  }

  summary(inputs: number): Saturation {
    return {
      layers: this.#network.layers.map(({ name, kind }, l) => ({ name, kind, ...this.#run.counts[l]! })),
      inputs,
      clippedInputs: this.#clippedInputs,
      clampedSteps: this.#clampedSteps,
    };
  }
}

class Differences {
  #squares: number[] = [];
  #counts: number[] = [];
  #base = 0;
  #max = 0;
  #maxAt: string | null = null;

  add(ours: Float32Array, theirs: Float32Array, id: string, step: number): void {
    let squares = 0;
    for (let i = 0; i < theirs.length; i++) {
      const difference = Math.abs(ours[i]! - theirs[i]!);
      squares += difference ** 2;
      this.#base += theirs[i]! ** 2;
      // A NaN is the largest of all.
      if (difference > this.#max || (Number.isNaN(difference) && !Number.isNaN(this.#max))) {
        this.#max = difference;
        this.#maxAt = `${id} step ${step}`;
      }
    }
    this.#squares[step] = (this.#squares[step] ?? 0) + squares;
    this.#counts[step] = (this.#counts[step] ?? 0) + theirs.length;
  }

  summary(): Deviation {
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const squares = sum(this.#squares);
    return {
      rms: Math.sqrt(squares / sum(this.#counts)),
      max: this.#max,
      maxAt: this.#maxAt,
      relative: this.#base === 0 ? null : Math.sqrt(squares / this.#base),
      rmsByStep: Float64Array.from(this.#squares, (s, step) => Math.sqrt(s / this.#counts[step]!)),
    };
  }
}
