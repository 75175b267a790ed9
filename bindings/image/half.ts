// IEEE 754 binary16, the format in which fp16 images store weights. By integer arithmetic on the bits alone: hosts
// differ in whether they have Math.f16round. assembly/stored.ts reads halves.

/** Largest magnitude that a half holds. */
export const LARGEST_HALF = 65504;

const INFINITY_BITS = 0x7c00;
const word = new DataView(new ArrayBuffer(4));

/**
 * The bits of the half nearest to a float32, of two equally near ones the one with an even last bit. From 65,520 on
 * that is infinity; NaN becomes a quiet NaN with its sign.
 */
export function toHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const exponent = (magnitude >>> 23) - 127;
  if (exponent > 15) return sign | INFINITY_BITS;
  // Normal halves have 10 of the 23 bits of the mantissa; below 2^-14 each halving costs one more.
  const dropped = exponent >= -14 ? 13 : -1 - exponent;
  if (dropped > 24) return sign;
  const mantissa = exponent >= -14 ? magnitude - (112 << 23) : (magnitude & 0x7fffff) | 0x800000;
  const kept = mantissa >>> dropped;
  const rest = mantissa & ((1 << dropped) - 1);
  const middle = 1 << (dropped - 1);
  // A carry out of the mantissa raises the exponent, which is the right half, infinity included.
  return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0));
}

/** The value of a half, exact. */
export function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
