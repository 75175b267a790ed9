// One synapse of an integer LTC (docs/integers.md): a = T[clamp(x, 0, 32767) >> 5], x = ((v - mu) k + C) >> s.

// @ts-nocheck: checked by asc

/** C: half a unit, and the middle of the table. */
@inline export function centre(shift: i32): i32 {
  return ((1 << shift) >> 1) + (16384 << shift);
}

/** Q0.15 from the argument before its shift; `table` [1024] i16. */
@inline export function opening(x: i32, shift: i32, table: usize): i32 {
  x >>= shift;
  x = select<i32>(x, 32767, x < 32767);
  x = select<i32>(x, 0, x > 0);
  return i32.load16_s(table + ((<usize>x >> 4) & ~1));
}
