// The networks that engines are compared on: reference cases with an input sequence, the outputs that the original code
// gave, and the same weights as ONNX. `../shared` may be absent; then there is nothing to compare on.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Network } from "../../bindings/network.ts";

const REFERENCE = fileURLToPath(new URL("../../../shared/reference/bench", import.meta.url));
/** Largest difference from the original's float32 outputs that still counts as the same network. */
export const OUTPUT_TOLERANCE = 1e-5;

export interface BenchNetwork {
  name: string;
  network: Network;
  steps: number;
  inputs: number;
  outputs: number;
  units: number;
  /** [steps, inputs] */
  input: Float32Array;
  /** [steps, outputs], by the original code. */
  expected: Float32Array;
  files: { weights: string; config: string; onnx: string };
}

export const NETWORKS = ["ltc-fc-64", "ltc-fc-256", "ltc-ncp-64", "cfc-64"] as const;

/** Null when the reference folder is not there. */
export async function loadNetwork(name: (typeof NETWORKS)[number]): Promise<BenchNetwork | null> {
  const file = (extension: string) => join(REFERENCE, `${name}.${extension}`);
  if (!existsSync(file("json"))) return null;
  const files = { weights: file("safetensors"), config: file("json"), onnx: file("onnx") };
  const network = await Network.load(files.weights, { config: files.config });
  const { input, float32 } = JSON.parse(readFileSync(files.config, "utf8"));
  const [, steps, inputs] = input.shape;
  return {
    name,
    network,
    steps,
    inputs,
    outputs: network.compiled.output.length,
    units: network.compiled.hidden.length,
    input: Float32Array.from(input.data),
    expected: Float32Array.from(float32.output.data),
    files,
  };
}
