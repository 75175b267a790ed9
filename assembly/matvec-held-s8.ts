// acc += W (x - held), held = x: what inputs that changed do to sums that are kept from step to step. A column whose input
// lies within `threshold` of the value that it last let through costs a comparison and leaves both as they are.
//
//   rows   [nOut] as in rows.ts, in the arena: acc in place of the bias; room for a multiple of 4 rows
//   w      by column: nIn times nOut i8, each column padded to a multiple of 4
//   x      [nIn] i8      held [nIn] i8, 4-byte aligned: the values last let through
//
// acc = b + W held before and after, whatever the threshold. Sums wrap, so their order does not matter. The number of
// operations depends on x and held: at most that of all columns changed. Two changed columns share the loads and stores of the
// sums; four equal inputs in a word, where x is aligned, one comparison.

// @ts-nocheck: checked by asc

import { ROW } from "./rows";

/** Four sums, of every second word from `row` on. */
@inline function add(row: usize, s0: i32, s1: i32, s2: i32, s3: i32): void {
  store<i32>(row, load<i32>(row) + s0);
  store<i32>(row, load<i32>(row, 8) + s1, 8);
  store<i32>(row, load<i32>(row, 16) + s2, 16);
  store<i32>(row, load<i32>(row, 24) + s3, 24);
}

/** The column at w times `change`. */
@inline function addColumn(rows: usize, last: usize, w: usize, change: i32): void {
  if (ASC_FEATURE_SIMD) {
    addColumns(rows, last, w, change, w, 0);
  } else {
    let row = rows;
    do {
      add(
        row, <i32>load<i8>(w) * change, <i32>load<i8>(w, 1) * change, <i32>load<i8>(w, 2) * change, <i32>load<i8>(w, 3) * change
      );
      w += 4;
      row += 4 * ROW;
    } while (row != last);
  }
}

/** Two columns. */
@inline function addColumns(rows: usize, last: usize, v: usize, a: i32, w: usize, b: i32): void {
  let row = rows;
  if (ASC_FEATURE_SIMD) {
    const changes = i32x4.splat((a & 0xffff) | (b << 16));
    do {
      const pairs = v128.shuffle<i8>(v128.load32_zero(v), v128.load32_zero(w), 0, 16, 1, 17, 2, 18, 3, 19, 0, 0, 0, 0, 0, 0, 0, 0);
      const s = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(pairs), changes);
      v128.store(row, i32x4.add(v128.load(row), i64x2.extend_low_i32x4_u(s)));
      v128.store(row, i32x4.add(v128.load(row, 16), i64x2.extend_high_i32x4_u(s)), 16);
      v += 4;
      w += 4;
      row += 4 * ROW;
    } while (row != last);
  } else {
    do {
      add(
        row, <i32>load<i8>(v) * a + <i32>load<i8>(w) * b, <i32>load<i8>(v, 1) * a + <i32>load<i8>(w, 1) * b,
        <i32>load<i8>(v, 2) * a + <i32>load<i8>(w, 2) * b, <i32>load<i8>(v, 3) * a + <i32>load<i8>(w, 3) * b
      );
      v += 4;
      w += 4;
      row += 4 * ROW;
    } while (row != last);
  }
}

export function matvecHeldS8(rows: usize, w: usize, x: usize, held: usize, threshold: i32, nOut: i32, nIn: i32): void {
  const stride = <usize>((nOut + 3) & ~3);
  const last = rows + stride * ROW;
  const end = x + <usize>nIn;
  // Words can be compared up to here.
  const words = select<usize>(x + <usize>(nIn & ~3), x, (x & 3) == 0);
  const span = <u32>threshold << 1;
  // A changed column that waits for another one.
  let waiting: usize = 0;
  let before: i32 = 0;
  while (x != end) {
    let stop = end;
    if (x < words) {
      if (load<u32>(x) == load<u32>(held)) {
        x += 4;
        held += 4;
        w += stride << 2;
        continue;
      }
      stop = x + 4;
    }
    do {
      const now = <i32>load<i8>(x);
      const change = now - <i32>load<i8>(held);
      if (<u32>(change + threshold) > span) {
        store<i8>(held, now);
        if (waiting == 0) {
          waiting = w;
          before = change;
        } else {
          addColumns(rows, last, waiting, before, w, change);
          waiting = 0;
        }
      }
      x++;
      held++;
      w += stride;
    } while (x != stop);
  }
  if (waiting != 0) addColumn(rows, last, waiting, before);
}
