// Networks whose answers are known without running them, and data sets to ask them.

import type { Dataset, Sample, Task } from "../../bindings/data/dataset.ts";
import { parseConfig } from "../../bindings/network/config.ts";
import { Network } from "../../bindings/network.ts";

/** y = W x + b at every step; weight [outputs][inputs]. */
export function linear(weight: number[][], bias: number[] = weight.map(() => 0), name = "linear"): Network {
  const [nOut, nIn] = [weight.length, weight[0]!.length];
  const config = { input_size: nIn, layer_sizes: [nOut] };
  const model = parseConfig({ class: "liquid-edge.MLP", config }, "test");
  const tensors = new Map([
    ["layers.0.weight", { shape: [nOut, nIn], data: Float32Array.from(weight.flat()) }],
    ["layers.0.bias", { shape: [nOut], data: Float32Array.from(bias) }],
  ]);
  return Network.fromModel({ ...model, tensors }, name);
}

interface Made {
  task: Task;
  /** Of each sequence: inputs [steps][inputs], and target of the sequence or of each step. */
  sequences: { input: number[][]; target: number[]; timespans?: number[] }[];
  classes?: string[];
  changes?: Partial<Dataset>;
}

/** A data set whose test part is `sequences`; targets per step where there are as many as steps and more than one. */
export function made({ task, sequences, classes, changes = {} }: Made): Dataset {
  const perStep = sequences.some(({ target }) => target.length > 1);
  const nInputs = sequences[0]?.input[0]?.length ?? 1;
  const test = sequences.map(({ input, target, timespans }, i): Sample => {
    return {
      id: `s${i}`,
      group: "made",
      nSteps: input.length,
      input: Float32Array.from(input.flat()),
      timespans: timespans === undefined ? null : Float32Array.from(timespans),
      target: Float32Array.from(target),
    };
  });
  const names = classes ?? (task === "regression" ? null : ["no", "yes"]);
  return {
    name: "made",
    task,
    targetsPer: perStep ? "step" : "sequence",
    readout: perStep ? "step" : "last",
    metric: task === "regression" ? "mse" : task === "binary" ? "auc" : "accuracy",
    nInputs,
    inputs: Array.from({ length: nInputs }, (_, i) => `x${i}`),
    nOutputs: task === "classification" ? names!.length : 1,
    nTargets: 1,
    classes: names,
    timeUnit: null,
    normalisation: null,
    blockSteps: null,
    splits: { train: [], validation: [], test },
    ...changes,
  };
}
