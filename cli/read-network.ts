import type { Precision } from "../bindings/image/parameters.ts";
import { Network } from "../bindings/network.ts";
import type { Io } from "./io.ts";
import { readModelFile } from "./read-model.ts";
import { fileName } from "./read-text.ts";

/** The network in a checkpoint, compiled. Throws `bad-file`, `bad-config` or `unavailable`, naming the file at fault. */
export async function readNetwork(
  io: Io,
  weights: string,
  config: string | undefined,
  precision: Precision = "fp32",
): Promise<Network> {
  const network = Network.fromModel(await readModelFile(io, weights, config), fileName(weights));
  return precision === "fp32" ? network : network.withPrecision(precision);
}
