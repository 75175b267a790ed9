// Files out of a zip archive.

import { complain } from "../errors.ts";
import { inflate } from "../inflate.ts";

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;

/** One file of an archive, null when it is not in it. Throws `bad-file`. */
export async function unzip(bytes: Uint8Array, name: string, source: string): Promise<Uint8Array | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = () =>
    complain("bad-file", source, { expected: "a zip archive", found: "one that is damaged" });
  try {
    let end = bytes.length - END_BYTES;
    const least = Math.max(0, end - MAX_COMMENT_BYTES);
    while (end >= least && view.getUint32(end, true) !== END_SIGNATURE) end--;
    if (end < least) throw damaged();
    const n = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    for (let i = 0; i < n; i++) {
      if (view.getUint32(at, true) !== ENTRY_SIGNATURE) throw damaged();
      const nameBytes = view.getUint16(at + 28, true);
      const entryName = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
      if (entryName === name) {
        const method = view.getUint16(at + 10, true);
        const size = view.getUint32(at + 20, true);
        const header = view.getUint32(at + 42, true);
        // The local header has lengths of its own.
        const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
        if (start + size > bytes.length || (method !== STORED && method !== DEFLATED)) throw damaged();
        const packed = bytes.subarray(start, start + size);
        return method === STORED ? packed : await inflate(packed, "deflate-raw", source);
      }
      at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return null;
  } catch (error) {
    // An offset that leads out of the file.
    throw error instanceof RangeError ? damaged() : error;
  }
}
