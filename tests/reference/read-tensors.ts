// A reader of well-formed F32 safetensors files, for tests only; it checks nothing. The format: 8 bytes of header
// length (little endian), that many bytes of JSON, then the data that `data_offsets` count from there.

import type { Tensor } from "../../bindings/network/model.ts";

export function readTensors(file: Uint8Array): Map<string, Tensor> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes))) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [start, end] = entry.data_offsets;
    const data = Float32Array.from({ length: (end - start) / 4 }, (_, i) =>
      view.getFloat32(8 + headerBytes + start + 4 * i, true),
    );
    tensors.set(name, { shape: entry.shape, data });
  }
  return tensors;
}
