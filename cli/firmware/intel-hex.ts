// Intel HEX, which nrfutil takes: records of 16 bytes, and one that says the upper half of the address.

import type { Segment } from "./elf.ts";

const RECORD_BYTES = 16;
const DATA = 0;
const END = 1;
const UPPER_ADDRESS = 4;

export function intelHexOf(segments: readonly Segment[]): string {
  const lines: string[] = [];
  let upper = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length; ) {
      const to = address + at;
      if (to >>> 16 !== upper) {
        upper = to >>> 16;
        lines.push(record(UPPER_ADDRESS, 0, Uint8Array.of(upper >> 8, upper & 0xff)));
      }
      // No record crosses from one upper half to the next.
      const n = Math.min(RECORD_BYTES, bytes.length - at, 0x10000 - (to & 0xffff));
      lines.push(record(DATA, to & 0xffff, bytes.subarray(at, at + n)));
      at += n;
    }
  }
  return `${[...lines, record(END, 0, new Uint8Array(0))].join("\n")}\n`;
}

function record(type: number, address: number, bytes: Uint8Array): string {
  const head = [bytes.length, address >> 8, address & 0xff, type, ...bytes];
  const checksum = -head.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return `:${[...head, checksum].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("")}`;
}
