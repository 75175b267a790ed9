// The part of a product that comes from held inputs, kept up to date: acc += W[:, c] (x_c - before_c) for each column that changed.
//
//   w [nIn, nOut] i8, by column; nOut a multiple of 4      x, before [nIn] i8      acc [nOut] i32
//
// A prototype that scripts/measure-unchanged.ts counts; the core has none.

// @ts-nocheck: checked by asc

export function heldColumns(w: usize, x: usize, before: usize, acc: usize, nOut: i32, nIn: i32): void {
  const end = x + <usize>nIn;
  const last = acc + ((<usize>nOut) << 2);
  for (; x !== end; x++, before++, w += <usize>nOut) {
    const now = <i32>load<i8>(x);
    const change = now - <i32>load<i8>(before);
    if (change === 0) continue;
    store<i8>(before, now);
    let p = w;
    let a = acc;
    do {
      store<i32>(a, load<i32>(a) + <i32>load<i8>(p) * change);
      store<i32>(a, load<i32>(a, 4) + <i32>load<i8>(p, 1) * change, 4);
      store<i32>(a, load<i32>(a, 8) + <i32>load<i8>(p, 2) * change, 8);
      store<i32>(a, load<i32>(a, 12) + <i32>load<i8>(p, 3) * change, 12);
      p += 4;
      a += 16;
    } while (a !== last);
  }
}
