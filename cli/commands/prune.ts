// `prune`: a sparser or smaller network from a trained one.

import { type Command, Option } from "commander";
import { PRUNING_METHODS, type PruningMethod } from "../../bindings/prune/report.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  shareBelowOne,
  wholeFrom,
  withCommon,
} from "../options.ts";

export interface PruneCommandOptions extends CommonOptions {
  config?: string;
  sparsity?: number;
  method: PruningMethod;
  n?: number;
  m?: number;
  out: string;
}

const EXAMPLES = [
  "prune net.safetensors --sparsity 0.75 --out sparse.safetensors",
  "prune state_dict.safetensors --config net.json --method n:m --n 1 --m 4 --out sparse.safetensors",
  "prune net.safetensors --method neurons --sparsity 0.25 --out smaller.safetensors --json",
  "estimate sparse.safetensors --platform all",
];

export function addPrune(program: Command, io: Io): void {
  const command = program
    .command("prune")
    .summary("take the least important weights or neurons out of a network")
    .description(
      "Takes the least important weights or neurons out of a network, and says what is left and what that saves. " +
        "Input and recurrent weights have thresholds of their own; the readout is never pruned, and what a wiring does " +
        "not have stays absent. How accurate the rest is, only data can tell; training it further helps.",
    )
    .argument("<weights>", "checkpoint, .safetensors")
    .addOption(configOption())
    .addOption(
      new Option(
        "--sparsity <share>",
        "share of the weights (of the synapses that an LTC has, of the neurons of each layer) to take out",
      ).argParser(shareBelowOne),
    )
    .addOption(
      choiceOption(
        "--method <name>",
        "unstructured: weight by weight; 4x1: four neurons that share a source, which run fastest (synapses of an LTC go " +
          "one by one); n:m: all but n of every m neighbouring sources; neurons: whole neurons",
        PRUNING_METHODS,
      ).default("4x1"),
    )
    .addOption(new Option("--n <count>", "of n:m, weights that stay (default: 1)").argParser(wholeFrom(1)))
    .addOption(
      new Option("--m <count>", "of n:m, weights of which n stay (default: 4)").argParser(wholeFrom(1)),
    )
    .requiredOption("-o, --out <file>", "where the pruned network goes, .safetensors")
    .action(async (weights: string, options: PruneCommandOptions) => {
      const { prune } = await import("../actions/prune.ts");
      await prune(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
