// Valid images for mutants to start from: small random models of every kind, compiled, with a map of their blocks.
// Small matrices are cheapest dense, so every image comes in a second form whose blocks are rewritten as sparse ones.

import { compile } from "../../bindings/image/compile.ts";
import { crc32 } from "../../bindings/image/crc32.ts";
import { Format, HEADER_BYTES, Header, Kind, LAYER_BYTES, Layer, Mode } from "../../bindings/image/format.ts";
import { MODEL_KINDS, randomModel, TestRandom } from "../network/random-model.ts";

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
  /** Matrix and synapses: rows with a count each rather than all connections. */
  sparse: boolean;
}

export interface BaseImage {
  image: Uint8Array;
  arenaBytes: number;
  nLayers: number;
  blocks: BlockPlace[];
}

const MODELS_A_KIND = 16;
const WIDTHS = { maxUnits: 10, maxInputs: 4 };

/** Of every kind of model 16 images, each in two forms. They have every kind of layer in every variant. */
export function baseImages(): BaseImage[] {
  return Array.from({ length: MODELS_A_KIND * MODEL_KINDS.length }, (_, seed) => {
    const { image, arenaBytes } = compile(randomModel(seed, WIDTHS));
    return [describeImage(image, arenaBytes), sparsified(describeImage(image, arenaBytes), seed)];
  }).flat();
}

/** The image with its dense blocks as sparse ones in which about half of the connections are left. */
function sparsified({ image, arenaBytes, nLayers, blocks }: BaseImage, seed: number): BaseImage {
  const random = new TestRandom(seed);
  const head = image.subarray(0, HEADER_BYTES + nLayers * LAYER_BYTES);
  const bodies = blocks.map((block) => {
    const bytes = image.subarray(block.at, block.at + block.bytes);
    return block.type === "vector" || block.sparse ? bytes : sparseForm(bytes, block, random);
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

/** A dense block rewritten: assembly/matvec-sparse-f32.ts and assembly/synapses-sparse-f32.ts draw the layout. */
function sparseForm(
  dense: Uint8Array,
  { type, nOut, nIn, head }: BlockPlace,
  random: TestRandom,
): Uint8Array {
  const floats = type === "matrix" ? 1 : 4;
  const view = viewOf(dense);
  const field = (j: number, i: number, f: number) =>
    view.getFloat32(head + 4 * (((j >> 2) * nIn + i) * 4 * floats + 4 * f + (j & 3)), true);
  const counts: number[] = [];
  const body: number[] = [];
  const push = (value: number, float: boolean) => {
    const bytes = float ? new Float32Array([value]) : new Uint16Array([value]);
    body.push(...new Uint8Array(bytes.buffer));
  };
  for (let j = 0; j < nOut; j++) {
    const sources = Array.from({ length: nIn }, (_, i) => i).filter(() => random.chance(0.5));
    counts.push(sources.length);
    for (let k = 0; k < sources.length; k += 4) {
      const group = sources.slice(k, k + 4);
      const fields = Array.from({ length: floats }, (_, f) => f);
      if (group.length === 4) for (const f of fields) for (const i of group) push(field(j, i, f), true);
      else for (const i of group) for (const f of fields) push(field(j, i, f), true);
      for (const i of group) push(4 * i, false);
    }
    while (body.length % 4 !== 0) body.push(0);
  }
  const countBytes = new Uint8Array((2 * nOut + 3) & ~3);
  countBytes.set(new Uint8Array(Uint16Array.from(counts).buffer));
  const block = Uint8Array.from([...dense.subarray(0, head), ...countBytes, ...body]);
  viewOf(block).setUint32(0, Format.SPARSE, true);
  viewOf(block).setUint32(4, block.length, true);
  return block;
}

/** Finds the blocks of a valid image by its header and layer records alone. */
export function describeImage(image: Uint8Array, arenaBytes: number): BaseImage {
  const view = viewOf(image);
  const nLayers = view.getUint16(Header.LAYERS, true);
  const blocks: BlockPlace[] = [];
  for (let i = 0; i < nLayers; i++) {
    const record = HEADER_BYTES + i * LAYER_BYTES;
    const kind = view.getUint16(record + Layer.KIND, true) as Kind;
    const variant = view.getUint16(record + Layer.VARIANT, true);
    const n = view.getUint32(record + Layer.N, true);
    const nIn = view.getUint32(record + Layer.N_IN, true);
    for (const [b, { type, nOut, columns }] of blockTypes(kind, variant, n, nIn).entries()) {
      const field = record + Layer.BLOCK_0 + 4 * b;
      const at = view.getUint32(field, true);
      const place = { field, at, type, nOut, nIn: columns };
      if (type === "vector") {
        blocks.push({ ...place, bytes: 4 * nOut, head: 0, sparse: false });
        continue;
      }
      const sparse = view.getUint32(at, true) === Format.SPARSE;
      const head = type === "matrix" ? 8 + 4 * nOut : 8;
      blocks.push({ ...place, bytes: view.getUint32(at + 4, true), head, sparse });
    }
  }
  return { image, arenaBytes, nLayers, blocks };
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
