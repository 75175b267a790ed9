// Rows of an integer product: what becomes of an accumulator.
//
//   y_r = sat16(rsh64(acc_r M_r, s_r)),   acc_r = b_r + sum_i w_ri z_i        (docs/integers.md)
//
//   row   i32 b, u16 M, u16 s - 1       8 bytes; rsh64(a, s) = ((a >> (s - 1)) + 1) >> 1 for s >= 1
//
// The only 64-bit arithmetic of a product: one multiplication a row.

// @ts-nocheck: checked by asc

export const ROW: usize = 8;

/** i16 at y from the sum `acc`, bias included, of the row at `row`. */
@inline export function finishRow(acc: i32, row: usize, y: usize): void {
  let v = (((<i64>acc * i64.load16_u(row, 4)) >> i64.load16_u(row, 6)) + 1) >> 1;
  v = select<i64>(v, 32767, v < 32767);
  i64.store16(y, select<i64>(v, -32767, v > -32767));
}

/** Four rows; the sums hold their biases. */
@inline export function finishFour(s0: i32, s1: i32, s2: i32, s3: i32, row: usize, y: usize): void {
  let v0 = (((<i64>s0 * i64.load16_u(row, 4)) >> i64.load16_u(row, 6)) + 1) >> 1;
  v0 = select<i64>(v0, 32767, v0 < 32767);
  i64.store16(y, select<i64>(v0, -32767, v0 > -32767), 0);
  let v1 = (((<i64>s1 * i64.load16_u(row, 12)) >> i64.load16_u(row, 14)) + 1) >> 1;
  v1 = select<i64>(v1, 32767, v1 < 32767);
  i64.store16(y, select<i64>(v1, -32767, v1 > -32767), 2);
  let v2 = (((<i64>s2 * i64.load16_u(row, 20)) >> i64.load16_u(row, 22)) + 1) >> 1;
  v2 = select<i64>(v2, 32767, v2 < 32767);
  i64.store16(y, select<i64>(v2, -32767, v2 > -32767), 4);
  let v3 = (((<i64>s3 * i64.load16_u(row, 28)) >> i64.load16_u(row, 30)) + 1) >> 1;
  v3 = select<i64>(v3, 32767, v3 < 32767);
  i64.store16(y, select<i64>(v3, -32767, v3 > -32767), 6);
}

/** The last one to three rows, whose sums do not hold their biases. */
@inline export function finishRest(s0: i32, s1: i32, s2: i32, rest: i32, row: usize, y: usize): void {
  finishRow(s0 + load<i32>(row), row, y);
  if (rest > 1) {
    finishRow(s1 + load<i32>(row, 8), row + 8, y + 2);
    if (rest > 2) finishRow(s2 + load<i32>(row, 16), row + 16, y + 4);
  }
}

/** Up to four rows, whose sums do not hold their biases. */
@inline export function finishGroup(s0: i32, s1: i32, s2: i32, s3: i32, left: i32, rows: usize, y: usize): void {
  if (left > 3) {
    finishFour(s0 + load<i32>(rows), s1 + load<i32>(rows, 8), s2 + load<i32>(rows, 16), s3 + load<i32>(rows, 24), rows, y);
  } else {
    finishRest(s0, s1, s2, left, rows, y);
  }
}
