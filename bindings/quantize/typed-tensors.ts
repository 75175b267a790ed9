// Safetensors with integer tensors, for quantized networks: the container of network/safetensors.ts with dtypes I8, U8, I16,
// I32 and, for scales, F64. Float checkpoints stay what they are: their reader keeps refusing these dtypes.

import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { readEntries } from "../network/safetensors.ts";

export type TypedArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float64Array;
export type Dtype = "I8" | "U8" | "I16" | "I32" | "F64";

export interface TypedTensor {
  shape: number[];
  data: TypedArray;
}

const BYTES = { I8: 1, U8: 1, I16: 2, I32: 4, F64: 8 } as const;
const ARRAYS = {
  I8: Int8Array,
  U8: Uint8Array,
  I16: Int16Array,
  I32: Int32Array,
  F64: Float64Array,
} as const;
const LENGTH_BYTES = 8;

export function dtypeOf(data: TypedArray): Dtype {
  if (data instanceof Int8Array) return "I8";
  if (data instanceof Uint8Array) return "U8";
  if (data instanceof Int16Array) return "I16";
  return data instanceof Int32Array ? "I32" : "F64";
}

/** The file of these tensors in their order. Equal arguments give equal bytes. */
export function writeTyped(
  tensors: ReadonlyMap<string, TypedTensor>,
  metadata: Record<string, string>,
): Uint8Array {
  const fields = [`"__metadata__":${JSON.stringify(metadata)}`];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const begin = end;
    end += data.byteLength;
    const entry = { dtype: dtypeOf(data), shape, data_offsets: [begin, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    const dtype = dtypeOf(data);
    for (const value of data) {
      if (dtype === "F64") view.setFloat64(at, value, true);
      else if (dtype === "I32") view.setInt32(at, value, true);
      else if (dtype === "I16") view.setInt16(at, value, true);
      else view.setUint8(at, value & 0xff);
      at += BYTES[dtype];
    }
  }
  return bytes;
}

/**
 * Tensors and metadata of such a file.
 * @throws LiquidEdgeError `bad-file`
 */
export function readTyped(bytes: Uint8Array, source: string) {
  const { entries, metadata, view } = readEntries(bytes, source, BYTES);
  const tensors = new Map<string, TypedTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const kind = dtype as Dtype;
    const data = new ARRAYS[kind]((end - begin) / BYTES[kind]);
    for (let i = 0; i < data.length; i++) {
      const at = begin + i * BYTES[kind];
      if (kind === "F64") data[i] = view.getFloat64(at, true);
      else if (kind === "I32") data[i] = view.getInt32(at, true);
      else if (kind === "I16") data[i] = view.getInt16(at, true);
      else data[i] = view.getUint8(at);
      if (!Number.isFinite(data[i])) {
        throw complain("bad-file", source, {
          field: printable(name),
          expected: "finite values",
          found: `${data[i]}`,
        });
      }
    }
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}
