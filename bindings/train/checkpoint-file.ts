// The state of a training as a safetensors file, from which it goes on to the same bits.
//
//   model.<tensor>      the network before its training, masks included
//   masks.<tensor>      where connections are being taken out, which ones are left
//   training.<name>     parameters, first_moment, second_moment, best: flat, in the order of the training core
//   metadata liquid_edge_training    JSON: format, configuration, settings, what data, and the rest of the state

import * as z from "zod";
import { complain, type LiquidEdgeError } from "../errors.ts";
import { checkTensors } from "../network/check-tensors.ts";
import { configToJson, parseConfig } from "../network/config.ts";
import type { Model, Tensor } from "../network/model.ts";
import { parseSafetensors, writeSafetensors } from "../network/safetensors.ts";
import { parseJson } from "../parse-json.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "../quantize/precisions.ts";
import type { TrainingSettings } from "./settings.ts";
import type { TrainingState } from "./trainer.ts";
import type { ValidationChoice } from "./training-data.ts";

const METADATA_KEY = "liquid_edge_training";
const FORMAT = 2;
const MODEL = "model.";
const MASKS = "masks.";
const FLAT = ["parameters", "first_moment", "second_moment", "best"] as const;

/** Which data a training is about. */
export interface DataOfTraining {
  name: string;
  /** `hashOf` the data set. */
  sha256: string;
  validation: ValidationChoice;
}

/** All that a training needs to go on. */
export interface TrainingCheckpoint {
  /** Before its training. */
  model: Model;
  settings: TrainingSettings;
  /** Which data it was trained on, to refuse others. */
  data: DataOfTraining;
  /** After the last whole epoch. */
  state: TrainingState;
  /** Integers that the model given to the training had been trained for before; null or absent: none, or not known. */
  trainedFor?: IntegerPrecision | null;
}

/**
 * What of the metadata is not tensors; the configuration has its own check. Made when it is needed, so that bundles that
 * read no checkpoint hold no schema library.
 */
function descriptionSchema() {
  const validation = z.object({ loss: z.number(), metric: z.number().nullable() });
  const randomState = z.tuple([z.number(), z.number(), z.number(), z.number()]);
  const whole = z.number().int().min(0);

  return z.object({
    format: z.literal(FORMAT),
    settings: z.looseObject({
      epochs: whole,
      batchSize: whole,
      learningRate: z.number(),
      seed: whole,
      // Without it nobody could tell whether the outputs that the loss judged were those of floats or of integers.
      precision: z.enum(INTEGER_PRECISIONS).nullable(),
    }),
    trainedFor: z.enum(INTEGER_PRECISIONS).nullable().default(null),
    data: z.object({
      name: z.string(),
      sha256: z.string(),
      validation: z.union([z.literal("split"), z.literal("none"), z.number()]),
    }),
    epoch: whole,
    steps: whole,
    random: z.object({ shuffling: randomState, noise: randomState, augmentation: randomState }),
    energy: z
      .array(z.object({ step: whole, sparsity: z.number(), energyUj: z.number() }))
      .nullable()
      .default(null),
    bestEpoch: whole.nullable(),
    lossLimit: z.number().nullable(),
    history: z.array(
      z.object({
        epoch: whole,
        trainLoss: z.number(),
        learningRate: z.number(),
        validation: validation.nullable(),
      }),
    ),
  });
}

/** Whether a safetensors file of this metadata is the checkpoint of a training. */
export function isTrainingCheckpoint(metadata: Readonly<Record<string, string>>): boolean {
  return Object.hasOwn(metadata, METADATA_KEY);
}

/** The bytes of a checkpoint, a safetensors file. */
export function writeCheckpoint({
  model,
  settings,
  data,
  state,
  trainedFor = null,
}: TrainingCheckpoint): Uint8Array {
  const { parameters, masks, firstMoment, secondMoment, best, ...rest } = state;
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of model.tensors) tensors.set(MODEL + name, tensor);
  for (const [name, tensor] of masks ?? []) tensors.set(MASKS + name, tensor);
  const flat = [parameters, firstMoment, secondMoment, best?.parameters ?? new Float32Array(0)];
  FLAT.forEach((name, i) => {
    tensors.set(`training.${name}`, { shape: [flat[i]!.length], data: flat[i]! });
  });
  const own = { settings, trainedFor, data, ...rest, bestEpoch: best?.epoch ?? null };
  const description = { format: FORMAT, ...configToJson(model), ...own };
  return writeSafetensors(tensors, { [METADATA_KEY]: JSON.stringify(description) });
}

/** @throws LiquidEdgeError `bad-file` that names `source` */
export function readCheckpoint(bytes: Uint8Array, source: string): TrainingCheckpoint {
  const { tensors, metadata } = parseSafetensors(bytes, source);
  const json = readMetadata(metadata[METADATA_KEY], source);
  const parsed = descriptionSchema().safeParse(json);
  if (!parsed.success) throw wrongField(parsed.error, source);
  const { settings: _checked, data, trainedFor, bestEpoch, format: _format, ...rest } = parsed.data;
  const config = parseConfig(json, `${source} (metadata)`);
  const under = (prefix: string) =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  const own = under(MODEL);
  const masks = under(MASKS);
  checkTensors(config, new Map([...own, ...masks]), { weights: source });

  const flat = (name: (typeof FLAT)[number], length: number | null): Float32Array => {
    const values = tensors.get(`training.${name}`)?.data;
    const field = `training.${name}`;
    if (values === undefined)
      throw complain("bad-file", source, { field, expected: "a tensor", found: "none" });
    if (length === null || values.length === length) return values;
    throw complain("bad-file", source, { field, expected: `${length} values`, found: String(values.length) });
  };
  const parameters = flat("parameters", null);
  const nParameters = parameters.length;
  const history = rest.history.map(({ validation: found, ...record }) => ({
    ...record,
    // JSON has no NaN, which an undefined metric is.
    validation: found && { loss: found.loss, metric: found.metric ?? Number.NaN },
  }));
  return {
    model: { ...config, tensors: own },
    // As they stand in the file, so that what is written of them later is the same text.
    settings: (json as { settings: TrainingSettings }).settings,
    data,
    trainedFor,
    state: {
      ...rest,
      history,
      parameters,
      masks: masks.size === 0 ? null : masks,
      firstMoment: flat("first_moment", nParameters),
      secondMoment: flat("second_moment", null),
      best: bestEpoch === null ? null : { epoch: bestEpoch, parameters: flat("best", nParameters) },
    },
  };
}

function readMetadata(text: string | undefined, source: string): unknown {
  if (text === undefined) {
    throw complain("bad-file", source, {
      expected: "the checkpoint of a training",
      found: "another file",
      hint: "a trained network is none; its checkpoint lies beside it until the training has ended",
    });
  }
  return parseJson(text, source, "bad-file", `__metadata__.${METADATA_KEY}`);
}

function wrongField(error: z.ZodError, source: string): LiquidEdgeError {
  const { path, message } = error.issues[0]!;
  const field = `__metadata__.${METADATA_KEY}.${path.map(String).join(".")}`;
  return complain("bad-file", source, { field, expected: "what this version writes", found: message });
}
