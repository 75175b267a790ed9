// `quantize`: a float network becomes one of integers, with calibration data.

import { type Command, InvalidArgumentError, Option } from "commander";
import { SPLITS, type Split } from "../../bindings/data/dataset.ts";
import { MAX_THRESHOLD } from "../../bindings/image/format.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "../../bindings/quantize/precisions.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  datasetOption,
  descriptionOption,
  numberIn,
  threadsOption,
  wholeIn,
  withCommon,
} from "../options.ts";

export interface QuantizeOptions extends CommonOptions {
  config?: string;
  precision: IntegerPrecision;
  activations?: "8" | "16";
  calibrate: string;
  dataset?: string;
  description?: string;
  split: Split;
  /** A file, or true: those of the data set. */
  counts?: string | true;
  layers?: Record<string, IntegerPrecision>;
  skipUnchanged?: "inputs" | "all";
  skipThreshold?: number;
  out: string;
  timeMin?: number;
  timeMax?: number;
  threads?: number;
}

const EXAMPLES = [
  "quantize net.safetensors --calibrate in.json --out net.int8.safetensors",
  "quantize state_dict.safetensors --config net.json --precision int4 --calibrate log.csv --out net.int4.safetensors",
  "quantize net.safetensors --activations 16 --calibrate ../data/imu-wand --counts --out net.int8.safetensors",
  "quantize net.safetensors --skip-unchanged --calibrate ../data/physionet2012 --out net.int8.safetensors",
  "quantize net.safetensors --precision int4 --layers cfc=int8 --calibrate log.csv --out net.mixed.safetensors",
];

/** Parser of `name=precision`, separated by commas. */
function layerPrecisions(text: string): Record<string, IntegerPrecision> {
  const layers: Record<string, IntegerPrecision> = {};
  for (const part of text.split(",")) {
    const [name = "", id = ""] = part.split("=").map((word) => word.trim());
    const precision = INTEGER_PRECISIONS.find((one) => one === id);
    if (name === "" || precision === undefined || Object.hasOwn(layers, name)) {
      throw new InvalidArgumentError(
        `Expected name=${INTEGER_PRECISIONS.join(" or name=")}, each name once.`,
      );
    }
    layers[name] = precision;
  }
  return layers;
}

export function addQuantize(program: Command, io: Io): void {
  const command = program
    .command("quantize")
    .summary("turn a network of floats into one of integers")
    .description(
      "Turns a network of floats into one of integers, which runs without a floating-point unit and gives the same bits " +
        "everywhere. Calibration data are inputs like those that the network will see. The report says what it cost: " +
        "scales, values that saturated, error against the float network on these data.",
    )
    .argument("<weights>", "checkpoint of floats, .safetensors")
    .addOption(configOption())
    .addOption(choiceOption("--precision <id>", "bits of the weights", ["int8", "int4"]).default("int8"))
    .addOption(
      choiceOption(
        "--activations <bits>",
        "of what matrices read; 16 is several times more exact, and as fast where there is no int8 vector unit (default: 8, " +
          "or 16 where 8 leave the error of int8 weights above 2 %)",
        ["8", "16"],
      ),
    )
    .requiredOption(
      "--calibrate <path>",
      "JSON as for run --input, or CSV: one time step a line, one column an input, an empty line between sequences; " +
        'a column named "elapsed" is the elapsed time; or what evaluate --data takes: the folder of a data set, or a CSV ' +
        "with --description",
    )
    .addOption(datasetOption())
    .addOption(descriptionOption())
    .addOption(choiceOption("--split <part>", "part of a data set", SPLITS).default("train"))
    .option(
      "--counts [file]",
      "the image takes the raw counts of the sensors: JSON with offset and scale, input = (count - offset) / scale, a " +
        "number for all inputs or a list; without a file those of the data set",
    )
    .addOption(
      new Option(
        "--layers <name=id,…>",
        "bits of single layers' weights, e.g. cfc=int8,fc=int4; the report has the names",
      ).argParser(layerPrecisions),
    )
    .addOption(
      new Option(
        "--skip-unchanged [of]",
        "columns of dense int8 matrices are multiplied where their inputs have changed: of the network's inputs, or of all that " +
          "matrices read; the same outputs; whether it pays depends on the data, which estimate --data tells",
      )
        .choices(["inputs", "all"])
        .preset("inputs"),
    )
    .addOption(
      new Option(
        "--skip-threshold <n>",
        "largest change that is skipped, of 127; other outputs then, which evaluate judges (default: 0)",
      ).argParser(wholeIn(0, MAX_THRESHOLD)),
    )
    .requiredOption("-o, --out <file>", "where the quantized network goes, .safetensors")
    .addOption(
      new Option("--time-min <t>", "shortest elapsed time (default: of the calibration data)").argParser(
        numberIn(0),
      ),
    )
    .addOption(
      new Option("--time-max <t>", "longest elapsed time (default: of the calibration data)").argParser(
        numberIn(0),
      ),
    )
    .addOption(threadsOption("roundings to try"))
    .action(async (weights: string, options: QuantizeOptions) => {
      const { quantize } = await import("../actions/quantize.ts");
      await quantize(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
