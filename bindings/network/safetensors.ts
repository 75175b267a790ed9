// The safetensors container: 8 bytes little-endian header length, that many bytes of JSON (name → dtype, shape,
// data_offsets counted from the end of the header; `__metadata__` → strings), then the raw data without holes.
// Format: https://github.com/huggingface/safetensors#format. Only F32 tensors with finite values are accepted.
import { complain, type LiquidEdgeError } from "../errors.ts";
import { MAX_HEADER_BYTES } from "../limits.ts";
import { parseJson } from "../parse-json.ts";
import type { Tensor } from "./model.ts";
import { describeValue, printable } from "./printable.ts";

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
const F32_BYTES = 4;

export interface SafetensorsFile {
  /** In the order of the header. */
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** Bytes of one value by dtype; what is not in it is refused. */
export type Dtypes = Readonly<Record<string, number>>;
const FLOAT_ONLY: Dtypes = { F32: F32_BYTES };

export interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  /** Exclusive. */
  end: number;
}

/**
 * The tensors and metadata of a safetensors file. `source` is how messages name it.
 * Throws `bad-file` for anything that is not a complete, hole-free file of finite F32 tensors.
 */
export function parseSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`"bytes" expected a Uint8Array, got ${typeof bytes}`);
  const { entries, metadata, view } = readEntries(bytes, source);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    tensors.set(entry.name, { shape: entry.shape, data: readValues(view, entry, source) });
  }
  return { tensors, metadata };
}

/**
 * A safetensors file with these F32 tensors in their order, data in the same order, the header padded with spaces to a
 * multiple of 8 bytes. Equal arguments give equal bytes. Throws `RangeError` for a tensor whose data do not fill its
 * shape or are not finite.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0)
    fields.push(`${JSON.stringify(METADATA)}:${JSON.stringify(metadata)}`);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA) throw new RangeError(`"${METADATA}" is not a tensor's name`);
    const label = `"${printable(name)}"`;
    const nValues = shape.reduce((product, dim) => product * dim, 1);
    if (!shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || nValues !== data.length) {
      throw new RangeError(`${label} expected ${nValues} values for shape [${shape}], got ${data.length}`);
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`${label} expected finite values, got ${data[bad]} at ${bad}`);
    const begin = end;
    end += data.length * F32_BYTES;
    // Assembled by hand: a plain object would move integer-like names to the front.
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: "F32", shape, data_offsets: [begin, end] })}`,
    );
  }

  const unpadded = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerBytes = Math.ceil(unpadded.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(unpadded, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += F32_BYTES;
    }
  }
  return bytes;
}

/** Header and data of a file whose tensors have one of `dtypes`; the data are covered exactly once. */
export function readEntries(bytes: Uint8Array, source: string, dtypes = FLOAT_ONLY) {
  const text = readHeaderText(bytes, source);
  const dataStart = LENGTH_BYTES + text.bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, bytes.length - dataStart);
  const { entries, metadata } = readHeader(text.json, view.byteLength, source, dtypes);
  checkCoverage(entries, view.byteLength, source);
  return { entries, metadata, view };
}

/** How the files of torch.save begin: zip archives since PyTorch 1.6, pickles before. */
const ZIP = 0x04034b50;
const PICKLE = 0x0280;

function readHeaderText(bytes: Uint8Array, source: string): { json: string; bytes: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw badFile(source, "header length", `${LENGTH_BYTES} bytes`, `a file of ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(MAX_HEADER_BYTES)) {
    const isZip = view.getUint32(0, true) === ZIP;
    if (isZip || view.getUint16(0, true) === PICKLE) {
      throw complain("bad-file", source, {
        expected: "a safetensors file",
        found: `a ${isZip ? "zip archive" : "pickle"} of torch.save`,
        hint: "docs/import.md says how to save one",
      });
    }
    const hint = "is this a safetensors file?";
    throw badFile(source, "header length", `at most ${MAX_HEADER_BYTES} bytes`, `${headerBytes}`, hint);
  }
  const rest = bytes.length - LENGTH_BYTES;
  if (headerBytes > BigInt(rest)) {
    const hint = "the file is truncated";
    throw badFile(
      source,
      "header length",
      `at most the ${rest} bytes that follow it`,
      `${headerBytes}`,
      hint,
    );
  }
  const end = LENGTH_BYTES + Number(headerBytes);
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { json: decoder.decode(bytes.subarray(LENGTH_BYTES, end)), bytes: Number(headerBytes) };
  } catch {
    throw badFile(source, "header", "JSON in UTF-8", "bytes that are not UTF-8");
  }
}

function readHeader(json: string, dataBytes: number, source: string, dtypes: Dtypes) {
  const header = parseJson(json, source, "bad-file", "header");
  if (!isObject(header)) throw badFile(source, "header", "a JSON object", describeValue(header));

  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  const seen = new Set<string>();
  for (const name of topLevelKeys(json)) {
    if (seen.has(name)) throw badFile(source, printable(name), "one entry in the header", "two");
    seen.add(name);
    if (name === METADATA) metadata = readMetadata(header[name], source);
    else entries.push(readEntry(name, header[name], dataBytes, source, dtypes));
  }
  return { entries, metadata };
}

/**
 * Keys of the outermost object in the order of the text, repeated ones too: JSON.parse keeps only the last of two
 * equal keys and moves integer-like ones to the front. `json` must be valid.
 */
function topLevelKeys(json: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let isKeyNext = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      if (isKeyNext) keys.push(JSON.parse(json.slice(start, i + 1)));
      isKeyNext = false;
    } else if (character === "{" || character === "[") {
      isKeyNext = depth++ === 0;
    } else if (character === "}" || character === "]") {
      depth--;
    } else if (character === ",") {
      isKeyNext = depth === 1;
    }
  }
  return keys;
}

function readMetadata(value: unknown, source: string): Record<string, string> {
  if (!isObject(value)) throw badFile(source, METADATA, "an object of strings", describeValue(value));
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw badFile(source, `${METADATA}.${printable(key)}`, "a string", describeValue(text));
    }
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, dataBytes: number, source: string, dtypes: Dtypes): Entry {
  const label = printable(name);
  if (!isObject(value)) {
    throw badFile(source, label, "an object with dtype, shape and data_offsets", describeValue(value));
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(dtypes, dtype)) {
    const isFloat = dtype === "F64" || dtype === "F16" || dtype === "BF16";
    const hint = isFloat ? "save the state_dict of model.float()" : undefined;
    throw badFile(
      source,
      label,
      `dtype ${Object.keys(dtypes).join(", ")}`,
      describeValue(dtype).replaceAll('"', ""),
      hint,
    );
  }
  if (!Array.isArray(shape) || !shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw badFile(source, label, "a shape of non-negative integers", describeShape(shape));
  }
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every((offset) => Number.isSafeInteger(offset))
  ) {
    throw badFile(source, label, "data_offsets of two integers", describeShape(offsets));
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || end < begin || end > dataBytes) {
    const hint = end > dataBytes ? "the file is truncated or its header is wrong" : undefined;
    throw badFile(
      source,
      label,
      `data_offsets within the ${dataBytes} data bytes`,
      `[${begin}, ${end}]`,
      hint,
    );
  }
  // A product beyond 2^53 is inexact, but can no longer equal a byte count, which is at most the file's.
  const expectedBytes = shape.reduce((product: number, dim: number) => product * dim, dtypes[dtype]!);
  if (expectedBytes !== end - begin) {
    throw badFile(
      source,
      label,
      `${expectedBytes} bytes for shape ${describeShape(shape)}`,
      `${end - begin}`,
    );
  }
  return { name, dtype, shape: shape.map((dim: number) => dim + 0), begin, end }; // + 0 turns -0 into 0
}

/** The data must be covered exactly once: no overlap, no hole, nothing behind the last tensor. */
function checkCoverage(entries: Entry[], dataBytes: number, source: string): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const what = begin < covered ? "an overlap with another tensor" : "a hole before it";
      throw badFile(
        source,
        printable(name),
        `data that begin at ${covered}`,
        `${what}: they begin at ${begin}`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw badFile(
      source,
      "data",
      `${covered} bytes, as the header says`,
      `${dataBytes - covered} bytes behind them`,
    );
  }
}

function readValues(view: DataView, { name, shape, begin, end }: Entry, source: string): Float32Array {
  const data = new Float32Array((end - begin) / F32_BYTES);
  for (let i = 0; i < data.length; i++) {
    const value = view.getFloat32(begin + i * F32_BYTES, true);
    if (!Number.isFinite(value)) {
      throw badFile(source, printable(name), "finite values", `${value} at ${indexOf(i, shape)}`);
    }
    data[i] = value;
  }
  return data;
}

/** `[row, column, …]` of the value at row-major position `i`. */
function indexOf(i: number, shape: number[]): string {
  let rest = i;
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${index.join(", ")}]`;
}

function describeShape(value: unknown): string {
  if (!Array.isArray(value) || value.length > 8) return describeValue(value);
  return `[${value.map(describeValue).join(", ")}]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function badFile(
  source: string,
  field: string,
  expected: string,
  found: string,
  hint?: string,
): LiquidEdgeError {
  return complain("bad-file", source, { field, expected, found, ...(hint === undefined ? {} : { hint }) });
}
