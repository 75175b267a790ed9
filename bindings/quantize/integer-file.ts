// A quantized network as a file: safetensors whose metadata `liquid_edge` holds {"format": 2, "precision", "class",
// "config", "network"}, "skipUnchanged" where it is compiled so, and whose tensors are the network's integers and scales. It needs no float checkpoint beside it.

import { complain } from "../errors.ts";
import { MAX_ELEMENTS, MAX_THRESHOLD, MAX_UNFOLDS } from "../image/format.ts";
import type { IntLayer, IntNetwork, SkipUnchanged } from "../image/lowered-integer.ts";
import { MAX_HEADER_BYTES } from "../limits.ts";
import { configToJson, parseConfig } from "../network/config.ts";
import type { ModelConfig } from "../network/model.ts";
import { describeValue } from "../network/printable.ts";
import { checkLayers } from "./check-layers.ts";
import {
  type Codec,
  choice,
  isRecord,
  list,
  nullable,
  object,
  type Store,
  tensor,
  text,
  variant,
  whole,
} from "./codec.ts";
import { INTEGER_PRECISIONS, type IntegerPrecision } from "./precisions.ts";
import { readTyped, type TypedTensor, writeTyped } from "./typed-tensors.ts";

const METADATA_KEY = "liquid_edge";
const FORMAT = 2;
const MAX_ARENA = 2 ** 28;
const MAX_LENGTH = 2 ** 17;

/** A quantized network and the configuration that it came from. */
export interface IntegerModel {
  /** Of the float model that it was made from. */
  config: ModelConfig;
  /** Bits of the weights, unless a layer has its own. */
  precision: IntegerPrecision;
  /** Weights, scales and tables. */
  network: IntNetwork;
  /** Which unchanged inputs its image skips; absent or null: none. */
  skipUnchanged?: SkipUnchanged | null;
}

const U16_MAX = 65_535;
const vector = object({ at: whole(0, MAX_ARENA), length: whole(0, MAX_LENGTH) });
const matrixShape = ({ nOut, nIn }: Record<string, unknown>) => [nOut as number, nIn as number];
const rows = ({ nOut }: Record<string, unknown>) => [nOut as number];
const matrix = object({
  nOut: whole(1, MAX_LENGTH),
  nIn: whole(1, MAX_LENGTH),
  bits: choice(8, 4),
  activationBits: choice(8, 16),
  weights: tensor("I8", matrixShape),
  mask: nullable(tensor("U8", matrixShape)),
  bias: tensor("I32", rows),
  multiplier: tensor("I32", rows),
  shift: tensor("U8", rows),
});
const table = object({ lo: whole(-32_768, 32_767), k: whole(1, 8), entries: tensor("I16", () => [257]) });
const sourceShape = ({ nIn, nOut }: Record<string, unknown>) => [nIn as number, nOut as number];
const synapses = object({
  nOut: whole(1, MAX_LENGTH),
  nIn: whole(1, MAX_LENGTH),
  shift: whole(0, 16),
  mask: tensor("U8", sourceShape),
  k: tensor("I16", sourceShape),
  mu: tensor("I16", sourceShape),
  w: tensor("I8", sourceShape),
  wErev: tensor("I8", sourceShape),
});
const narrowed = nullable(object({ to: vector, shift: whole(0, 15) }));
const outputs = ({ out }: Record<string, unknown>) => [(out as { length: number }).length];
/** No wider than the core allows. */
const ofLayer = object({ at: whole(0, MAX_ARENA), length: whole(1, MAX_ELEMENTS) });
const base = { name: text, in: ofLayer, out: ofLayer };
const map = {
  multiplier: tensor("I32", outputs),
  shift: tensor("U8", outputs),
  bias: tensor("I32", outputs),
};
const curves = { tanh: table, sigmoid: table };

const LAYERS: Readonly<Record<IntLayer["kind"] | "pure", Codec>> = {
  "int-input": object({ kind: choice("int-input"), ...base, width: choice(8, 16), ...map }),
  "int-affine": object({ kind: choice("int-affine"), ...base, ...map }),
  "int-dense": object({ kind: choice("int-dense"), ...base, matrix, table: nullable(table), narrowed }),
  "int-cfc": object({
    kind: choice("int-cfc"),
    ...base,
    mode: choice("default", "no_gate"),
    heads: list(matrix, 3, 4),
    timeShift: whole(0, 30),
    ...curves,
    narrowed,
  }),
  pure: object({
    kind: choice("int-cfc"),
    ...base,
    mode: choice("pure"),
    ff1: matrix,
    absTau: tensor("I32", outputs),
    timeShift: whole(0, 30),
    swingShift: whole(15, 30),
    bound: tensor("I32", outputs),
    boundShift: tensor("U8", outputs),
    expNeg: table,
    narrowed,
  }),
  "int-lstm": object({
    kind: choice("int-lstm"),
    ...base,
    cell: vector,
    matrix,
    cellFormat: whole(0, 4),
    outShift: whole(0, 15),
    ...curves,
    narrowed,
  }),
  "int-gru": object({
    kind: choice("int-gru"),
    ...base,
    resetUpdate: matrix,
    fromInput: matrix,
    fromState: matrix,
    ...curves,
    narrowed,
  }),
  "int-gate": object({
    kind: choice("int-gate"),
    ...base,
    g: matrix,
    a: matrix,
    tanh: table,
    sigmoid: nullable(table),
    softplus: nullable(table),
    expNeg: nullable(table),
    timeShift: whole(0, 30),
    narrowed,
  }),
  "int-ltc": object({
    kind: choice("int-ltc"),
    ...base,
    unfolds: whole(1, MAX_UNFOLDS),
    fractionBits: whole(0, 14),
    sensory: synapses,
    recurrent: synapses,
    cm: tensor("I32", outputs),
    leak: tensor("I32", outputs),
    leakCurrent: tensor("I32", outputs),
    capacityShift: whole(0, 62),
    sigmoid: tensor("I16", () => [1024]),
    narrowed,
  }),
};

/** `pure` is a mode, not a kind. */
function layerOf(kind: unknown): Codec | undefined {
  if (typeof kind !== "string" || kind === "pure" || !Object.hasOwn(LAYERS, kind)) return undefined;
  return LAYERS[kind as IntLayer["kind"]];
}

const layer = variant(
  ({ kind, mode }) => (kind === "int-cfc" && mode === "pure" ? LAYERS.pure : layerOf(kind)),
  "a kind of integer layer",
);

const NETWORK = object({
  layers: list(layer, 1, 1000),
  input: vector,
  output: vector,
  hidden: vector,
  cell: vector,
  narrowedState: vector,
  arenaEnd: whole(0, MAX_ARENA),
  time: object({ exponent: whole(0, 16), min: whole(1, U16_MAX), max: whole(1, U16_MAX) }),
});
const SKIP = nullable(object({ of: choice("inputs", "all"), threshold: whole(0, MAX_THRESHOLD) }));
const SCALED = ["input", "output", "hidden", "cell"] as const;

/** The file of a quantized network. Equal arguments give equal bytes. */
export function writeIntegerModel({
  config,
  precision,
  network,
  skipUnchanged = null,
}: IntegerModel): Uint8Array {
  const store: Store = { tensors: new Map<string, TypedTensor>(), source: "network" };
  const json = NETWORK.write(network, "", store, {});
  for (const name of [...SCALED, "inputOffset"] as const) {
    const data = network.scales[name];
    store.tensors.set(`scales.${name}`, { shape: [data.length], data });
  }
  const skip = skipUnchanged === null ? {} : { skipUnchanged: SKIP.write(skipUnchanged, "", store, {}) };
  const description = { format: FORMAT, precision, ...skip, ...configToJson(config), network: json };
  return writeTyped(store.tensors, { format: "pt", [METADATA_KEY]: JSON.stringify(description) });
}

/** Whether the metadata are those of a quantized network, so that other readers leave the file to this one. */
export function isIntegerFile(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > Math.min(bytes.length - 8, MAX_HEADER_BYTES)) return false;
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const own: unknown = JSON.parse(header.__metadata__[METADATA_KEY]);
    return isRecord(own) && own.format === FORMAT && "precision" in own;
  } catch {
    return false;
  }
}

/**
 * The quantized network in a file.
 * @throws LiquidEdgeError `bad-file` for anything else
 */
export function readIntegerModel(bytes: Uint8Array, source: string): IntegerModel {
  const { tensors, metadata } = readTyped(bytes, source);
  const store: Store = { tensors, source };
  const own = parseOwn(metadata[METADATA_KEY], source);
  const { precision, network: json } = own;
  if (!INTEGER_PRECISIONS.includes(precision as IntegerPrecision)) {
    const expected = INTEGER_PRECISIONS.join(" or ");
    throw complain("bad-file", source, { field: "precision", expected, found: describeValue(precision) });
  }
  const config = parseConfig({ class: own.class, config: own.config }, `${source} (metadata)`);
  const network = NETWORK.read(json, "", store, {}) as unknown as IntNetwork;
  const skip = SKIP.read(own.skipUnchanged ?? null, "skipUnchanged", store, {}) as SkipUnchanged | null;
  checkLayers(network.layers, source);
  const scales = Object.fromEntries(
    SCALED.map((name) => {
      const codec = tensor("F64", () => [network[name].length]);
      const data = codec.read(null, `scales.${name}`, store, {}) as Float64Array;
      const bad = data.findIndex((scale) => !(scale > 0));
      if (bad < 0) return [name, data];
      throw complain("bad-file", source, {
        field: `scales.${name}[${bad}]`,
        expected: "a scale above 0",
        found: String(data[bad]),
      });
    }),
  ) as unknown as Omit<IntNetwork["scales"], "inputOffset">;
  const offsets = tensor("F64", () => [network.input.length]);
  const inputOffset = offsets.read(null, "scales.inputOffset", store, {}) as Float64Array;
  const [extra] = tensors.keys();
  if (extra !== undefined) {
    throw complain("bad-file", source, { field: extra, expected: "no such tensor", found: "one" });
  }
  return {
    config,
    precision: precision as IntegerPrecision,
    network: { ...network, scales: { ...scales, inputOffset } },
    ...(skip === null ? {} : { skipUnchanged: skip }),
  };
}

function parseOwn(metadata: string | undefined, source: string): Record<string, unknown> {
  let own: unknown;
  try {
    own = JSON.parse(metadata ?? "");
  } catch {
    own = undefined;
  }
  if (isRecord(own) && own.format === FORMAT) return own;
  throw complain("bad-file", source, {
    field: `__metadata__.${METADATA_KEY}`,
    expected: `a quantized network of format ${FORMAT}`,
    found: describeValue(isRecord(own) ? own.format : metadata),
  });
}
