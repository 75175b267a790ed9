// UF2, the format of files that are copied to a board's boot loader: blocks of 512 bytes with 256 bytes of content each
// (github.com/microsoft/uf2).

import type { Segment } from "./elf.ts";

const BLOCK_BYTES = 512;
const CONTENT_BYTES = 256;
const CONTENT_AT = 32;
const MAGIC = [0x0a324655, 0x9e5d5157, 0x0ab16f30] as const;
const HAS_FAMILY = 0x2000;

/** The file that puts `segments` into the memory of a board of that family. */
export function uf2Of(segments: readonly Segment[], family: number): Uint8Array {
  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of segments) {
    for (const [i, byte] of bytes.entries()) {
      const page = Math.floor((address + i) / CONTENT_BYTES) * CONTENT_BYTES;
      let content = pages.get(page);
      if (content === undefined) {
        content = new Uint8Array(CONTENT_BYTES);
        pages.set(page, content);
      }
      content[address + i - page] = byte;
    }
  }
  const file = new Uint8Array(pages.size * BLOCK_BYTES);
  for (const [i, [address, content]] of [...pages].sort(([a], [b]) => a - b).entries()) {
    const view = new DataView(file.buffer, i * BLOCK_BYTES, BLOCK_BYTES);
    const head = [MAGIC[0], MAGIC[1], HAS_FAMILY, address, CONTENT_BYTES, i, pages.size, family];
    for (const [k, word] of head.entries()) view.setUint32(4 * k, word, true);
    view.setUint32(BLOCK_BYTES - 4, MAGIC[2], true);
    file.set(content, i * BLOCK_BYTES + CONTENT_AT);
  }
  return file;
}
