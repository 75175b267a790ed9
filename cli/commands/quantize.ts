// `quantize`: a float network becomes one of integers, with calibration data.

import { type Command, Option } from "commander";
import type { IntegerPrecision } from "../../bindings/quantize/quantize.ts";
import type { Io } from "../io.ts";
import { type CommonOptions, choiceOption, configOption, numberIn, withCommon } from "../options.ts";

export interface QuantizeOptions extends CommonOptions {
  config?: string;
  precision: IntegerPrecision;
  calibrate: string;
  out: string;
  timeMin?: number;
  timeMax?: number;
}

const EXAMPLES = [
  "quantize net.safetensors --calibrate in.json --out net.int8.safetensors",
  "quantize state_dict.safetensors --config net.json --precision int4 --calibrate log.csv --out net.int4.safetensors",
];

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
    .requiredOption(
      "--calibrate <file>",
      "JSON as for run --input, or CSV: one time step a line, one column an input, an empty line between sequences; " +
        'a column named "elapsed" is the elapsed time',
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
    .action(async (weights: string, options: QuantizeOptions) => {
      const { quantize } = await import("../actions/quantize.ts");
      await quantize(io, weights, options);
    });
  withCommon(command, EXAMPLES);
}
