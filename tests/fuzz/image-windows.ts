// Where the vectors of a layer stand in the arena.

import {
  Format,
  HEADER_BYTES,
  Header,
  Held,
  IntKind,
  Kind,
  LAYER_BYTES,
  Layer,
  scratchElements,
} from "../../bindings/image/format.ts";
import { viewOf } from "./image-bases.ts";
import { integerBlocks, isInteger } from "./integer-bases.ts";

/** Bytes of an element at the input and output of the layer whose record stands at `record`. */
export function elementBytes(view: DataView, record: number): [number, number] {
  if (!isInteger(view)) return [4, 4];
  const kind = view.getUint16(record + Layer.KIND, true);
  const isI8 = kind === IntKind.INPUT && view.getUint16(record + Layer.VARIANT, true) === 0;
  const wide: number[] = [IntKind.INPUT, IntKind.AFFINE, IntKind.LTC];
  const isWide =
    wide.includes(kind) || view.getUint32(view.getUint32(record + Layer.BLOCK_0, true), true) > Format.WIDE;
  return [isWide ? 2 : 1, isI8 ? 1 : 2];
}

/** Kinds whose input is [x | h], with the layer's own state behind what `nIn` counts. */
const WITH_STATE: Readonly<Record<"float" | "integer", readonly number[]>> = {
  float: [Kind.CTRNN, Kind.LSTM, Kind.GRU, Kind.GATE],
  integer: [IntKind.LSTM, IntKind.GRU],
};

/** Which vectors of a layer overlap, and how, for each layer of an image and what it does with them. */
export function overlaps(image: Uint8Array): string {
  const view = viewOf(image);
  const word = (at: number) => view.getUint32(at, true);
  const found: string[] = [];
  for (let i = 0; i < view.getUint16(Header.LAYERS, true); i++) {
    const record = HEADER_BYTES + i * LAYER_BYTES;
    const [kind, variant] = [view.getUint16(record, true), view.getUint16(record + Layer.VARIANT, true)];
    const [inBytes, outBytes] = elementBytes(view, record);
    const [n, nIn] = [word(record + Layer.N), word(record + Layer.N_IN)];
    const inputs = WITH_STATE[isInteger(view) ? "integer" : "float"].includes(kind) ? nIn + n : nIn;
    const windows = [
      [word(record + Layer.IN), inBytes * inputs],
      [word(record + Layer.OUT), outBytes * n],
      [word(record + Layer.SCRATCH), 4 * scratchElements(kind as Kind, variant, n)],
      ...(hasNarrowed(view, record) ? [[word(record + Layer.NARROWED), n]] : []),
      ...(isInteger(view) ? heldWindows(view, record) : []),
      ...(hasCell(view, kind) ? [[word(record + Layer.CELL), outBytes * n]] : []),
    ] as [number, number][];
    for (const [a, [from, bytes]] of windows.entries()) {
      for (const [b, [otherFrom, otherBytes]] of windows.entries()) {
        if (a >= b || from >= otherFrom + otherBytes || otherFrom >= from + bytes) continue;
        found.push(`${i} ${kind}/${variant}: ${a} ${bytes} ${b} ${otherBytes} ${otherFrom - from}`);
      }
    }
  }
  return found.join("; ");
}

/** What held matrices keep. */
export function heldWindows(view: DataView, record: number): [at: number, bytes: number][] {
  const word = (at: number) => view.getUint32(at, true);
  return integerBlocks(view, record)
    .filter(({ type, format }) => type === "matrix" && format === Format.HELD)
    .flatMap(({ at, nOut }): [number, number][] => [
      [word(at + Held.ROWS), 32 * Math.ceil(nOut / 4)],
      [word(at + Held.HELD), word(at + Held.N_HELD)],
    ]);
}

function hasNarrowed(view: DataView, record: number): boolean {
  return isInteger(view) && view.getUint32(record + Layer.NARROWED, true) !== 0;
}

function hasCell(view: DataView, kind: number): boolean {
  return kind === (isInteger(view) ? IntKind.LSTM : Kind.LSTM);
}
