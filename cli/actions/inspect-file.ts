// Recognises a file by its contents and describes it.

import { parseBoardFile } from "../../bindings/board/load.ts";
import { totalOperations } from "../../bindings/count/op-class.ts";
import { complain } from "../../bindings/errors.ts";
import { parseOpProfile } from "../../bindings/estimate/parse-profile.ts";
import { compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { configToJson, modelWidths, parseConfig } from "../../bindings/network/config.ts";
import { describeModel } from "../../bindings/network/describe.ts";
import { describeValue, printable } from "../../bindings/network/printable.ts";
import { parseSafetensors, type SafetensorsFile } from "../../bindings/network/safetensors.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import { isIntegerFile, readIntegerModel } from "../../bindings/quantize/integer-file.ts";
import { isTrainingCheckpoint, readCheckpoint } from "../../bindings/train/checkpoint-file.ts";
import { trainedForOf } from "../../bindings/train/trained-model.ts";
import { summarise } from "../../format/summary.ts";
import type { Io } from "../io.ts";
import { type Matrix, matricesOf, matrixTable, skipText } from "../matrices.ts";
import { decodeText, fileName, readJson } from "../read-text.ts";
import { bytes as byteCount, count, table, whole } from "../text.ts";
import { boardPage } from "./board-page.ts";

/** What is in a file. `json.kind` says which of the others it has. */
export interface Finding {
  json: { file: string; kind: string; bytes: number } & Record<string, unknown>;
  text(colour: boolean): string;
}

const METADATA_KEY = "liquid_edge";

/** Describes the file. Throws as the readers of its kind do when it is not as it should be. */
export async function inspectFile(io: Io, path: string, config: string | undefined): Promise<Finding> {
  const data = await io.readFile(path);
  const name = fileName(path);
  if (!looksLikeJson(data)) return inspectCheckpoint(io, data, name, config);
  const text = decodeText(data, name, "bad-file");
  const value = parseJson(text, name, "bad-file");
  const base = { file: name, bytes: data.length };
  if (!isObject(value)) {
    throw complain("bad-file", name, { expected: "a JSON object", found: describeValue(value) });
  }
  if ("operatingPoints" in value) {
    const board = await parseBoardFile(text, name);
    return {
      json: { ...base, kind: "board", board },
      text: (colour) => `${name}: board file\n\n${boardPage(board, colour)}`,
    };
  }
  if ("classes" in value || "macs" in value) return inspectProfile(value, base);
  if ("class" in value) return inspectConfiguration(value, base);
  if ("input" in value) return inspectInput(value, base);
  throw complain("bad-file", name, {
    expected: 'a network, a board, an operation profile, a configuration ("class") or an input ("input")',
    found: `an object with ${Object.keys(value).slice(0, 5).map(printable).join(", ") || "no fields"}`,
  });
}

/** Safetensors files begin with a length, whose high bytes are 0; JSON begins with a brace behind white space. */
function looksLikeJson(data: Uint8Array): boolean {
  const first = data.find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte));
  const isPadded = data.length >= 8 && data.subarray(4, 8).every((byte) => byte === 0);
  return !isPadded && (first === 0x7b || first === 0x5b);
}

async function inspectCheckpoint(
  io: Io,
  data: Uint8Array,
  name: string,
  configPath: string | undefined,
): Promise<Finding> {
  if (isIntegerFile(data)) return inspectQuantized(data, name);
  const file = parseSafetensors(data, name);
  if (isTrainingCheckpoint(file.metadata)) return inspectTraining(data, name);
  const base = { file: name, bytes: data.length };
  if (configPath === undefined && !Object.hasOwn(file.metadata, METADATA_KEY))
    return inspectTensors(file, base);
  const config = configPath === undefined ? undefined : await readJson(io, configPath, "bad-config");
  const model = readModel(data, config, {
    weights: name,
    ...(configPath === undefined ? {} : { config: fileName(configPath) }),
  });
  const { widths, parameters, synapses, pruned, tensors } = describeModel(model);
  const matrices = matricesOf(compile(model, { source: name }));
  const metadata = notesOf(file);
  const trainedFor = trainedForOf(metadata);
  return {
    json: {
      ...base,
      kind: "network",
      ...configToJson(model),
      widths,
      parameters,
      synapses,
      pruned,
      tensors,
      matrices,
      trainedFor,
      metadata,
    },
    text: (colour) =>
      [
        `${name}: ${model.class}, ${byteCount(data.length)}`,
        `  network     ${summarise(model)}`,
        `  parameters  ${whole(parameters.trainable)} trainable${parameters.masks === 0 ? "" : `, ${whole(parameters.masks)} mask entries`}`,
        ...(synapses === null
          ? []
          : [
              `  synapses    ${whole(synapses.recurrent)} between neurons, ${whole(synapses.sensory)} from inputs`,
            ]),
        ...(pruned === null
          ? []
          : [
              `  pruned      ${whole(pruned.absent)} of ${whole(pruned.possible)} weights of matrices with a prune mask`,
            ]),
        ...(trainedFor === null ? [] : [`  trained     for its integers, ${trainedFor}`]),
        ...metadataLines(metadata),
        "",
        "Configuration",
        ...Object.entries(configToJson(model).config).map(
          ([key, value]) => `  ${key}: ${JSON.stringify(value)}`,
        ),
        "",
        tensorTable(tensors, colour),
        ...matrixLines(matrices, colour),
      ].join("\n"),
  };
}

/** The checkpoint of a training that has not ended. */
function inspectTraining(data: Uint8Array, name: string): Finding {
  const { model, settings, data: about, state } = readCheckpoint(data, name);
  const { epoch, best, masks } = state;
  const last = state.history.at(-1) ?? null;
  return {
    json: {
      file: name,
      kind: "training checkpoint",
      bytes: data.length,
      ...configToJson(model),
      data: about,
      settings,
      epoch,
      bestEpoch: best?.epoch ?? null,
      trainsFor: settings.precision,
      last,
    },
    text: () =>
      [
        `${name}: checkpoint of a training of ${model.class}, ${byteCount(data.length)}`,
        `  network  ${summarise(model)}`,
        `  data     ${printable(about.name)}, SHA-256 ${printable(about.sha256.slice(0, 12))}…`,
        `  done     ${whole(epoch)} of ${count(settings.epochs, "epoch")}${best === null ? "" : `, epoch ${whole(best.epoch)} the best`}`,
        `  trains   ${settings.precision === null ? "its floats" : `for its integers, ${settings.precision}`}${masks === null ? "" : ", pruned on the way"}`,
        "  `liquid-edge train <data> --resume` goes on with it.",
      ].join("\n"),
  };
}

function matrixLines(matrices: readonly Matrix[], colour: boolean): string[] {
  return matrices.length === 0 ? [] : ["", matrixTable(matrices, colour)];
}

/** A network that `quantize` made. */
function inspectQuantized(data: Uint8Array, name: string): Finding {
  const { config, precision, network, skipUnchanged = null } = readIntegerModel(data, name);
  const layers = network.layers.map(({ name: layer, kind, out }) => ({ name: layer, kind, n: out.length }));
  const { time } = network;
  const model = configToJson(config);
  const matrices = matricesOf(compileInteger(network, { skipUnchanged, source: name }));
  return {
    json: {
      file: name,
      bytes: data.length,
      kind: "quantized network",
      precision,
      ...model,
      widths: modelWidths(config),
      layers,
      matrices,
      time,
      skipUnchanged,
    },
    text: (colour) =>
      [
        `${name}: ${config.class}, quantized to ${precision}, ${byteCount(data.length)}`,
        `  network  ${summarise(config)}`,
        `  time     ${time.min} to ${time.max} units of 2^-${time.exponent}`,
        ...(skipUnchanged === null ? [] : [`  skips    ${skipText(skipUnchanged)}`]),
        "",
        "Configuration",
        ...Object.entries(model.config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
        "",
        table(
          [{ title: "layer" }, { title: "kind" }, { title: "width", align: "right" }],
          layers.map((layer) => [printable(layer.name), layer.kind, whole(layer.n)]),
          colour,
        ),
        ...matrixLines(matrices, colour),
      ].join("\n"),
  };
}

type Base = Pick<Finding["json"], "file" | "bytes">;

/** A state_dict without a configuration. */
function inspectTensors(file: SafetensorsFile, base: Base): Finding {
  const tensors = [...file.tensors].map(([name, { shape, data }]) => ({ name, shape, values: data.length }));
  const values = tensors.reduce((sum, tensor) => sum + tensor.values, 0);
  const metadata = notesOf(file);
  return {
    json: { ...base, kind: "tensors", tensors, metadata },
    text: (colour) =>
      [
        `${base.file}: ${count(tensors.length, "tensor")}, ${whole(values)} values, ${byteCount(base.bytes)}; no configuration in it`,
        "  pass --config file.json with class and config to see it as a network",
        ...metadataLines(metadata),
        "",
        tensorTable(tensors, colour),
      ].join("\n"),
  };
}

/** Metadata without our own configuration, which is shown as such. */
function notesOf({ metadata }: SafetensorsFile): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== METADATA_KEY));
}

function metadataLines(metadata: Record<string, string>): string[] {
  const entries = Object.entries(metadata).map(([key, value]) => `  ${printable(key)}: ${printable(value)}`);
  return entries.length === 0 ? [] : ["", "Metadata", ...entries];
}

function tensorTable(
  tensors: readonly { name: string; shape: number[]; role?: string }[],
  colour: boolean,
): string {
  return table(
    [{ title: "tensor" }, { title: "shape", align: "right" }, { title: "" }],
    tensors.map(({ name, shape, role }) => [printable(name), `[${shape.join(", ")}]`, role ?? ""]),
    colour,
  );
}

function inspectProfile(value: object, base: Base): Finding {
  const profile = parseOpProfile(value, base.file);
  const operations = totalOperations(profile.classes);
  return {
    json: { ...base, kind: "operation profile", operations, ...profile },
    text: (colour) =>
      [
        `${base.file}: operation profile, ${whole(operations)} operations`,
        "",
        table(
          [{ title: "class or kernel" }, { title: "count", align: "right" }],
          [
            ...Object.entries(profile.classes).map(([name, n]) => [name, whole(n)]),
            ...profile.macs.map(({ kernel, count: n }) => [`${printable(kernel)} (MACs)`, whole(n)]),
          ],
          colour,
        ),
      ].join("\n"),
  };
}

function inspectConfiguration(value: Record<string, unknown>, base: Base): Finding {
  const model = parseConfig(value, base.file);
  const config = configToJson(model);
  const input = "input" in value ? { input: shapesOf(value) } : {};
  return {
    json: { ...base, kind: "configuration", ...config, ...input },
    text: () =>
      [
        `${base.file}: configuration of ${model.class}${"input" in value ? ", and an input" : ""}`,
        `  network  ${summarise(model)}`,
        ...Object.entries(config.config).map(([key, entry]) => `  ${key}: ${JSON.stringify(entry)}`),
        ...("input" in value ? ["", ...shapeLines(value)] : []),
      ].join("\n"),
  };
}

const INPUT_FIELDS = ["input", "timespans", "initial_h", "initial_c"] as const;

function inspectInput(value: Record<string, unknown>, base: Base): Finding {
  return {
    json: { ...base, kind: "input", ...shapesOf(value) },
    text: () => [`${base.file}: input`, ...shapeLines(value)].join("\n"),
  };
}

/** Shapes of the fields that `run` reads; null where there is nothing. Values are checked against a network only. */
function shapesOf(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    INPUT_FIELDS.map((field) => {
      const tensor = value[field];
      return [field, isObject(tensor) && Array.isArray(tensor.shape) ? { shape: tensor.shape } : null];
    }),
  );
}

function shapeLines(value: Record<string, unknown>): string[] {
  return Object.entries(shapesOf(value)).map(
    ([field, shape]) =>
      `  ${field.padEnd(9)}  ${shape === null ? "none" : JSON.stringify((shape as { shape: unknown }).shape)}`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
