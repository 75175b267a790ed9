// The loss of a batch of sequences and its gradient, summed sequence by sequence in the batch's order.

import type { Readout } from "../data/dataset.ts";
import type { Shown } from "./augment.ts";
import type { DifferentiableNetwork, SequenceNetwork, SequenceOptions } from "./differentiable.ts";
import { type Loss, lossOf } from "./loss.ts";
import { readOut, spread } from "./readout.ts";

export interface BatchSettings {
  nInputs: number;
  nOutputs: number;
  loss: Loss;
  readout: Readout;
  truncateSteps: number | null;
  washoutSteps: number;
}

/** The batch's mean loss over all answers; its gradient is left in the network. */
export function accumulateBatch(
  network: DifferentiableNetwork,
  batch: readonly Shown[],
  settings: BatchSettings,
): number {
  network.zeroGradients();
  const masks = batch.map(({ input }) => maskOf(input.length / settings.nInputs, settings.washoutSteps));
  const nAnswers = batch.reduce((sum, _, i) => {
    if (settings.readout !== "step") return sum + 1;
    return sum + masks[i]!.reduce((steps, counts) => steps + counts, 0);
  }, 0);
  let sum = 0;
  for (const [i, shown] of batch.entries()) {
    sum += accumulate(network, shown, masks[i]!, settings, 1 / nAnswers);
  }
  return sum / nAnswers;
}

/** 0 for the first steps, but 1 for the last one at least. */
function maskOf(nSteps: number, washoutSteps: number): Uint8Array {
  return new Uint8Array(nSteps).fill(1).fill(0, 0, Math.min(washoutSteps, nSteps - 1));
}

/** Adds `scale` times the gradient of one sequence's summed loss; returns that loss. */
function accumulate(
  network: DifferentiableNetwork,
  shown: Shown,
  mask: Uint8Array,
  { loss, readout, truncateSteps, nInputs, nOutputs }: BatchSettings,
  scale: number,
): number {
  const nSteps = mask.length;
  const pieceSteps = Math.min(truncateSteps ?? nSteps, nSteps);
  const pieces = runPieces(network, shown, { nSteps, nInputs, nOutputs, pieceSteps });
  const answers = readOut(readout, pieces.output, nOutputs, mask);
  const own = new Float32Array(answers.length);
  const weight = readout === "step" ? mask : null;
  const value = lossOf(loss, { output: answers, nOutputs, target: shown.target, weight }, own, scale);
  const gradient = new Float32Array(nSteps * nOutputs);
  spread(readout, own, nOutputs, gradient, mask);
  if (pieceSteps === nSteps) {
    network.backward(gradient);
    return value;
  }
  // The gradient of a piece needs the values of its own forward pass.
  for (const { start, end, options } of pieces.starts) {
    network.forward(shown.input.subarray(start * nInputs, end * nInputs), options);
    network.backward(gradient.subarray(start * nOutputs, end * nOutputs));
  }
  return value;
}

interface Piece {
  start: number;
  /** Exclusive. */
  end: number;
  options: SequenceOptions;
}

interface PieceSizes {
  nSteps: number;
  nInputs: number;
  nOutputs: number;
  pieceSteps: number;
}

/** All outputs of a sequence, run in pieces that hand on their state, and how each piece began. */
export function runPieces(
  network: SequenceNetwork,
  { input, timespans }: Pick<Shown, "input" | "timespans">,
  { nSteps, nInputs, nOutputs, pieceSteps }: PieceSizes,
): { output: Float32Array; starts: Piece[] } {
  const output = new Float32Array(nSteps * nOutputs);
  const starts: Piece[] = [];
  let state: SequenceOptions = {};
  for (let start = 0; start < nSteps; start += pieceSteps) {
    const end = Math.min(start + pieceSteps, nSteps);
    const spans = timespans === null ? {} : { timespans: timespans.subarray(start, end) };
    const options = { ...spans, ...state };
    starts.push({ start, end, options });
    output.set(network.forward(input.subarray(start * nInputs, end * nInputs), options), start * nOutputs);
    const { finalHidden, finalCell } = network;
    state = {
      initialHidden: finalHidden.slice(),
      ...(finalCell.length > 0 && { initialCell: finalCell.slice() }),
    };
  }
  return { output, starts };
}

/** The mean loss of a network that answers a batch with zeros. */
export function lossOfZeros(nOutputs: number, batch: readonly Shown[], loss: Loss): number {
  const target = Float32Array.from(batch.flatMap((shown) => [...shown.target]));
  const nTargets = loss.name === "mse" || loss.name === "mae" ? nOutputs : 1;
  const n = target.length / nTargets;
  const output = new Float32Array(n * nOutputs);
  return lossOf(loss, { output, nOutputs, target, weight: null }) / n;
}
