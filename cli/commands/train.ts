// `train`: a network from labelled sequences.

import { type Command, InvalidArgumentError, Option } from "commander";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import { CELLS, type CellOptions, CFC_MODES, WIRINGS } from "../../bindings/train/cells.ts";
import { LOSSES, type LossName } from "../../bindings/train/loss.ts";
import { OPTIMISERS, type OptimiserName } from "../../bindings/train/optimiser.ts";
import { SCHEDULES, type ScheduleName } from "../../bindings/train/schedule.ts";
import type { TrainingPruning } from "../../bindings/train/settings.ts";
import type { ValidationChoice } from "../../bindings/train/training-data.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  datasetOption,
  descriptionOption,
  numberIn,
  shareBelowOne,
  wholeFrom,
  withCommon,
} from "../options.ts";

/** What is absent takes the cell's or the data set's default. */
export interface TrainOptions extends CommonOptions, Partial<Omit<CellOptions, "cell" | "units">> {
  dataset?: string;
  description?: string;
  from?: string;
  precision?: IntegerPrecision;
  config?: string;
  cell?: CellOptions["cell"];
  units?: number;
  epochs?: number;
  batch?: number;
  lr?: number;
  optimiser?: OptimiserName;
  weightDecay?: number;
  schedule?: ScheduleName;
  stepEvery?: number;
  stepFactor?: number;
  warmup?: number;
  loss?: LossName;
  labelSmoothing?: number;
  positiveWeight?: number;
  readout?: "last" | "mean";
  clip?: number;
  noise?: number;
  scaleNoise?: number;
  roll?: number;
  mirror?: boolean;
  window?: number;
  stride?: number;
  washout?: number;
  truncate?: number;
  sparsity?: number;
  pruning?: TrainingPruning["method"];
  n?: number;
  m?: number;
  energyBudgetUj?: number;
  board?: string;
  rateHz?: number;
  seed?: number;
  validation?: ValidationChoice;
  patience?: number;
  keep?: "best" | "last";
  resume?: string;
  out: string;
  plot?: string;
}

const EXAMPLES = [
  "train ../data/imu-wand --cell gru --units 32 --out gesture.safetensors --plot curve.svg",
  "train ../data/physionet2012 --cell cfc --units 32 --patience 3 --out stay.safetensors",
  "train ../data/occupancy --cell ltc --units 16 --wiring auto-ncp --seed 1 --out occupied.safetensors --json",
  "train pump.csv --description pump.json --cell liquid-gate --validation 0.1 --out pump.safetensors",
  "train ../data/imu-wand --cell gru --sparsity 0.7 --out sparse.safetensors",
  "train ../data/imu-wand --cell gru --energy-budget-uj 3 --board nrf52840 --out frugal.safetensors",
  "train ../data/imu-wand --from gesture.safetensors --lr 0.001 --epochs 5 --out tuned.safetensors",
  "train ../data/imu-wand --from gesture.safetensors --precision int4 --lr 0.001 --epochs 5 --out tuned.safetensors",
  "train ../data/imu-wand --resume gesture.checkpoint.safetensors --out gesture.safetensors",
];

export function addTrain(program: Command, io: Io): void {
  const command = program
    .command("train")
    .summary("train a network on labelled sequences")
    .description(
      "Trains a network on a data set and writes it with its configuration, what it was trained on, and how. Data sets " +
        "that are known by name bring settings of published baselines. Equal data, options and seed give the same file. " +
        "Ctrl-C leaves a checkpoint beside --out, from which --resume goes on to the same file as well.",
    )
    .argument("<data>", "folder of a data set, or a CSV")
    .addOption(datasetOption())
    .addOption(descriptionOption());
  command
    .option(
      "--from <weights>",
      "train this network on, .safetensors, instead of a new one; what was pruned stays out",
    )
    .addOption(configOption())
    .addOption(
      choiceOption(
        "--precision <id>",
        "with --from: train it for its integers, which quantize then makes of what is written",
        INTEGER_PRECISIONS,
      ),
    );
  addCell(command);
  addSettings(command);
  command
    .option("--resume <checkpoint>", "go on with a training that was stopped; its own options hold")
    .requiredOption("-o, --out <file>", "where the network goes, .safetensors")
    .option("--plot <file>", "draw loss and metric over the epochs, .svg")
    .action(async (data: string, options: TrainOptions) => {
      const { train } = await import("../actions/train.ts");
      await train(io, data, options);
    });
  withCommon(command, EXAMPLES);
}

function addCell(command: Command): void {
  command
    .addOption(choiceOption("--cell <name>", "kind of network (default: cfc)", CELLS))
    .addOption(
      new Option("--units <n>", "neurons of its state; mlp: of each of two layers (default: 32)").argParser(
        wholeFrom(1),
      ),
    )
    .addOption(
      choiceOption("--wiring <kind>", "of ltc (default: fully-connected) and cfc (default: none)", WIRINGS),
    )
    .addOption(
      new Option(
        "--wiring-sparsity <share>",
        "synapses that random and auto-ncp leave out (default: 0.5)",
      ).argParser(shareBelowOne),
    )
    .addOption(
      new Option("--wiring-seed <n>", "of its synapses (default: that of ncps)").argParser(wholeFrom(0)),
    )
    .addOption(choiceOption("--mode <name>", "of cfc (default: default)", CFC_MODES))
    .addOption(new Option("--backbone-layers <n>", "of cfc (default: 0)").argParser(wholeFrom(0)))
    .addOption(
      new Option("--backbone-units <n>", "of cfc with a backbone (default: 128)").argParser(wholeFrom(1)),
    )
    .option("--mixed-memory", "an LSTM memory beside the state, of ltc and cfc")
    .option(
      "--projection",
      "of ltc: a linear layer reads all neurons (default: the first neurons are the outputs, as in ncps)",
    )
    .addOption(
      new Option("--unfolds <n>", "solver steps a time step, of ltc and ctrnn (default: 6)").argParser(
        wholeFrom(1),
      ),
    )
    .addOption(
      choiceOption(
        "--constraints <kind>",
        "how ltc keeps conductances positive: implicit, through softplus (default); explicit, clamped after each step",
        ["implicit", "explicit"],
      ),
    );
}

function addSettings(command: Command): void {
  const number = (flags: string, description: string, parse: (text: string) => number) =>
    command.addOption(new Option(flags, description).argParser(parse));
  number("--epochs <n>", "rounds through the training part", wholeFrom(1));
  number("--batch <n>", "sequences or windows a step of the optimiser", wholeFrom(1));
  number("--lr <rate>", "learning rate", numberIn(0));
  command.addOption(choiceOption("--optimiser <name>", "(default: adam)", OPTIMISERS));
  number(
    "--weight-decay <x>",
    "of adamw (default: 0.01), or added to gradients",
    numberIn(0, undefined, true),
  );
  command.addOption(
    choiceOption("--schedule <name>", "of the learning rate: cosine falls to 0 (default: cosine)", SCHEDULES),
  );
  number("--step-every <epochs>", "of --schedule step (default: a third of the epochs)", wholeFrom(1));
  number("--step-factor <x>", "of --schedule step (default: 0.1)", numberIn(0, 1));
  number("--warmup <steps>", "of the optimiser until the full learning rate (default: 0)", wholeFrom(0));
  command.addOption(choiceOption("--loss <name>", "(default: the one that suits the task)", LOSSES));
  number("--label-smoothing <share>", "of classes", shareBelowOne);
  number("--positive-weight <x>", "of class 1 of a binary task in the loss", numberIn(0));
  command.addOption(
    choiceOption(
      "--readout <kind>",
      "what the loss judges of a sequence with one target (default: the data's)",
      ["last", "mean"],
    ),
  );
  number("--clip <norm>", "largest norm of a gradient; 0: any (default: 1)", numberIn(0, undefined, true));
  number("--noise <deviation>", "normal noise on each input", numberIn(0, undefined, true));
  number(
    "--scale-noise <deviation>",
    "of a factor on all inputs of a sequence",
    numberIn(0, undefined, true),
  );
  number("--roll <steps>", "largest random shift in time", wholeFrom(0));
  command.option("--no-mirror", "no mirror images of lidar-steering");
  number("--window <steps>", "cut sequences with targets per step; 0: whole", wholeFrom(0));
  number("--stride <steps>", "from window to window (default: half a window)", wholeFrom(1));
  number("--washout <steps>", "at a training sequence's start that do not count (default: 0)", wholeFrom(0));
  number("--truncate <steps>", "how far gradients go back; 0: to the start (default: 0)", wholeFrom(0));
  number(
    "--sparsity <share>",
    "of each part's weights (of the synapses that an LTC has; of each layer's neurons) to take out on the way",
    shareBelowOne,
  );
  command.addOption(
    choiceOption("--pruning <method>", "how, as prune has it (default with --sparsity: 4x1)", [
      "unstructured",
      "4x1",
      "n:m",
      "neurons",
    ]),
  );
  number("--n <count>", "of --pruning n:m, weights that stay (default: 1)", wholeFrom(1));
  number("--m <count>", "of --pruning n:m, weights of which n stay (default: 4)", wholeFrom(1));
  number(
    "--energy-budget-uj <x>",
    "with --board: take weights out until the estimate of a time step keeps to it, typical value",
    numberIn(0),
  );
  command.option("--board <id>", "that the budget is for, see boards");
  number(
    "--rate-hz <rate>",
    "of steps: the budget is that of a whole period, wake-up and idle included (default: of the active core alone)",
    numberIn(0),
  );
  number("--seed <n>", "of weights, order, noise and augmentation (default: 0)", wholeFrom(0));
  command.addOption(
    new Option(
      "--validation <part>",
      "split: the data's own validation part; none: train on it too; or a share of the training part (default: split)",
    ).argParser(validationChoice),
  );
  number("--patience <epochs>", "stop after so many without a better validation metric", wholeFrom(1));
  command.addOption(
    choiceOption("--keep <which>", "weights of the best epoch in validation (default), or the last ones", [
      "best",
      "last",
    ]),
  );
}

function validationChoice(text: string): ValidationChoice {
  if (text === "split" || text === "none") return text;
  const share = text.trim() === "" ? Number.NaN : Number(text);
  if (share > 0 && share < 1) return share;
  throw new InvalidArgumentError("Expected split, none, or a share above 0 and below 1.");
}
