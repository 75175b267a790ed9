import { readModel } from "../bindings/network/checkpoint.ts";
import type { Model } from "../bindings/network/model.ts";
import type { Io } from "./io.ts";
import { fileName, readJson } from "./read-text.ts";

/** The model in a checkpoint. Throws `bad-file` or `bad-config`, naming the file at fault. */
export async function readModelFile(io: Io, weights: string, config: string | undefined): Promise<Model> {
  const bytes = await io.readFile(weights);
  const source = {
    weights: fileName(weights),
    ...(config === undefined ? {} : { config: fileName(config) }),
  };
  const parsed = config === undefined ? undefined : await readJson(io, config, "bad-config");
  return readModel(bytes, parsed, source);
}
