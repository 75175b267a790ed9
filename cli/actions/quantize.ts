import { availableParallelism } from "node:os";
import { parseSequence, type Sequence } from "../../bindings/core/sequence.ts";
import type { Dataset } from "../../bindings/data/dataset.ts";
import { complain } from "../../bindings/errors.ts";
import { lower } from "../../bindings/image/lower.ts";
import type { SkipUnchanged } from "../../bindings/image/lowered-integer.ts";
import type { Model } from "../../bindings/network/model.ts";
import { describeValue, printable } from "../../bindings/network/printable.ts";
import { Network } from "../../bindings/network.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import { parseCalibrationCsv } from "../../bindings/quantize/calibration-csv.ts";
import { calibrationOf, elapsedTimes } from "../../bindings/quantize/calibration-data.ts";
import type { InputCounts } from "../../bindings/quantize/input-map.ts";
import { writeIntegerModel } from "../../bindings/quantize/integer-file.ts";
import {
  type QuantizeOptions as LibraryOptions,
  type PlainQuantizeOptions,
  quantize as quantizeModel,
} from "../../bindings/quantize/quantize.ts";
import type { QuantizationReport } from "../../bindings/quantize/report.ts";
import type { TimeRange } from "../../bindings/quantize/time-format.ts";
import { taskMerit } from "../../bindings/train/task-merit.ts";
import { summarise } from "../../format/summary.ts";
import type { QuantizeOptions } from "../commands/quantize.ts";
import type { Io } from "../io.ts";
import { skipText } from "../matrices.ts";
import { usageError } from "../options.ts";
import { progressOf } from "../progress.ts";
import { namedFolder, readDataset } from "../read-dataset.ts";
import { readModelFile } from "../read-model.ts";
import { fileName, readJson, readText } from "../read-text.ts";
import { bytes, count, digits, neuronList, percent, table, whole } from "../text.ts";

/** Quantizes a network, writes it and reports what that cost. */
export async function quantize(io: Io, weights: string, options: QuantizeOptions): Promise<void> {
  const { precision, out, layers } = options;
  const skipUnchanged = readSkip(options);
  const model = await readModelFile(io, weights, options.config);
  const { calibration, time, source, inputNames, dataset } = await readCalibration(io, model, options);
  const counts = await readCounts(io, options.counts, lower(model).input.length, dataset);
  const settings: PlainQuantizeOptions = {
    precision,
    calibration,
    source,
    ...activationsOf(options),
    ...(inputNames === undefined ? {} : { inputNames }),
    time: { min: options.timeMin ?? time.min, max: options.timeMax ?? time.max },
    ...(counts === null ? {} : counts),
    ...(layers === undefined ? {} : { layers }),
  };
  const onStep = progressOf(io);
  const { network, report } = usesThreads(model, calibration, options)
    ? await (await import("../quantize-threads.ts")).quantizeInThreads(
        model,
        settings,
        dataset,
        onStep,
        options.threads,
      )
    : quantizeModel(model, { ...settings, ...(await meritOf(dataset)), onStep });
  io.progress(null);
  const integers = { config: model, precision, network, skipUnchanged };
  const file = writeIntegerModel(integers);
  const name = fileName(out);
  const image = {
    beforeBytes: Network.fromModel(model).compiled.image.length,
    afterBytes: Network.fromInteger(integers, name).compiled.image.length,
  };
  await io.writeFile(out, file);
  const skip = skipUnchanged === null ? {} : { skipUnchanged };
  if (options.json)
    io.print(JSON.stringify({ out: name, fileBytes: file.length, image, ...skip, ...report }));
  else {
    const readsBytes = network.layers.some((layer) => "narrowed" in layer && layer.narrowed !== null);
    const hints = readsBytes && report.relativeRmsError > WIDEN_ABOVE ? [WIDEN_HINT] : [];
    const { errorWithBytes } = report;
    if (errorWithBytes !== null) hints.push(widened(errorWithBytes));
    if (skipUnchanged !== null)
      hints.push(`  skips  ${skipText(skipUnchanged)}; estimate --data says what that saves`);
    io.print(describe(model, name, file.length, image, report, hints, io.colour));
  }
}

/** What is to be skipped; null: nothing. Throws a usage error where no matrix could be held. */
function readSkip({
  skipUnchanged: of,
  skipThreshold: threshold,
  precision,
  activations,
  layers,
}: QuantizeOptions): SkipUnchanged | null {
  if (of === undefined) {
    if (threshold === undefined) return null;
    throw usageError("--skip-threshold: expected with --skip-unchanged, found without");
  }
  if (activations === "16")
    throw usageError("--skip-unchanged: expected with --activations 8, found with 16");
  if (precision === "int4" && !Object.values(layers ?? {}).includes("int8")) {
    throw usageError(
      "--skip-unchanged: expected with --precision int8, found with int4 (--layers name=int8 for single layers)",
    );
  }
  return { of, threshold: threshold ?? 0 };
}

/** Skipping needs activations of 8 bits; else the quantizer decides. */
function activationsOf({ activations, skipUnchanged }: QuantizeOptions): { activations?: 8 | 16 } {
  if (activations !== undefined) return { activations: activations === "16" ? 16 : 8 };
  return skipUnchanged === undefined ? {} : { activations: 8 };
}

async function meritOf(dataset: Dataset | null): Promise<Pick<LibraryOptions, "merit">> {
  const merit = dataset === null ? undefined : await taskMerit(dataset);
  return merit === undefined ? {} : { merit };
}

/** Connections times steps of the calibration data, from about a second of work on: threads take a while to start. */
const LEAST_WORK = 3e7;

/** From its sources a command has no file that a thread could start. */
function usesThreads(
  model: Model,
  calibration: readonly Sequence[],
  { threads }: Pick<QuantizeOptions, "threads">,
): boolean {
  if (threads === 1 || import.meta.url.endsWith(".ts")) return false;
  if (threads !== undefined) return true;
  const weights = [...model.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return (
    availableParallelism() > 1 &&
    weights * calibration.reduce((sum, { batch, steps }) => sum + batch * steps, 0) >= LEAST_WORK
  );
}

interface Calibration {
  calibration: Sequence[];
  /** Elapsed times that the network will see. */
  time: TimeRange;
  /** What messages call it. */
  source: string;
  inputNames?: readonly string[];
  /** Where the data came from one. */
  dataset: Dataset | null;
}

/** Inputs from a data set, from JSON or, when the text does not begin like JSON, from CSV. */
async function readCalibration(io: Io, model: Model, options: QuantizeOptions): Promise<Calibration> {
  const { calibrate, dataset: id, description, split } = options;
  if (id !== undefined || description !== undefined || namedFolder(calibrate) !== undefined) {
    const dataset = await readDataset(io, { ...options, data: calibrate, flag: "--calibrate" });
    return { ...calibrationOf(dataset, split), dataset };
  }
  const source = fileName(calibrate);
  const text = await readText(io, calibrate, "bad-input");
  const lowered = lower(model);
  const calibration = /^\s*[[{]/.test(text)
    ? [parseSequence(parseJson(text, source, "bad-input"), lowered, source)]
    : parseCalibrationCsv(text, lowered.input.length, source);
  return { calibration, time: elapsedTimes(calibration), source, dataset: null };
}

/** What a sensor's counts are to the network, from a file or from the data set; null: nobody said. */
async function readCounts(
  io: Io,
  counts: string | true | undefined,
  nInputs: number,
  dataset: Dataset | null,
): Promise<{ counts: InputCounts; countsSource: string } | null> {
  if (counts === undefined) return null;
  if (counts !== true) {
    const countsSource = fileName(counts);
    const json = await readJson(io, counts, "bad-config");
    return { counts: parseCounts(json, nInputs, countsSource), countsSource };
  }
  if (dataset === null)
    throw usageError("--counts: expected a file, or a data set in --calibrate, found neither");
  if (dataset.normalisation === null) {
    throw usageError(
      `--counts: the inputs of ${dataset.name} are no plain scaling of counts; expected a file`,
    );
  }
  return { counts: dataset.normalisation, countsSource: dataset.name };
}

/** `{ "offset": …, "scale": … }`, each a number or a list with one for each input. */
function parseCounts(json: unknown, nInputs: number, source: string): InputCounts {
  const fail = (field: string | undefined, expected: string, found: unknown) =>
    complain("bad-config", source, {
      ...(field === undefined ? {} : { field }),
      expected,
      found: describeValue(found),
    });
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw fail(undefined, 'an object with "offset" and "scale"', json);
  }
  const unknown = Object.keys(json).find((key) => key !== "offset" && key !== "scale");
  if (unknown !== undefined) throw fail(unknown, 'only "offset" and "scale"', unknown);
  const numbers = (field: "offset" | "scale"): Float64Array => {
    const value = (json as Record<string, unknown>)[field];
    if (typeof value === "number") return new Float64Array(nInputs).fill(value);
    if (Array.isArray(value) && value.every((x) => typeof x === "number")) return Float64Array.from(value);
    throw fail(field, "a number, or a list of numbers", value);
  };
  return { offset: numbers("offset"), scale: numbers("scale") };
}

/** Relative errors above this suggest activations of 16 bits. */
const WIDEN_ABOVE = 0.02;
const WIDEN_HINT =
  "  careful: above 2 %; --activations 16 makes what is not the weights' part of it smaller, at the same size";

const widened = (error: number) =>
  `  activations of 16 bits: with 8 the error is ${percent(error)}, above ${percent(WIDEN_ABOVE)}; the image keeps its size, a core ` +
  "without int8 vector instructions its speed (--activations 8 keeps 8)";

function describe(
  model: Model,
  name: string,
  fileBytes: number,
  { beforeBytes, afterBytes }: { beforeBytes: number; afterBytes: number },
  {
    precision,
    layers,
    neuronsWithoutInputs,
    constantInputs,
    isPlain,
    steps,
    rmsError,
    relativeRmsError,
  }: QuantizationReport,
  hints: readonly string[],
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
    ...(isPlain ? ["  each weight rounded for itself: less loss than rounding for the floats' outputs"] : []),
    ...hints,
    ...neuronsWithoutInputs.map(({ cell, neurons }) => `  without inputs in ${cell}: ${neuronList(neurons)}`),
    ...constantInputs.map(
      ({ input, name, value }) =>
        `  careful: input ${input}${name === null ? "" : ` (${printable(name)})`} is ${digits(value)} in every step of the calibration data, ${value === 0 ? "taken to reach ±1" : "what lies beyond is clamped"}`,
    ),
    "",
    table(
      [
        { title: "layer" },
        { title: "kind" },
        { title: "bits", align: right },
        { title: "unit of a weight", align: right },
        { title: "unit of the output", align: right },
        { title: "saturated", align: right },
      ],
      layers.map((layer) => [
        layer.name,
        layer.kind.replace("int-", ""),
        layer.bits === null ? "" : `${layer.bits}`,
        span(layer.weightScale),
        span(layer.outputUnit),
        layer.values === 0 ? "" : `${whole(layer.saturated)} of ${whole(layer.values)}`,
      ]),
      colour,
    ),
  ].join("\n");
}
