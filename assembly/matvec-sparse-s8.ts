// y = sat16(rsh64((W x + b) M, s)) for a matrix of which most weights are absent, stored by destination.
//
//   rows   for each destination: a row as in rows.ts, u16 runs of four, u16 single weights; then
//            runs of four     u16 source×4, weight×4               12 bytes
//            single weights   u16 source, weight, a zero byte      4 bytes
//          A source is a byte offset in x, that is an index.
//   x [..] i8      y [nOut] i16; y overlaps none of the others

// @ts-nocheck: checked by asc

import { finishRow } from "./rows";

export function matvecSparseS8(rows: usize, x: usize, y: usize, nOut: i32): void {
  let p = rows;
  for (const last = y + (<usize>nOut << 1); y != last; y += 2) {
    const row = p;
    let s = load<i32>(row);
    p += 12;
    let fours = <u32>load<u16>(row, 8);
    if (fours) {
      do {
        s += i32.load8_s(x + <usize>load<u16>(p, 0)) * i32.load8_s(p, 8);
        s += i32.load8_s(x + <usize>load<u16>(p, 2)) * i32.load8_s(p, 9);
        s += i32.load8_s(x + <usize>load<u16>(p, 4)) * i32.load8_s(p, 10);
        s += i32.load8_s(x + <usize>load<u16>(p, 6)) * i32.load8_s(p, 11);
        p += 12;
      } while (--fours);
    }
    let singles = <u32>load<u16>(row, 10);
    if (singles) {
      do {
        s += i32.load8_s(x + <usize>load<u16>(p)) * i32.load8_s(p, 2);
        p += 4;
      } while (--singles);
    }
    finishRow(s, row, y);
  }
}
