// Header and layer records of an image, little endian: what compile.ts and compile-integer.ts have in common.

import type { StaticMemory } from "../estimate/memory-profiler.ts";
import { crc32 } from "./crc32.ts";
import { HEADER_BYTES, Header, LAYER_BYTES, Layer, MAGIC, VERSION } from "./format.ts";

export const u16 = (view: DataView, at: number, value: number): void => view.setUint16(at, value, true);
export const u32 = (view: DataView, at: number, value: number): void => view.setUint32(at, value, true);

/** Windows of the arena that a host uses: bytes where they begin, and their lengths. */
export interface ImageWindows {
  input: { at: number; length: number };
  output: { at: number; length: number };
  /** In words. */
  state: { at: number; length: number };
}

/** All of the header but its checksum and what only integers have. `view` is of the whole image. */
export function writeHeader(
  view: DataView,
  { input, output, state }: ImageWindows,
  nLayers: number,
  arenaBytes: number,
): void {
  u32(view, 0, MAGIC);
  u32(view, Header.IMAGE_BYTES, view.byteLength);
  u16(view, Header.VERSION, VERSION);
  u16(view, Header.LAYERS, nLayers);
  u32(view, Header.ARENA_BYTES, arenaBytes);
  u32(view, Header.INPUTS, input.length);
  u32(view, Header.INPUT, input.at);
  u32(view, Header.OUTPUTS, output.length);
  u32(view, Header.OUTPUT, output.at);
  u32(view, Header.STATES, state.length);
  u32(view, Header.STATE, state.at);
}

/** A layer's record as all kinds have it; returns where it stands. */
export function writeLayer(
  view: DataView,
  index: number,
  layer: Record<"kind" | "variant" | "nIn" | "n" | "in" | "out" | "cell" | "unfolds", number>,
  scratchAt: number,
): number {
  const record = HEADER_BYTES + index * LAYER_BYTES;
  u16(view, record + Layer.KIND, layer.kind);
  u16(view, record + Layer.VARIANT, layer.variant);
  u32(view, record + Layer.N_IN, layer.nIn);
  u32(view, record + Layer.N, layer.n);
  u32(view, record + Layer.IN, layer.in);
  u32(view, record + Layer.OUT, layer.out);
  u32(view, record + Layer.SCRATCH, scratchAt);
  u32(view, record + Layer.CELL, layer.cell);
  u32(view, record + Layer.UNFOLDS, layer.unfolds);
  return record;
}

/** Where the bytes of an image and its arena go. `io`: of inputs and outputs; the rest of the arena is scratch. */
export function memoryOf(
  imageBytes: number,
  arenaBytes: number,
  { header, tables, state, io }: Record<"header" | "tables" | "state" | "io", number>,
): StaticMemory {
  const [weights, scratch] = [imageBytes - header - tables, arenaBytes - state - io];
  return { imageBytes, arenaBytes, sections: { header, weights, tables, state, io, scratch } };
}

/** Brings the checksum of an image up to date with its bytes. */
export function writeChecksum(image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset);
  u32(view, Header.CRC, crc32(image.subarray(Header.VERSION)));
}
