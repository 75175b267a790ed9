import { type Comparison, compareNetworks } from "../../bindings/evaluate/compare.ts";
import { type Evaluation, evaluate as evaluateNetwork } from "../../bindings/evaluate/evaluate.ts";
import { type Deviation, type Fidelity, measureFidelity } from "../../bindings/evaluate/fidelity.ts";
import { titleOf } from "../../format/summary.ts";
import type { EvaluateOptions } from "../commands/evaluate.ts";
import { expectFinite } from "../exit.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { progressOf } from "../progress.ts";
import { readDataset } from "../read-dataset.ts";
import { readNetwork } from "../read-network.ts";
import { sequencePool } from "../sequence-pool.ts";
import { describeEvaluation } from "./evaluate-report.ts";

export interface Against {
  evaluation: Evaluation;
  comparison: Comparison;
  fidelity: Fidelity | null;
}

/** Scores a network on a data set and prints the result. Throws RunFailure when an output is not finite. */
export async function evaluate(io: Io, weights: string, options: EvaluateOptions): Promise<void> {
  const { against, againstConfig, split, engine } = options;
  if (against === undefined && againstConfig !== undefined) {
    throw usageError("--against-config belongs to --against, which is missing");
  }
  const network = await readNetwork(io, weights, options.config, options.precision);
  const reference = against === undefined ? null : await readNetwork(io, against, againstConfig);
  const dataset = await readDataset(io, options);
  const networks = reference === null ? [network] : [network, reference];
  const pool = sequencePool(networks, dataset.splits[split], options);
  const settings = () => ({
    split,
    level: options.level === "95" ? (0.95 as const) : (0.9 as const),
    seed: options.seed,
    threshold: options.threshold,
    ...(engine === undefined ? {} : { engine }),
    ...(pool === null ? {} : { pool }),
    onStep: progressOf(io),
  });
  let evaluation: Evaluation;
  let pair: Against | null = null;
  try {
    if (reference === null) {
      evaluation = await evaluateNetwork(network, dataset, settings());
    } else {
      const both = await compareNetworks(network, reference, dataset, settings());
      evaluation = both.evaluation;
      expectFinite(reference.name, both.reference);
      const comparable = network.compiled.output.length === reference.compiled.output.length;
      const fidelity = comparable
        ? await measureFidelity(network, reference, dataset, dataset.splits[split], settings())
        : null;
      pair = { evaluation: both.reference, comparison: both.comparison, fidelity };
    }
  } finally {
    pool?.close();
  }
  io.progress(null);
  expectFinite(network.name, evaluation);
  io.print(
    options.json
      ? JSON.stringify(evaluationJson(evaluation, pair))
      : describeEvaluation(titleOf(network), evaluation, pair, io.colour),
  );
}

/** The contract of `evaluate --json`. */
function evaluationJson(evaluation: Evaluation, pair: Against | null) {
  const plain = ({ nonFinite, ...rest }: Evaluation) => rest;
  if (pair === null) return plain(evaluation);
  const { comparison, fidelity } = pair;
  return {
    ...plain(evaluation),
    against: {
      ...comparison,
      metrics: pair.evaluation.metrics,
      fidelity: fidelity && {
        steps: fidelity.steps,
        output: deviationJson(fidelity.output),
        state: fidelity.state && deviationJson(fidelity.state),
        saturation: fidelity.saturation,
      },
    },
  };
}

function deviationJson({ rms, max, maxAt, relative }: Deviation) {
  return { rms, max, maxAt, relative };
}
