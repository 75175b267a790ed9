// Compressed bytes, unpacked by the platform's own decompressor.

import { concatBytes } from "./concat-bytes.ts";
import { complain } from "./errors.ts";
import { maxUnpackedBytes } from "./limits.ts";

const KINDS = { gzip: "gzip file", "deflate-raw": "zip archive" } as const;

/** Throws `bad-file` for bytes that are damaged, cut off, or unfold to more than `maxUnpackedBytes`. */
export async function inflate(
  bytes: Uint8Array,
  format: keyof typeof KINDS,
  source: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  const limit = maxUnpackedBytes(bytes.length);
  let unpacked = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return concatBytes(chunks);
      unpacked += value.length;
      if (unpacked > limit) break;
      chunks.push(value);
    }
    await reader.cancel();
  } catch {
    throw complain("bad-file", source, {
      expected: `a complete ${KINDS[format]}`,
      found: "one that cannot be unpacked",
    });
  }
  throw complain("bad-file", source, {
    expected: `a ${KINDS[format]} that unfolds to at most ${limit} bytes`,
    found: "one that unfolds to more",
  });
}
