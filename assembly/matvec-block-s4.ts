// y = sat16(rsh64((W x + b) M, s)) for an int4 matrix of which 4x1 blocks are present: four destinations share a source.
//
//   groups   for each 4 destinations: 4 rows as in rows.ts (the last group padded), u16 runs of eight pairs, u16 pairs; then
//            pairs of blocks   | source a u16 | source b u16 | weights u32 as in matvec-s4.ts |      8 bytes
//            An odd last block has a partner without weights. A source is a byte offset in x, that is an index.
//   x [..] i8      y [nOut] i16; y overlaps none of the others
//
// Two destinations to a multiplication, as in matvec-s4.ts.

// @ts-nocheck: checked by asc

import { lower, upper } from "./matvec-s4";
import { finishFour, finishRest } from "./rows";

const HEAD: usize = 36;

export function matvecBlockS4(groups: usize, x: usize, y: usize, nOut: i32): void {
  let p = groups;
  for (let left = nOut; left > 0; left -= 4, y += 8) {
    const head = p;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, sum = 0;
    let word: u32;
    let z: i32, a: i32, b: i32, low: i32;
    p += HEAD;
    let runs = <u32>load<u16>(head, 32);
    if (runs) {
      do {
        a = 0;
        b = 0;
        z = i32.load8_s(x + <usize>load<u16>(p, 0)); word = load<u32>(p, 4); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 2)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 8)); word = load<u32>(p, 12); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 10)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 16)); word = load<u32>(p, 20); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 18)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 24)); word = load<u32>(p, 28); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 26)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 32)); word = load<u32>(p, 36); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 34)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 40)); word = load<u32>(p, 44); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 42)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 48)); word = load<u32>(p, 52); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 50)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 56)); word = load<u32>(p, 60); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 58)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        low = lower(a);
        s0 += low;
        s1 += upper(a, low);
        low = lower(b);
        s2 += low;
        s3 += upper(b, low);
        p += 64;
      } while (--runs);
    }
    runs = <u32>load<u16>(head, 34);
    if (runs) {
      a = 0;
      b = 0;
      do {
        z = i32.load8_s(x + <usize>load<u16>(p, 0)); word = load<u32>(p, 4); sum += z; a += (word & 0x000f000f) * z; b += ((word >> 4) & 0x000f000f) * z;
        z = i32.load8_s(x + <usize>load<u16>(p, 2)); sum += z; a += ((word >> 8) & 0x000f000f) * z; b += ((word >> 12) & 0x000f000f) * z;
        p += 8;
      } while (--runs);
      low = lower(a);
      s0 += low;
      s1 += upper(a, low);
      low = lower(b);
      s2 += low;
      s3 += upper(b, low);
    }
    sum <<= 3;
    s0 -= sum;
    s1 -= sum;
    s2 -= sum;
    if (left > 3) {
      finishFour(
        s0 + load<i32>(head), s1 + load<i32>(head, 8), s2 + load<i32>(head, 16), s3 - sum + load<i32>(head, 24), head, y
      );
    } else {
      finishRest(s0, s1, s2, left, head, y);
    }
  }
}
