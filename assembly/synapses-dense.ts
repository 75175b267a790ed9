// Sums of synaptic conductances and currents, every source connected to every destination:
//
//   num[j] = baseNum[j] + sum_i (w erev)[i][j] s_ij        den[j] = baseDen[j] + sum_i w[i][j] s_ij
//   s_ij   = sigmoid(sigma[i][j] (v[i] - mu[i][j]))         (synapse.ts)
//
//   records  blocks of 4 destinations, in a block one record a source, 64 bytes, or 32 as halves (stored.ts):
//            | k×4 | mu×4 | w×4 | (w erev)×4 |   with k = -sigma / ln 2; the last block is padded
//   v [nIn]; baseNum, baseDen, num, den [nOut]; num and den overlap none of the others
//
// Order of the sums: the i-th source of a destination goes into partial sum i mod 4, then
// base + ((p0 + p1) + (p2 + p3)); four sources share a division, and so do the last nIn mod 4. The sparse kernel
// has the same order, so that a network with every synapse present gives the same bits in both forms.

// @ts-nocheck: checked by asc

import { add, div, mul, splat, splatAt } from "./lanes";
import { widen } from "./stored";
import { denominator } from "./synapse";

/** T-width destinations that start at lane `p`: four for v128, one for f32. */
@inline function destinations<S, P, T>(
  p: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nIn: i32
): void {
  const FIELD: usize = 4 * sizeof<S>();
  const RECORD: usize = 4 * FIELD; // bytes from one source to the next
  let n0 = splat<T>(0), n1 = splat<T>(0), n2 = splat<T>(0), n3 = splat<T>(0);
  let c0 = splat<T>(0), c1 = splat<T>(0), c2 = splat<T>(0), c3 = splat<T>(0);
  const end = v + (<usize>(nIn & ~3) << 2);
  if (isVector<T>() && sizeof<S>() == 4 && v != end) {
    // In two stages, so that a processor finds more to do at once: the sums of four sources are taken while the
    // denominators of the next four are under way. Same operations on the same values, a denominator's chain shorter.
    let d0 = denominator<T>(widen<P, T>(load<P>(p)), widen<P, T>(load<P>(p, FIELD)), splatAt<T>(v, 0));
    let d1 = denominator<T>(widen<P, T>(load<P>(p, RECORD)), widen<P, T>(load<P>(p, RECORD + FIELD)), splatAt<T>(v, 1));
    let d2 = denominator<T>(widen<P, T>(load<P>(p, 2 * RECORD)), widen<P, T>(load<P>(p, 2 * RECORD + FIELD)), splatAt<T>(v, 2));
    let d3 = denominator<T>(widen<P, T>(load<P>(p, 3 * RECORD)), widen<P, T>(load<P>(p, 3 * RECORD + FIELD)), splatAt<T>(v, 3));
    let product = mul<T>(mul<T>(d0, d1), mul<T>(d2, d3));
    for (v += 16; v != end; v += 16, p += 4 * RECORD) {
      const e0 = denominator<T>(widen<P, T>(load<P>(p, 4 * RECORD)), widen<P, T>(load<P>(p, 4 * RECORD + FIELD)), splatAt<T>(v, 0));
      const e1 = denominator<T>(widen<P, T>(load<P>(p, 5 * RECORD)), widen<P, T>(load<P>(p, 5 * RECORD + FIELD)), splatAt<T>(v, 1));
      const e2 = denominator<T>(widen<P, T>(load<P>(p, 6 * RECORD)), widen<P, T>(load<P>(p, 6 * RECORD + FIELD)), splatAt<T>(v, 2));
      const e3 = denominator<T>(widen<P, T>(load<P>(p, 7 * RECORD)), widen<P, T>(load<P>(p, 7 * RECORD + FIELD)), splatAt<T>(v, 3));
      const d01 = mul<T>(d0, d1), d23 = mul<T>(d2, d3);
      const r = div<T>(splat<T>(1), product);
      const r01 = mul<T>(r, d23);
      const s0 = mul<T>(r01, d1);
      c0 = add<T>(c0, mul<T>(widen<P, T>(load<P>(p, 2 * FIELD)), s0));
      n0 = add<T>(n0, mul<T>(widen<P, T>(load<P>(p, 3 * FIELD)), s0));
      const s1 = mul<T>(r01, d0);
      c1 = add<T>(c1, mul<T>(widen<P, T>(load<P>(p, RECORD + 2 * FIELD)), s1));
      n1 = add<T>(n1, mul<T>(widen<P, T>(load<P>(p, RECORD + 3 * FIELD)), s1));
      const r23 = mul<T>(r, d01);
      const s2 = mul<T>(r23, d3);
      c2 = add<T>(c2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 2 * FIELD)), s2));
      n2 = add<T>(n2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 3 * FIELD)), s2));
      const s3 = mul<T>(r23, d2);
      c3 = add<T>(c3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD + 2 * FIELD)), s3));
      n3 = add<T>(n3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD + 3 * FIELD)), s3));
      product = mul<T>(mul<T>(e0, e1), mul<T>(e2, e3));
      d0 = e0; d1 = e1; d2 = e2; d3 = e3;
    }
    const d01 = mul<T>(d0, d1), d23 = mul<T>(d2, d3);
    const r = div<T>(splat<T>(1), product);
    const r01 = mul<T>(r, d23);
    const s0 = mul<T>(r01, d1);
    c0 = add<T>(c0, mul<T>(widen<P, T>(load<P>(p, 2 * FIELD)), s0));
    n0 = add<T>(n0, mul<T>(widen<P, T>(load<P>(p, 3 * FIELD)), s0));
    const s1 = mul<T>(r01, d0);
    c1 = add<T>(c1, mul<T>(widen<P, T>(load<P>(p, RECORD + 2 * FIELD)), s1));
    n1 = add<T>(n1, mul<T>(widen<P, T>(load<P>(p, RECORD + 3 * FIELD)), s1));
    const r23 = mul<T>(r, d01);
    const s2 = mul<T>(r23, d3);
    c2 = add<T>(c2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 2 * FIELD)), s2));
    n2 = add<T>(n2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 3 * FIELD)), s2));
    const s3 = mul<T>(r23, d2);
    c3 = add<T>(c3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD + 2 * FIELD)), s3));
    n3 = add<T>(n3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD + 3 * FIELD)), s3));
    p += 4 * RECORD;
  } else {
    for (; v != end; v += 16, p += 4 * RECORD) {
      const d0 = denominator<T>(widen<P, T>(load<P>(p)), widen<P, T>(load<P>(p, FIELD)), splatAt<T>(v, 0));
      const d1 = denominator<T>(widen<P, T>(load<P>(p, RECORD)), widen<P, T>(load<P>(p, RECORD + FIELD)), splatAt<T>(v, 1));
      const d01 = mul<T>(d0, d1);
      const d2 = denominator<T>(widen<P, T>(load<P>(p, 2 * RECORD)), widen<P, T>(load<P>(p, 2 * RECORD + FIELD)), splatAt<T>(v, 2));
      const d3 = denominator<T>(widen<P, T>(load<P>(p, 3 * RECORD)), widen<P, T>(load<P>(p, 3 * RECORD + FIELD)), splatAt<T>(v, 3));
      const d23 = mul<T>(d2, d3);
      const r = div<T>(splat<T>(1), mul<T>(d01, d23));
      const r01 = mul<T>(r, d23);
      const s0 = mul<T>(r01, d1);
      c0 = add<T>(c0, mul<T>(widen<P, T>(load<P>(p, 2 * FIELD)), s0));
      n0 = add<T>(n0, mul<T>(widen<P, T>(load<P>(p, 3 * FIELD)), s0));
      const s1 = mul<T>(r01, d0);
      c1 = add<T>(c1, mul<T>(widen<P, T>(load<P>(p, RECORD + 2 * FIELD)), s1));
      n1 = add<T>(n1, mul<T>(widen<P, T>(load<P>(p, RECORD + 3 * FIELD)), s1));
      const r23 = mul<T>(r, d01);
      const s2 = mul<T>(r23, d3);
      c2 = add<T>(c2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 2 * FIELD)), s2));
      n2 = add<T>(n2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 3 * FIELD)), s2));
      const s3 = mul<T>(r23, d2);
      c3 = add<T>(c3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD + 2 * FIELD)), s3));
      n3 = add<T>(n3, mul<T>(widen<P, T>(load<P>(p, 3 * RECORD + 3 * FIELD)), s3));
    }
  }
  const rest = nIn & 3;
  if (rest > 0) {
    const d0 = denominator<T>(widen<P, T>(load<P>(p)), widen<P, T>(load<P>(p, FIELD)), splatAt<T>(v, 0));
    let s0: T;
    if (rest == 1) {
      s0 = div<T>(splat<T>(1), d0);
    } else {
      const d1 = denominator<T>(widen<P, T>(load<P>(p, RECORD)), widen<P, T>(load<P>(p, RECORD + FIELD)), splatAt<T>(v, 1));
      const d01 = mul<T>(d0, d1);
      let r: T;
      if (rest == 2) {
        r = div<T>(splat<T>(1), d01);
      } else {
        const d2 = denominator<T>(widen<P, T>(load<P>(p, 2 * RECORD)), widen<P, T>(load<P>(p, 2 * RECORD + FIELD)), splatAt<T>(v, 2));
        r = div<T>(splat<T>(1), mul<T>(d01, d2));
        const s2 = mul<T>(r, d01);
        c2 = add<T>(c2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 2 * FIELD)), s2));
        n2 = add<T>(n2, mul<T>(widen<P, T>(load<P>(p, 2 * RECORD + 3 * FIELD)), s2));
        r = mul<T>(r, d2);
      }
      s0 = mul<T>(r, d1);
      const s1 = mul<T>(r, d0);
      c1 = add<T>(c1, mul<T>(widen<P, T>(load<P>(p, RECORD + 2 * FIELD)), s1));
      n1 = add<T>(n1, mul<T>(widen<P, T>(load<P>(p, RECORD + 3 * FIELD)), s1));
    }
    c0 = add<T>(c0, mul<T>(widen<P, T>(load<P>(p, 2 * FIELD)), s0));
    n0 = add<T>(n0, mul<T>(widen<P, T>(load<P>(p, 3 * FIELD)), s0));
  }
  store<T>(num, add<T>(load<T>(baseNum), add<T>(add<T>(n0, n1), add<T>(n2, n3))));
  store<T>(den, add<T>(load<T>(baseDen), add<T>(add<T>(c0, c1), add<T>(c2, c3))));
}

@inline function synapses<S, P>(
  records: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  const block = <usize>nIn * (16 * sizeof<S>());
  let done: usize = 0;
  const bytes = <usize>nOut << 2;
  if (ASC_FEATURE_SIMD) {
    for (; done + 16 <= bytes; done += 16, records += block) {
      destinations<S, P, v128>(records, v, baseNum + done, baseDen + done, num + done, den + done, nIn);
    }
  }
  for (; done < bytes; done += 4) {
    destinations<S, S, f32>(records, v, baseNum + done, baseDen + done, num + done, den + done, nIn);
    // After the fourth lane of a block comes the first lane of the next one.
    records += sizeof<S>();
    if (!ASC_FEATURE_SIMD) records += select<usize>(block - 4 * sizeof<S>(), 0, (done & 12) == 12);
  }
}

export function synapsesF32(
  records: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  synapses<f32, v128>(records, v, baseNum, baseDen, num, den, nOut, nIn);
}

export function synapsesF16(
  records: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  synapses<i16, u64>(records, v, baseNum, baseDen, num, den, nOut, nIn);
}
