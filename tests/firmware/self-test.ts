// What boards/common/self-test.c must come to, in JavaScript's arithmetic: doubles rounded to float32, which for one
// operation on floats is the same as rounding once.

import { crc32 } from "node:zlib";

const word = new DataView(new ArrayBuffer(4));
const floatOf = (bits: number) => {
  word.setUint32(0, bits);
  return word.getFloat32(0);
};
const bitsOf = (value: number) => {
  word.setFloat32(0, value);
  return word.getUint32(0);
};

/** CRC-32 of the results of all operations, as the firmware hashes them. */
export function selfTestHash(): number {
  let random = 2463534242;
  const nextRandom = () => {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    return random >>> 0;
  };
  const operand = (i: number) => {
    const r = nextRandom();
    const sign = r & 0x80000000;
    const magnitudes = [
      (r >>> 8) % 0x7f800000,
      r & 0x007fffff,
      0x3f000000 + (r & 0x00ffffff),
      0x3f000000 + ((r & 0xfff) << 12),
    ];
    return (sign | magnitudes[i & 3]!) >>> 0;
  };
  const results: number[] = [];
  for (let i = 0; i < 256; i++) {
    const a = floatOf(operand(i));
    const b = floatOf(operand(i >> 2));
    const n = nextRandom() | 0;
    for (const value of [a + b, a - b, a * b, a / b]) {
      results.push(Number.isNaN(value) ? 0x7fc00000 : bitsOf(Math.fround(value)));
    }
    results.push((a < b ? 1 : 0) | (a > b ? 2 : 0));
    results.push(bitsOf(Math.fround(n)), bitsOf(Math.fround(n >>> 0)));
    results.push(Math.trunc(Math.fround(floatOf(0x3f800000 + (bitsOf(a) & 0x0fffffff)) * 0.5)));
  }
  return crc32(new Uint8Array(Uint32Array.from(results).buffer));
}
