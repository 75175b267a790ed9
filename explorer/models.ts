// The networks in the page: those that it was made with, and those that the reader opened.

import { LiquidEdgeError } from "../bindings/errors.ts";
import { Network } from "../bindings/network.ts";

/** A network with the files it came from, as a command line names them. */
export interface OpenModel {
  /** Path of the weights. */
  name: string;
  /** Path of the configuration; null where the weights carry it. */
  config: string | null;
  network: Network;
}

/** A network as the page carries it, in its `<script id="models">`. */
export interface EmbeddedModel {
  name: string;
  /** The .safetensors file in base64. */
  weights: string;
  config: { name: string; json: unknown } | null;
}

export async function openEmbedded({ name, weights, config }: EmbeddedModel): Promise<OpenModel> {
  const bytes = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0));
  const file = new File([bytes], name);
  const json = config === null ? null : new File([JSON.stringify(config.json)], config.name);
  return { name, config: config?.name ?? null, network: await load(file, json) };
}

/** Weights that were opened without the configuration they need; it may come later. */
let waiting: File | null = null;

/**
 * The network in files that the reader opened: one .safetensors, with a .json where it needs one, together or one after the
 * other. Throws a LiquidEdgeError that says what is wrong.
 */
export async function openFiles(files: readonly File[]): Promise<OpenModel> {
  const ofKind = (kind: RegExp) => files.filter(({ name }) => kind.test(name));
  const config = ofKind(/\.json$/i)[0] ?? null;
  const weights = ofKind(/\.safetensors$/i)[0] ?? (config === null ? null : waiting);
  if (weights === null) {
    const found = files.map(({ name }) => name).join(", ") || "nothing";
    throw new LiquidEdgeError("bad-file", `expected a .safetensors file, found ${found}`);
  }
  waiting = weights;
  try {
    return { name: weights.name, config: config?.name ?? null, network: await load(weights, config) };
  } catch (error) {
    if (config === null && error instanceof LiquidEdgeError && error.code === "bad-config") {
      throw new LiquidEdgeError(
        "bad-config",
        `${weights.name}: expected a configuration, found none in the file; open its JSON (class and config) as well`,
      );
    }
    throw error;
  }
}

function load(weights: File, config: File | null): Promise<Network> {
  return Network.load(weights, config === null ? {} : { config });
}
