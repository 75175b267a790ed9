// What is in a file of tensors.

import { compile } from "../../../bindings/image/compile.ts";
import { compileInteger } from "../../../bindings/image/compile-integer.ts";
import { readModel } from "../../../bindings/network/checkpoint.ts";
import { configToJson, modelWidths } from "../../../bindings/network/config.ts";
import { describeModel } from "../../../bindings/network/describe.ts";
import { printable } from "../../../bindings/network/printable.ts";
import { parseSafetensors, type SafetensorsFile } from "../../../bindings/network/safetensors.ts";
import { isIntegerFile, readIntegerModel } from "../../../bindings/quantize/integer-file.ts";
import { isTrainingCheckpoint, readCheckpoint } from "../../../bindings/train/checkpoint-file.ts";
import { trainedForOf } from "../../../bindings/train/trained-model.ts";
import { summarise } from "../../../format/summary.ts";
import type { Io } from "../../io.ts";
import { type Matrix, matricesOf, matrixTable, skipText } from "../../matrices.ts";
import { fileName, readJson } from "../../read-text.ts";
import { bytes as byteCount, count, table, whole } from "../../text.ts";
import type { Base, Finding } from "./finding.ts";

const METADATA_KEY = "liquid_edge";

/** A file of tensors: a network, a training, a network of integers, or tensors alone. */
export async function inspectWeights(
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
