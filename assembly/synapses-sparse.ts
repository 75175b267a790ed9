// Sums of synaptic conductances and currents over the synapses that exist, stored by destination:
//
//   num[j] = baseNum[j] + sum_k (w erev)_k s_k        den[j] = baseDen[j] + sum_k w_k s_k
//   s_k    = sigmoid(sigma_k (v[source k] - mu_k))     (synapse.ts)
//
//   rows   u16 count[nOut], padded to a multiple of 4 bytes; then for each destination its synapses in ascending
//          order of source: blocks of four
//            | k×4 | mu×4 | w×4 | (w erev)×4 | source×4 |       64 bytes of f32 or 32 of halves, 8 bytes of u16
//          and a tail of count mod 4: | k mu w (w erev) | a synapse, then its sources, padded to a multiple of 4 bytes.
//          A source is the byte offset of its state in `v`: 4 times the index, so that no shift is needed.
//   v; baseNum, baseDen, num, den [nOut]; num and den overlap none of the others
//
// Order of the sums as in synapses-dense.ts.

// @ts-nocheck: checked by asc

import { gather } from "./lanes";
import { widen } from "./stored";
import { denominator, denominatorOf, exponent } from "./synapse";

/** Exponents of the block at `p`. SIMD build only, as the next two functions. */
@inline function exponents<S, P>(v: usize, p: usize): v128 {
  const FIELD: usize = 4 * sizeof<S>();
  return exponent<v128>(widen<P, v128>(load<P>(p)), widen<P, v128>(load<P>(p, FIELD)), gather(v, p + 4 * FIELD));
}

/** How far four synapses of one destination are open, from their denominators. */
@inline function open(d: v128): v128 {
  const neighbour = v128.shuffle<f32>(d, d, 1, 0, 3, 2);
  const pair = f32x4.mul(d, neighbour);
  const other = v128.shuffle<f32>(pair, pair, 2, 3, 0, 1);
  const r = f32x4.div(f32x4.splat(1), f32x4.mul(pair, other));
  return f32x4.mul(f32x4.mul(r, other), neighbour);
}

/**
 * Four synapses of a destination at once. What a processor waits for is the chain from a state to its synapse's sums, of which only
 * a few fit into its queues one behind the other (docs/speed.md). Hence three stages: while a block is divided and summed, the
 * next one has its exponentials taken, and the one after that its states fetched. A tail starts first and is added last.
 */
@inline function synapsesByFour<S, P>(
  rows: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32
): void {
  const FIELD: usize = 4 * sizeof<S>(); // of a block of four
  const SOURCES: usize = 4 * FIELD;
  const BLOCK: usize = SOURCES + 8;
  let count = rows;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  const last = num + (<usize>nOut << 2);
  while (num != last) {
    // Without synapses both sums are 0: bases keep their values, and -0 becomes 0 as everywhere.
    if (last - num >= 16 && load<u64>(count) == 0) {
      v128.store(num, f32x4.add(v128.load(baseNum), f32x4.splat(0)));
      v128.store(den, f32x4.add(v128.load(baseDen), f32x4.splat(0)));
      num += 16; den += 16; baseNum += 16; baseDen += 16; count += 8;
      continue;
    }
    let n = <usize>load<u16>(count);
    if (n == 0) {
      store<f32>(num, load<f32>(baseNum) + <f32>0);
      store<f32>(den, load<f32>(baseDen) + <f32>0);
      num += 4; den += 4; baseNum += 4; baseDen += 4; count += 2;
      continue;
    }
    // Destinations with synapses come in runs. V8 moves the constants of an exponential out of a loop only where no way leads
    // past them: out of this one, which tests at its end.
    do {
      let ns = f32x4.splat(0);
      let cs = f32x4.splat(0);
      const tail = p + (n >> 2) * BLOCK;
      const rest = n & 3;
      let tailD = ns, tailW = ns, tailWErev = ns;
      if (rest > 0) {
        // Absent synapses open by 1 / 1 and have no weight: the products and sums of the others keep their bits.
        const absent = f32x4(-30, 0, 0, 0);
        const sources = tail + (rest << (2 + alignof<S>()));
        let x = v128.load32_lane(v + load<u16>(sources), f32x4.splat(1), 0);
        const first = widen<P, v128>(load<P>(tail));
        let second = absent;
        let third = absent;
        if (rest > 1) {
          second = widen<P, v128>(load<P>(tail, FIELD));
          x = v128.load32_lane(v + load<u16>(sources, 2), x, 1);
        }
        if (rest > 2) {
          third = widen<P, v128>(load<P>(tail, 2 * FIELD));
          x = v128.load32_lane(v + load<u16>(sources, 4), x, 2);
        }
        const low = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
        const high = v128.shuffle<f32>(third, absent, 0, 4, 1, 5);
        tailD = denominator<v128>(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7), x);
        const lowWeights = v128.shuffle<f32>(first, second, 2, 6, 3, 7);
        const highWeights = v128.shuffle<f32>(third, absent, 2, 6, 3, 7);
        tailW = v128.shuffle<f32>(lowWeights, highWeights, 0, 1, 4, 5);
        tailWErev = v128.shuffle<f32>(lowWeights, highWeights, 2, 3, 6, 7);
      }
      let ahead = n >> 2;
      if (ahead > 0) {
        let d = denominatorOf<v128>(exponents<S, P>(v, p));
        if (ahead > 1) {
          let t = exponents<S, P>(v, p + BLOCK);
          for (; ahead > 2; ahead--) {
            const nextT = exponents<S, P>(v, p + 2 * BLOCK);
            const nextD = denominatorOf<v128>(t);
            const s = open(d);
            cs = f32x4.add(cs, f32x4.mul(widen<P, v128>(load<P>(p, 2 * FIELD)), s));
            ns = f32x4.add(ns, f32x4.mul(widen<P, v128>(load<P>(p, 3 * FIELD)), s));
            p += BLOCK;
            t = nextT;
            d = nextD;
          }
          const nextD = denominatorOf<v128>(t);
          const s = open(d);
          cs = f32x4.add(cs, f32x4.mul(widen<P, v128>(load<P>(p, 2 * FIELD)), s));
          ns = f32x4.add(ns, f32x4.mul(widen<P, v128>(load<P>(p, 3 * FIELD)), s));
          p += BLOCK;
          d = nextD;
        }
        const s = open(d);
        cs = f32x4.add(cs, f32x4.mul(widen<P, v128>(load<P>(p, 2 * FIELD)), s));
        ns = f32x4.add(ns, f32x4.mul(widen<P, v128>(load<P>(p, 3 * FIELD)), s));
      }
      if (rest > 0) {
        const s = open(tailD);
        cs = f32x4.add(cs, f32x4.mul(tailW, s));
        ns = f32x4.add(ns, f32x4.mul(tailWErev, s));
      }
      p = tail + ((rest * (FIELD + 2) + 3) & ~3);
      // (n0 + n1) + (n2 + n3) in lane 0 and the same of c in lane 2.
      const pairs = f32x4.add(v128.shuffle<f32>(ns, cs, 0, 2, 4, 6), v128.shuffle<f32>(ns, cs, 1, 3, 5, 7));
      const sums = f32x4.add(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
      store<f32>(num, load<f32>(baseNum) + f32x4.extract_lane(sums, 0));
      store<f32>(den, load<f32>(baseDen) + f32x4.extract_lane(sums, 2));
      num += 4; den += 4; baseNum += 4; baseDen += 4; count += 2;
      if (num == last) return;
      n = <usize>load<u16>(count);
    } while (n != 0);
  }
}

/** One synapse after another, four of which share a division. */
@inline function synapses<S>(
  rows: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32
): void {
  const FIELD: usize = 4 * sizeof<S>(); // of a block of four
  const SOURCES: usize = 4 * FIELD;
  const BLOCK: usize = SOURCES + 8;
  let count = rows;
  let p = rows + ((<usize>nOut * 2 + 3) & ~3);
  for (const last = num + (<usize>nOut << 2); num != last; num += 4, den += 4, baseNum += 4, baseDen += 4, count += 2) {
    const n = <usize>load<u16>(count);
    let n0: f32 = 0, n1: f32 = 0, n2: f32 = 0, n3: f32 = 0;
    let c0: f32 = 0, c1: f32 = 0, c2: f32 = 0, c3: f32 = 0;
    const end = p + (n >> 2) * BLOCK;
    const rest = n & 3;
    for (; p != end; p += BLOCK) {
      const d0 = denominator<f32>(widen<S, f32>(load<S>(p)), widen<S, f32>(load<S>(p, FIELD)), load<f32>(v + load<u16>(p, SOURCES)));
      const d1 = denominator<f32>(widen<S, f32>(load<S>(p, sizeof<S>())), widen<S, f32>(load<S>(p, FIELD + sizeof<S>())), load<f32>(v + load<u16>(p, SOURCES + 2)));
      const d01 = d0 * d1;
      const d2 = denominator<f32>(widen<S, f32>(load<S>(p, 2 * sizeof<S>())), widen<S, f32>(load<S>(p, FIELD + 2 * sizeof<S>())), load<f32>(v + load<u16>(p, SOURCES + 4)));
      const d3 = denominator<f32>(widen<S, f32>(load<S>(p, 3 * sizeof<S>())), widen<S, f32>(load<S>(p, FIELD + 3 * sizeof<S>())), load<f32>(v + load<u16>(p, SOURCES + 6)));
      const d23 = d2 * d3;
      const r: f32 = <f32>1 / (d01 * d23);
      const r01 = r * d23;
      const s0 = r01 * d1;
      c0 += widen<S, f32>(load<S>(p, 2 * FIELD)) * s0;
      n0 += widen<S, f32>(load<S>(p, 3 * FIELD)) * s0;
      const s1 = r01 * d0;
      c1 += widen<S, f32>(load<S>(p, 2 * FIELD + sizeof<S>())) * s1;
      n1 += widen<S, f32>(load<S>(p, 3 * FIELD + sizeof<S>())) * s1;
      const r23 = r * d01;
      const s2 = r23 * d3;
      c2 += widen<S, f32>(load<S>(p, 2 * FIELD + 2 * sizeof<S>())) * s2;
      n2 += widen<S, f32>(load<S>(p, 3 * FIELD + 2 * sizeof<S>())) * s2;
      const s3 = r23 * d2;
      c3 += widen<S, f32>(load<S>(p, 2 * FIELD + 3 * sizeof<S>())) * s3;
      n3 += widen<S, f32>(load<S>(p, 3 * FIELD + 3 * sizeof<S>())) * s3;
    }
    if (rest > 0) {
      const sources = p + (rest << (2 + alignof<S>()));
      const d0 = denominator<f32>(widen<S, f32>(load<S>(p)), widen<S, f32>(load<S>(p, sizeof<S>())), load<f32>(v + load<u16>(sources)));
      let s0: f32;
      if (rest == 1) {
        s0 = <f32>1 / d0;
      } else {
        const d1 = denominator<f32>(widen<S, f32>(load<S>(p, 4 * sizeof<S>())), widen<S, f32>(load<S>(p, 5 * sizeof<S>())), load<f32>(v + load<u16>(sources, 2)));
        const d01 = d0 * d1;
        let r: f32;
        if (rest == 2) {
          r = <f32>1 / d01;
        } else {
          const d2 = denominator<f32>(widen<S, f32>(load<S>(p, 8 * sizeof<S>())), widen<S, f32>(load<S>(p, 9 * sizeof<S>())), load<f32>(v + load<u16>(sources, 4)));
          r = <f32>1 / (d01 * d2);
          const s2 = r * d01;
          c2 += widen<S, f32>(load<S>(p, 10 * sizeof<S>())) * s2;
          n2 += widen<S, f32>(load<S>(p, 11 * sizeof<S>())) * s2;
          r *= d2;
        }
        s0 = r * d1;
        const s1 = r * d0;
        c1 += widen<S, f32>(load<S>(p, 6 * sizeof<S>())) * s1;
        n1 += widen<S, f32>(load<S>(p, 7 * sizeof<S>())) * s1;
      }
      c0 += widen<S, f32>(load<S>(p, 2 * sizeof<S>())) * s0;
      n0 += widen<S, f32>(load<S>(p, 3 * sizeof<S>())) * s0;
      p += (rest * (FIELD + 2) + 3) & ~3;
    }
    store<f32>(num, load<f32>(baseNum) + ((n0 + n1) + (n2 + n3)));
    store<f32>(den, load<f32>(baseDen) + ((c0 + c1) + (c2 + c3)));
  }
}

export function synapsesSparseF32(
  rows: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32
): void {
  if (ASC_FEATURE_SIMD) synapsesByFour<f32, v128>(rows, v, baseNum, baseDen, num, den, nOut);
  else synapses<f32>(rows, v, baseNum, baseDen, num, den, nOut);
}

export function synapsesSparseF16(
  rows: usize, v: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32
): void {
  if (ASC_FEATURE_SIMD) synapsesByFour<i16, u64>(rows, v, baseNum, baseDen, num, den, nOut);
  else synapses<i16>(rows, v, baseNum, baseDen, num, den, nOut);
}
