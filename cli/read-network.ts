import { Network } from "../bindings/network.ts";
import type { Io } from "./io.ts";
import { readModelFile } from "./read-model.ts";
import { fileName } from "./read-text.ts";

/** The network in a checkpoint, compiled. Throws `bad-file` or `bad-config`, naming the file at fault. */
export async function readNetwork(io: Io, weights: string, config: string | undefined): Promise<Network> {
  return Network.fromModel(await readModelFile(io, weights, config), fileName(weights));
}
