// Checkpoints in and out: a PyTorch state_dict with its configuration beside it, or our own file, which carries the
// configuration in the safetensors metadata under `liquid_edge`: {"format": 1, "class": …, "config": …}.
import { complain } from "../errors.ts";
import { parseJson } from "../parse-json.ts";
import { checkTensors, type ModelSource } from "./check-tensors.ts";
import { configToJson, parseConfig } from "./config.ts";
import type { Model, ModelConfig } from "./model.ts";
import { describeValue } from "./printable.ts";
import { withoutPruneMasks } from "./prune-mask.ts";
import { parseSafetensors, writeSafetensors } from "./safetensors.ts";

const METADATA_KEY = "liquid_edge";
const FORMAT = 1;

/**
 * The model in the safetensors file `weights`. `config` is the parsed JSON of a configuration file; without it, the
 * file's own metadata must hold the configuration. Tensors keep the order of the file.
 * Throws `bad-file` for a file that is not safetensors with finite F32 tensors, `bad-config` for a configuration that
 * is wrong, missing or contradicts the tensors.
 */
export function readModel(weights: Uint8Array, config: unknown | undefined, source: ModelSource): Model {
  const { tensors, metadata } = parseSafetensors(weights, source.weights);
  const checked =
    config === undefined
      ? configFromMetadata(metadata, source.weights)
      : parseConfig(config, source.config ?? "configuration");
  checkTensors(checked, tensors, source);
  return { ...checked, tensors };
}

/**
 * Our own file of a model: its tensors in their order, its configuration in the metadata. `notes` are further metadata,
 * e.g. where the weights came from. Throws as `readModel` does when the model is not complete.
 */
export function writeModel(model: Model, notes: Readonly<Record<string, string>> = {}): Uint8Array {
  checkTensors(model, model.tensors, { weights: "model" });
  if (Object.hasOwn(notes, METADATA_KEY))
    throw new RangeError(`"notes" must not have the key ${METADATA_KEY}`);
  const description = JSON.stringify({ format: FORMAT, ...configToJson(model) });
  return writeSafetensors(model.tensors, { format: "pt", [METADATA_KEY]: description, ...notes });
}

/**
 * The model as a plain state_dict that ncps' `load_state_dict` takes: same names, same order, same bits, without our
 * metadata. Pruned weights are 0, for ncps knows no prune masks. Throws `bad-config` for a model that ncps has no class
 * for.
 */
export function toNcpsStateDict(model: Model): Uint8Array {
  checkTensors(model, model.tensors, { weights: "model" });
  const isNcps = model.class === "ncps.torch.LTC" || model.class === "ncps.torch.CfC" || isNcpsSolver(model);
  if (!isNcps) {
    throw complain("bad-config", "model", {
      field: "class",
      expected: "ncps.torch.LTC or ncps.torch.CfC",
      found: model.class,
      hint: "ncps has no counterpart of it",
    });
  }
  return writeSafetensors(withoutPruneMasks(model), { format: "pt" });
}

/** Our LTC is ncps' where it uses ncps' solver and step, and its neurons as outputs. */
function isNcpsSolver(model: ModelConfig): boolean {
  return (
    model.class === "liquid-edge.LTC" &&
    model.config.solver === "fused" &&
    model.config.output_size === null &&
    model.config.ode_step === 1 / model.config.ode_unfolds
  );
}

function configFromMetadata(metadata: Record<string, string>, source: string): ModelConfig {
  const field = `__metadata__.${METADATA_KEY}`;
  if (!Object.hasOwn(metadata, METADATA_KEY)) {
    throw complain("bad-config", source, {
      expected: "a configuration in its metadata",
      found: "none",
      hint: "pass --config file.json with class and config, or save the file with metadata",
    });
  }
  const text = metadata[METADATA_KEY]!;
  const value = parseJson(text, source, "bad-file", field);
  const format =
    typeof value === "object" && value !== null ? (value as { format?: unknown }).format : undefined;
  if (format !== FORMAT) {
    const isNewer = typeof format === "number" && format > FORMAT;
    throw complain("bad-file", source, {
      field,
      expected: `format ${FORMAT}`,
      found: describeValue(format),
      ...(isNewer ? { hint: "a newer version of liquid-edge wrote it" } : {}),
    });
  }
  return parseConfig(value, `${source} (metadata)`);
}
