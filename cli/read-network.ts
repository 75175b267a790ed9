import { Network } from "../bindings/network.ts";
import { isIntegerFile, readIntegerModel } from "../bindings/quantize/integer-file.ts";
import type { Io } from "./io.ts";
import { readModelBytes } from "./read-model.ts";
import { fileName } from "./read-text.ts";

/**
 * The network in a checkpoint or in a file of `quantize`, compiled. Throws `bad-file` or `bad-config`, naming the file at
 * fault.
 */
export async function readNetwork(io: Io, weights: string, config: string | undefined): Promise<Network> {
  const bytes = await io.readFile(weights);
  const name = fileName(weights);
  if (isIntegerFile(bytes)) return Network.fromInteger(readIntegerModel(bytes, name), name);
  return Network.fromModel(await readModelBytes(io, bytes, weights, config), name);
}
