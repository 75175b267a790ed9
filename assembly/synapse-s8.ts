// One synapse of an integer LTC (docs/integers.md): a = T[clamp(x, 0, 32767) >> 5], x = ((v - mu) k + C) >> s. A block whose
// arguments cannot leave the table says so, and is not clamped.

// @ts-nocheck: checked by asc

/** C: half a unit, and the middle of the table. */
@inline export function centre(shift: i32): i32 {
  return ((1 << shift) >> 1) + (16384 << shift);
}

/** From the argument before its shift to an index of the table: both shifts in one, since clamping commutes with them. */
@inline export function indexShift(shift: i32): i32 {
  return shift + 5;
}

/** Q0.15 from the argument before its shift; `table` [1024] i16. Arguments that are `bounded` need no clamp. */
@inline export function opening(x: i32, indexShift: i32, table: usize, bounded: bool): i32 {
  let i = x >> indexShift;
  if (!bounded) {
    i = select<i32>(i, 1023, i < 1023);
    i = select<i32>(i, 0, i > 0);
  }
  return i32.load16_s(table + (<usize>i << 1));
}
