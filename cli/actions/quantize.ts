import { parseSequence, type Sequence } from "../../bindings/core/sequence.ts";
import { lower } from "../../bindings/image/lower.ts";
import type { Model } from "../../bindings/network/model.ts";
import { Network } from "../../bindings/network.ts";
import { parseCalibrationCsv } from "../../bindings/quantize/calibration-csv.ts";
import { writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import { quantize as quantizeModel } from "../../bindings/quantize/quantize.ts";
import type { QuantizationReport } from "../../bindings/quantize/report.ts";
import type { QuantizeOptions } from "../commands/quantize.ts";
import type { Io } from "../io.ts";
import { readModelFile } from "../read-model.ts";
import { fileName, parseJson, readText } from "../read-text.ts";
import { summarise } from "../summary.ts";
import { bytes, count, digits, neuronList, percent, table, whole } from "../text.ts";

/** Quantizes a network, writes it and reports what that cost. */
export async function quantize(io: Io, weights: string, options: QuantizeOptions): Promise<void> {
  const { precision, calibrate, out } = options;
  const model = await readModelFile(io, weights, options.config);
  const source = fileName(calibrate);
  const calibration = readCalibration(await readText(io, calibrate, "bad-input"), model, source);
  const { network, report } = quantizeModel(model, {
    precision,
    calibration,
    source,
    ...timeOf(options, calibration),
  });
  const integers = { config: model, precision, network };
  const file = writeIntegerModel(integers);
  const name = fileName(out);
  const image = {
    beforeBytes: Network.fromModel(model).compiled.image.length,
    afterBytes: Network.fromInteger(integers, name).compiled.image.length,
  };
  await io.writeFile(out, file);
  if (options.json) io.print(JSON.stringify({ out: name, fileBytes: file.length, image, ...report }));
  else io.print(describe(model, name, file.length, image, report, io.colour));
}

/** Inputs from JSON or, when the text does not begin like JSON, from CSV. */
function readCalibration(text: string, model: Model, source: string): Sequence[] {
  const lowered = lower(model);
  if (!/^\s*[[{]/.test(text)) return parseCalibrationCsv(text, lowered.input.length, source);
  return [parseSequence(parseJson(text, source, "bad-input"), lowered, source)];
}

function timeOf({ timeMin, timeMax }: QuantizeOptions, sequences: readonly Sequence[]) {
  if (timeMin === undefined && timeMax === undefined) return {};
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const { timespans } of sequences) {
    for (const t of timespans ?? [1]) [min, max] = [Math.min(min, t), Math.max(max, t)];
  }
  return { time: { min: timeMin ?? min, max: timeMax ?? max } };
}

function describe(
  model: Model,
  name: string,
  fileBytes: number,
  { beforeBytes, afterBytes }: { beforeBytes: number; afterBytes: number },
  { precision, layers, neuronsWithoutInputs, steps, rmsError, relativeRmsError }: QuantizationReport,
  colour: boolean,
): string {
  const span = (range: [number, number] | null): string => {
    if (range === null) return "";
    const [low, high] = range.map((x) => digits(x));
    return low === high ? low! : `${low}–${high}`;
  };
  const right = "right" as const;
  return [
    `${name}: ${summarise(model)}; ${precision}, ${bytes(fileBytes)}`,
    `  image  ${bytes(afterBytes)}, fp32 ${bytes(beforeBytes)} (${percent(afterBytes / beforeBytes)})`,
    `  error  ${percent(relativeRmsError)} of the output's rms, ${digits(rmsError)} rms, on ${count(steps, "time step")} of calibration data`,
    ...neuronsWithoutInputs.map(({ cell, neurons }) => `  without inputs in ${cell}: ${neuronList(neurons)}`),
    "",
    table(
      [
        { title: "layer" },
        { title: "kind" },
        { title: "unit of a weight", align: right },
        { title: "unit of the output", align: right },
        { title: "saturated", align: right },
      ],
      layers.map((layer) => [
        layer.name,
        layer.kind.replace("int-", ""),
        span(layer.weightScale),
        span(layer.outputUnit),
        layer.values === 0 ? "" : `${whole(layer.saturated)} of ${whole(layer.values)}`,
      ]),
      colour,
    ),
  ].join("\n");
}
