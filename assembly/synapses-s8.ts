// Sums of synaptic conductances and currents of an integer LTC, every source connected to every destination:
//
//   num[j] = baseNum[j] + sum_i we[i][j] a_ij        den[j] = baseDen[j] + sum_i w[i][j] a_ij        a_ij: synapse-s8.ts
//
//   records  blocks of 4 destinations, in a block one record of 24 bytes a source: | k×4 i16 | mu×4 i16 | w×4 i8 | we×4 i8 |;
//            the last block is padded
//   v [nIn] i16; table [1024] i16; baseNum, baseDen, num, den [nOut] i32; num and den overlap none of the others

// @ts-nocheck: checked by asc

import { SYNAPSES_BOUNDED } from "./image";
import { centre, fourOpenings, indexShift, opening } from "./synapse-s8";

const RECORD: usize = 24;

@inline function sums(
  records: usize, v: usize, table: usize, shift: i32, baseNum: usize, baseDen: usize, num: usize, den: usize,
  nOut: i32, nIn: i32, bounded: bool
): void {
  const c = centre(shift);
  const toIndex = indexShift(shift);
  const vEnd = v + (<usize>nIn << 1);
  let p = records;
  for (let left = nOut; left > 0; left -= 4, num += 16, den += 16, baseNum += 16, baseDen += 16) {
    let d0 = 0, d1 = 0, d2 = 0, d3 = 0;
    let n0 = 0, n1 = 0, n2 = 0, n3 = 0;
    let q = v;
    if (ASC_FEATURE_SIMD) {
      let ds = i32x4.splat(0);
      let ns = i32x4.splat(0);
      const cs = i32x4.splat(c);
      do {
        const weights = i16x8.extend_low_i8x16_s(v128.load64_zero(p, 16));
        const a = fourOpenings(p, i32x4.splat(<i32>load<i16>(q)), cs, toIndex, table, bounded);
        ds = i32x4.add(ds, i32x4.extmul_low_i16x8_s(weights, a));
        ns = i32x4.add(ns, i32x4.extmul_high_i16x8_s(weights, a));
        p += RECORD;
        q += 2;
      } while (q != vEnd);
      d0 = i32x4.extract_lane(ds, 0);
      d1 = i32x4.extract_lane(ds, 1);
      d2 = i32x4.extract_lane(ds, 2);
      d3 = i32x4.extract_lane(ds, 3);
      n0 = i32x4.extract_lane(ns, 0);
      n1 = i32x4.extract_lane(ns, 1);
      n2 = i32x4.extract_lane(ns, 2);
      n3 = i32x4.extract_lane(ns, 3);
    } else {
      do {
        const u = <i32>load<i16>(q);
        let a: i32;
        a = opening((u - <i32>load<i16>(p, 8)) * <i32>load<i16>(p, 0) + c, toIndex, table, bounded);
        d0 += i32.load8_s(p, 16) * a;
        n0 += i32.load8_s(p, 20) * a;
        a = opening((u - <i32>load<i16>(p, 10)) * <i32>load<i16>(p, 2) + c, toIndex, table, bounded);
        d1 += i32.load8_s(p, 17) * a;
        n1 += i32.load8_s(p, 21) * a;
        a = opening((u - <i32>load<i16>(p, 12)) * <i32>load<i16>(p, 4) + c, toIndex, table, bounded);
        d2 += i32.load8_s(p, 18) * a;
        n2 += i32.load8_s(p, 22) * a;
        a = opening((u - <i32>load<i16>(p, 14)) * <i32>load<i16>(p, 6) + c, toIndex, table, bounded);
        d3 += i32.load8_s(p, 19) * a;
        n3 += i32.load8_s(p, 23) * a;
        p += RECORD;
        q += 2;
      } while (q != vEnd);
    }
    store<i32>(den, d0 + load<i32>(baseDen));
    store<i32>(num, n0 + load<i32>(baseNum));
    if (left > 1) {
      store<i32>(den, d1 + load<i32>(baseDen, 4), 4);
      store<i32>(num, n1 + load<i32>(baseNum, 4), 4);
      if (left > 2) {
        store<i32>(den, d2 + load<i32>(baseDen, 8), 8);
        store<i32>(num, n2 + load<i32>(baseNum, 8), 8);
        if (left > 3) {
          store<i32>(den, d3 + load<i32>(baseDen, 12), 12);
          store<i32>(num, n3 + load<i32>(baseNum, 12), 12);
        }
      }
    }
  }
}

/** `shift` may have SYNAPSES_BOUNDED added. */
export function synapsesS8(
  records: usize, v: usize, table: usize, shift: i32, baseNum: usize, baseDen: usize, num: usize, den: usize,
  nOut: i32, nIn: i32
): void {
  if (<u32>shift >= SYNAPSES_BOUNDED) sums(records, v, table, shift & 0xff, baseNum, baseDen, num, den, nOut, nIn, true);
  else sums(records, v, table, shift, baseNum, baseDen, num, den, nOut, nIn, false);
}
