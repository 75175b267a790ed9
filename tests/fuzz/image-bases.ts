// Valid images for mutants to start from: small random models of every kind, compiled, with a map of their blocks.
// Small matrices are cheapest dense, so every image comes in other forms as well, whose blocks are rewritten.

import { compile } from "../../bindings/image/compile.ts";
import { crc32 } from "../../bindings/image/crc32.ts";
import { type EncodedBlock, encodeMatrix, encodeSynapses } from "../../bindings/image/encode.ts";
import { Format, HEADER_BYTES, Header, Kind, LAYER_BYTES, Layer, Mode } from "../../bindings/image/format.ts";
import type { Precision } from "../../bindings/image/parameters.ts";
import { MODEL_KINDS, randomModel, TestRandom } from "../network/random-model.ts";
import { integerBlocks, isInteger } from "./integer-bases.ts";

/** A parameter block of an image. `head` is where its counts or weights start, relative to `at`. */
export interface BlockPlace {
  /** Where the layer record names it. */
  field: number;
  at: number;
  bytes: number;
  type: "matrix" | "synapses" | "vector";
  nOut: number;
  /** 0 for a vector. */
  nIn: number;
  head: number;
  /** The format that the block claims; 0 for a vector. */
  format: number;
  /** Matrix and synapses: how many counts stand at `head`, one for each destination or for each four; 0 when dense. */
  nCounts: number;
}

export interface BaseImage {
  image: Uint8Array;
  arenaBytes: number;
  nLayers: number;
  blocks: BlockPlace[];
}

const MODELS_A_KIND = 16;
const WIDTHS = { maxUnits: 10, maxInputs: 4 };

/** What the dense f32 blocks of an image are rewritten to. Synapses, which have no blocks, become sparse instead. */
export interface Form {
  format: EncodedBlock["format"];
  precision: Precision;
}

/** Forms beside dense fp32, the one that the compiler gives small matrices. */
export const FORMS: readonly Form[] = [
  { format: "sparse", precision: "fp32" },
  { format: "block", precision: "fp32" },
  { format: "dense", precision: "fp16" },
  { format: "sparse", precision: "fp16" },
  { format: "block", precision: "fp16" },
];

/** Of every kind of model 16, each in six forms. They have every kind of layer in every variant. */
export function baseImages(): BaseImage[] {
  return Array.from({ length: MODELS_A_KIND * MODEL_KINDS.length }, (_, seed) => {
    const { image, arenaBytes } = compile(randomModel(seed, WIDTHS));
    const base = describeImage(image, arenaBytes);
    return [base, ...FORMS.map((form) => inForm(base, form, seed))];
  }).flat();
}

/** The image with its dense f32 blocks in another form; of sparse ones and blocks about half the connections are left. */
export function inForm(
  { image, arenaBytes, nLayers, blocks }: BaseImage,
  form: Form,
  seed: number,
): BaseImage {
  const random = new TestRandom(seed);
  const head = image.subarray(0, HEADER_BYTES + nLayers * LAYER_BYTES);
  const bodies = blocks.map((block) => {
    const bytes = image.subarray(block.at, block.at + block.bytes);
    return block.format === Format.DENSE ? rewritten(bytes, block, form, random) : bytes;
  });
  const result = Uint8Array.from([head, ...bodies].flatMap((part) => [...part]));
  const view = viewOf(result);
  let at = head.length;
  for (const [i, block] of blocks.entries()) {
    view.setUint32(block.field, at, true);
    at += bodies[i]!.length;
  }
  view.setUint32(Header.IMAGE_BYTES, result.length, true);
  view.setUint32(Header.CRC, crc32(result.subarray(Header.VERSION)), true);
  return describeImage(result, arenaBytes);
}

/** A dense f32 block in another form. assembly/matvec-dense.ts and assembly/synapses-dense.ts draw what is read here. */
function rewritten(
  dense: Uint8Array,
  { type, nOut, nIn, head }: BlockPlace,
  { format, precision }: Form,
  random: TestRandom,
): Uint8Array {
  const view = viewOf(dense);
  const nFields = type === "matrix" ? 1 : 4;
  const at = (j: number, i: number, f: number) =>
    head + 4 * (((j >> 2) * nIn + i) * 4 * nFields + 4 * f + (j & 3));
  const absent = Array.from({ length: nOut * nIn }, () => format !== "dense" && random.chance(0.5));
  if (type === "matrix") {
    const values = Float32Array.from({ length: nOut * nIn }, (_, k) =>
      view.getFloat32(at(Math.floor(k / nIn), k % nIn, 0), true),
    );
    const mask = Uint8Array.from(values, (_, k) => {
      const first = format === "block" ? (Math.floor(k / nIn) & ~3) * nIn + (k % nIn) : k;
      return absent[first] ? 0 : 1;
    });
    const bias = Float32Array.from({ length: nOut }, (_, j) => view.getFloat32(8 + 4 * j, true));
    return encodeMatrix({ nOut, nIn, weights: values, mask, bias }, format, precision).bytes;
  }
  const field = (f: number) =>
    Float32Array.from({ length: nOut * nIn }, (_, k) =>
      view.getFloat32(at(k % nOut, Math.floor(k / nOut), f), true),
    );
  const mask = Uint8Array.from(absent, (missing) => (missing ? 0 : 1));
  const [k, mu, w, wErev] = [field(0), field(1), field(2), field(3)];
  const synapses = { nOut, nIn, mask, k, mu, w, wErev };
  return encodeSynapses(synapses, format === "dense" ? "dense" : "sparse", precision).bytes;
}

/** Finds the blocks of a valid image by its header and layer records alone. */
export function describeImage(image: Uint8Array, arenaBytes: number): BaseImage {
  const view = viewOf(image);
  const nLayers = view.getUint16(Header.LAYERS, true);
  const blocks: BlockPlace[] = [];
  for (let i = 0; i < nLayers; i++) {
    const record = HEADER_BYTES + i * LAYER_BYTES;
    if (isInteger(view)) {
      blocks.push(...integerBlocks(view, record));
      continue;
    }
    const kind = view.getUint16(record + Layer.KIND, true) as Kind;
    const variant = view.getUint16(record + Layer.VARIANT, true);
    const n = view.getUint32(record + Layer.N, true);
    const nIn = view.getUint32(record + Layer.N_IN, true);
    for (const [b, { type, nOut, columns }] of blockTypes(kind, variant, n, nIn).entries()) {
      const field = record + Layer.BLOCK_0 + 4 * b;
      const at = view.getUint32(field, true);
      const place = { field, at, type, nOut, nIn: columns };
      if (type === "vector") {
        blocks.push({ ...place, bytes: 4 * nOut, head: 0, format: 0, nCounts: 0 });
        continue;
      }
      const format = view.getUint32(at, true);
      const head = type === "matrix" ? 8 + 4 * nOut : 8;
      blocks.push({
        ...place,
        bytes: view.getUint32(at + 4, true),
        head,
        format,
        nCounts: countsOf(format, nOut),
      });
    }
  }
  return { image, arenaBytes, nLayers, blocks };
}

function countsOf(format: number, nOut: number): number {
  if (format === Format.SPARSE || format === Format.SPARSE_F16) return nOut;
  return format === Format.BLOCK || format === Format.BLOCK_F16 ? Math.ceil(nOut / 4) : 0;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The blocks of a layer in the order of its record; `nOut` of a vector is its length. */
function blockTypes(
  kind: Kind,
  variant: number,
  n: number,
  nIn: number,
): { type: BlockPlace["type"]; nOut: number; columns: number }[] {
  const matrix = (nOut: number, columns: number) => ({ type: "matrix" as const, nOut, columns });
  const synapses = (columns: number) => ({ type: "synapses" as const, nOut: n, columns });
  const vector = (length: number) => ({ type: "vector" as const, nOut: length, columns: 0 });
  switch (kind) {
    case Kind.AFFINE:
      return [vector(2 * n)];
    case Kind.DENSE:
      return [matrix(n, nIn)];
    case Kind.LTC:
      return [synapses(nIn), synapses(n), vector(3 * n)];
    case Kind.CTRNN:
      return [matrix(n, nIn + n), vector(n)];
    case Kind.CFC:
      return variant === Mode.PURE ? [matrix(n, nIn), vector(2 * n)] : Array(4).fill(matrix(n, nIn));
    case Kind.LSTM:
      return [matrix(4 * n, nIn + n)];
    case Kind.GRU:
      return [matrix(2 * n, nIn + n), matrix(n, nIn), matrix(n, n)];
    case Kind.GATE:
      return [matrix(n, nIn + n), matrix(n, nIn + n)];
  }
}
