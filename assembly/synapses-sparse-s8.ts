// Sums of synaptic conductances and currents of an integer LTC over the synapses that exist, stored by destination:
//
//   num[j] = baseNum[j] + sum_k we_k a_k        den[j] = baseDen[j] + sum_k w_k a_k        a_k: synapse-s8.ts
//
//   rows   for each destination: u16 runs of four, u16 single synapses; then
//            runs of four      | k×4 i16 | mu×4 i16 | w×4 i8 | we×4 i8 | source×4 u16 |      32 bytes
//            single synapses   | k i16 | mu i16 | w i8 | we i8 | source u16 |                8 bytes
//          A source is the byte offset of its state in v: twice the index.
//   v [..] i16; table [1024] i16; baseNum, baseDen, num, den [nOut] i32; num and den overlap none of the others

// @ts-nocheck: checked by asc

import { SYNAPSES_BOUNDED } from "./image";
import { centre, fourOpenings, indexShift, opening } from "./synapse-s8";

@inline function sums(
  rows: usize, v: usize, table: usize, shift: i32, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, bounded: bool
): void {
  const c = centre(shift);
  const toIndex = indexShift(shift);
  let p = rows;
  for (const last = num + (<usize>nOut << 2); num != last; num += 4, den += 4, baseNum += 4, baseDen += 4) {
    let d = load<i32>(baseDen);
    let n = load<i32>(baseNum);
    let a: i32;
    let fours = <u32>load<u16>(p);
    let singles = <u32>load<u16>(p, 2);
    p += 4;
    if (fours) {
      if (ASC_FEATURE_SIMD) {
        let ds = i32x4.splat(0);
        let ns = i32x4.splat(0);
        do {
          let u = v128.load16_splat(v + <usize>load<u16>(p, 24));
          u = v128.load16_lane(v + <usize>load<u16>(p, 26), u, 1);
          u = v128.load16_lane(v + <usize>load<u16>(p, 28), u, 2);
          u = v128.load16_lane(v + <usize>load<u16>(p, 30), u, 3);
          const weights = i16x8.extend_low_i8x16_s(v128.load64_zero(p, 16));
          const openings = fourOpenings(p, i32x4.extend_low_i16x8_s(u), i32x4.splat(c), toIndex, table, bounded);
          ds = i32x4.add(ds, i32x4.extmul_low_i16x8_s(weights, openings));
          ns = i32x4.add(ns, i32x4.extmul_high_i16x8_s(weights, openings));
          p += 32;
        } while (--fours);
        d += sum(ds);
        n += sum(ns);
      } else {
        do {
          a = opening((<i32>load<i16>(v + <usize>load<u16>(p, 24)) - <i32>load<i16>(p, 8)) * <i32>load<i16>(p, 0) + c, toIndex, table, bounded);
          d += i32.load8_s(p, 16) * a;
          n += i32.load8_s(p, 20) * a;
          a = opening((<i32>load<i16>(v + <usize>load<u16>(p, 26)) - <i32>load<i16>(p, 10)) * <i32>load<i16>(p, 2) + c, toIndex, table, bounded);
          d += i32.load8_s(p, 17) * a;
          n += i32.load8_s(p, 21) * a;
          a = opening((<i32>load<i16>(v + <usize>load<u16>(p, 28)) - <i32>load<i16>(p, 12)) * <i32>load<i16>(p, 4) + c, toIndex, table, bounded);
          d += i32.load8_s(p, 18) * a;
          n += i32.load8_s(p, 22) * a;
          a = opening((<i32>load<i16>(v + <usize>load<u16>(p, 30)) - <i32>load<i16>(p, 14)) * <i32>load<i16>(p, 6) + c, toIndex, table, bounded);
          d += i32.load8_s(p, 19) * a;
          n += i32.load8_s(p, 23) * a;
          p += 32;
        } while (--fours);
      }
    }
    if (singles) {
      do {
        a = opening((<i32>load<i16>(v + <usize>load<u16>(p, 6)) - <i32>load<i16>(p, 2)) * <i32>load<i16>(p, 0) + c, toIndex, table, bounded);
        d += i32.load8_s(p, 4) * a;
        n += i32.load8_s(p, 5) * a;
        p += 8;
      } while (--singles);
    }
    store<i32>(den, d);
    store<i32>(num, n);
  }
}

@inline function sum(s: v128): i32 {
  const pairs = i32x4.add(s, v128.shuffle<i64>(s, s, 1, 0));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** `shift` may have SYNAPSES_BOUNDED added. */
export function synapsesSparseS8(
  rows: usize, v: usize, table: usize, shift: i32, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32
): void {
  if (<u32>shift >= SYNAPSES_BOUNDED) sums(rows, v, table, shift & 0xff, baseNum, baseDen, num, den, nOut, true);
  else sums(rows, v, table, shift, baseNum, baseDen, num, den, nOut, false);
}
