import type { Board } from "../bindings/board/board.ts";
import { LiquidEdgeError } from "../bindings/errors.ts";
import { denseWhereCheaper } from "../bindings/estimate/dense-fallback.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import { Network } from "../bindings/network.ts";
import { isIntegerFile, readIntegerModel } from "../bindings/quantize/integer-file.ts";
import type { Io } from "./io.ts";
import { usageError } from "./options.ts";
import { readModelBytes } from "./read-model.ts";
import { fileName } from "./read-text.ts";

/**
 * The network in a checkpoint or in a file of `quantize`, compiled, its weights stored as `precision` says (default: as the
 * file has them). Throws `bad-file`, `bad-config` or `unavailable`, naming the file at fault.
 */
export async function readNetwork(
  io: Io,
  weights: string,
  config: string | undefined,
  precision?: string,
): Promise<Network> {
  const bytes = await io.readFile(weights);
  const name = fileName(weights);
  if (isIntegerFile(bytes))
    return inPrecision(Network.fromInteger(readIntegerModel(bytes, name), name), precision);
  return inPrecision(Network.fromModel(await readModelBytes(io, bytes, weights, config), name), precision);
}

/** The network with its weights stored as `precision` says. Throws a usage error for integers, which need data. */
function inPrecision(network: Network, precision: string | undefined): Network {
  if (precision === undefined || precision === network.compiled.precision) return network;
  if (precision === "fp32" || precision === "fp16") return network.withPrecision(precision);
  throw usageError(
    `--precision: expected fp32 or fp16, found ${precision}; "liquid-edge quantize" makes a network of integers`,
  );
}

/** The network as it is compiled for a board, the one that `estimate` costs; as it is for an emulator, or a board without prices. */
export async function compiledFor(network: Network, platform: Board | null): Promise<Network> {
  if (platform === null) return network;
  try {
    return (await denseWhereCheaper(new EnergySimulator({ platform }), network)).network;
  } catch (error) {
    if (error instanceof LiquidEdgeError && error.code === "unavailable") return network;
    throw error;
  }
}
