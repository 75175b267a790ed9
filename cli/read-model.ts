import { readModel } from "../bindings/network/checkpoint.ts";
import type { Model } from "../bindings/network/model.ts";
import { quantizedAlready } from "../bindings/network.ts";
import { isIntegerFile, readIntegerModel } from "../bindings/quantize/integer-file.ts";
import type { Io } from "./io.ts";
import { fileName, readJson } from "./read-text.ts";

/** The model in a checkpoint. Throws `bad-file` or `bad-config`, naming the file at fault. */
export async function readModelFile(io: Io, weights: string, config: string | undefined): Promise<Model> {
  return readModelBytes(io, await io.readFile(weights), weights, config);
}

/** The same of a file that has been read. Throws `unavailable` for a quantized network, which holds no float model. */
export async function readModelBytes(
  io: Io,
  bytes: Uint8Array,
  weights: string,
  config: string | undefined,
): Promise<Model> {
  if (isIntegerFile(bytes)) {
    const name = fileName(weights);
    throw quantizedAlready(name, readIntegerModel(bytes, name).precision);
  }
  const source = {
    weights: fileName(weights),
    ...(config === undefined ? {} : { config: fileName(config) }),
  };
  const parsed = config === undefined ? undefined : await readJson(io, config, "bad-config");
  return readModel(bytes, parsed, source);
}
