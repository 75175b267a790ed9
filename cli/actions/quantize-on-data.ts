import type { Sequence } from "../../bindings/core/sequence.ts";
import { countSteps, type Dataset, type Sample } from "../../bindings/data/dataset.ts";
import { checkWidths } from "../../bindings/evaluate/predict.ts";
import { Network } from "../../bindings/network.ts";
import type { IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { usageError } from "../options.ts";
import { count, whole } from "../text.ts";

/** Calibration takes about so many time steps, in pieces from all over the train part. */
const CALIBRATION_STEPS = 4096;
const PIECE_STEPS = 256;

/** The network in integers calibrated on a data set's train part, and what that part was. */
export function quantizedOn(
  dataset: Dataset,
  network: Network,
  precision: IntegerPrecision,
): { network: Network; assumed: string } {
  const { name, nInputs } = dataset;
  const { train } = dataset.splits;
  checkWidths(network.compiled, dataset, network.name);
  const all = countSteps(train);
  if (all === 0) {
    throw usageError(
      `--precision ${precision}: expected a train part of ${name} to calibrate on, found none; "liquid-edge quantize" ` +
        "calibrates on other data",
    );
  }
  const calibration = sequencesOf(train, nInputs, Math.min(1, CALIBRATION_STEPS / all));
  const { network: integers } = quantize(network.model, {
    precision,
    calibration,
    time: elapsedTimes(train),
    source: `${name}, train`,
  });
  const used = calibration.reduce((sum, { steps }) => sum + steps, 0);
  const part = used === all ? "" : `${whole(used)} of `;
  return {
    network: Network.fromInteger({ config: network.model, precision, network: integers }, network.name),
    assumed: `quantized to ${precision}, calibrated on ${part}${count(all, "time step")} of ${name}, train`,
  };
}

/** The samples whole, or a share of their pieces: evenly apart, and those that hold the extremes of each input. */
function sequencesOf(samples: readonly Sample[], features: number, share: number): Sequence[] {
  const pieces = samples.flatMap(({ nSteps, input, timespans }) => {
    const steps = share === 1 ? nSteps : Math.min(nSteps, PIECE_STEPS);
    return Array.from({ length: Math.ceil(nSteps / steps) }, (_, i): Sequence => {
      const [from, to] = [i * steps, Math.min((i + 1) * steps, nSteps)];
      return {
        batch: 1,
        steps: to - from,
        features,
        input: input.subarray(from * features, to * features),
        timespans: timespans?.subarray(from, to) ?? null,
        initialH: null,
        initialC: null,
      };
    });
  });
  const extremes = share === 1 ? new Set<number>() : extremePieces(pieces, features);
  return pieces.filter((_, i) => extremes.has(i) || Math.ceil((i + 1) * share) > Math.ceil(i * share));
}

/** Numbers of the pieces in which an input is smallest or largest: what calibration has not seen is clamped. */
function extremePieces(pieces: readonly Sequence[], features: number): Set<number> {
  const lowest = Array.from({ length: features }, () => ({ value: Number.POSITIVE_INFINITY, piece: 0 }));
  const highest = Array.from({ length: features }, () => ({ value: Number.NEGATIVE_INFINITY, piece: 0 }));
  for (const [piece, { input }] of pieces.entries()) {
    for (const [at, value] of input.entries()) {
      const channel = at % features;
      if (value < lowest[channel]!.value) lowest[channel] = { value, piece };
      if (value > highest[channel]!.value) highest[channel] = { value, piece };
    }
  }
  return new Set([...lowest, ...highest].map(({ piece }) => piece));
}

function elapsedTimes(samples: readonly Sample[]): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const { timespans } of samples) {
    for (const t of timespans ?? [1]) [min, max] = [Math.min(min, t), Math.max(max, t)];
  }
  return { min, max };
}
