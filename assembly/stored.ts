// Weights as an image stores them, and as the kernels compute with them: f32 always. A kernel is written once over
//
//   S   what one weight is stored as: f32, or i16 for the bits of a half (IEEE 754 binary16)
//   P   what one load brings: S itself, or four neighbours at once: v128 for four f32, u64 for four halves
//   T   what is computed on: f32 or v128 (lanes.ts)
//
//   half    sign 1 bit, exponent 5 bits, mantissa 10 bits, at bits 15, 14…10, 9…0
//   f32     (bits << 13) with the sign moved to bit 31 is the half's value times 2^-112, denormals included; one exact
//           multiplication by 2^112 gives the value
//
// Without a branch, so that the count of operations does not depend on weights; every result is exact, so that all
// builds agree. An exponent of all ones, which the compiler never writes, is read as the next binade, 65,536 to 131,008:
// no weight becomes infinite or NaN (the alternative half-precision format of Arm reads the same).

// @ts-nocheck: checked by asc

/** The value of a packet, or its four values. */
@inline export function widen<P, T>(packet: P): T {
  if (isFloat<P>() || isVector<P>()) return <T>packet;
  if (isVector<T>()) {
    const bits = i32x4.extend_low_i16x8_s(i64x2.splat(packet));
    return f32x4.mul(
      v128.and(i32x4.shl(bits, 13), i32x4.splat(0x8fffffff)),
      f32x4.splat(5192296858534827628530496329220096.0)
    );
  }
  // The sign extension of `packet` fills the bits that the mask clears, and bit 31.
  return <T>(reinterpret<f32>((<i32>packet << 13) & 0x8fffffff) * <f32>5192296858534827628530496329220096.0);
}
