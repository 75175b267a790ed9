// The documented error of every elementary function of the core, and how it is measured. assembly/exp-f32.ts,
// gelu-f32.ts and softplus-f32.ts repeat these numbers; scripts/measure-math.ts prints the measured ones.

/**
 * Greatest distance from the exact result over all finite f32, in ULP of the exact result: 2^(e - 23) for
 * 2^e <= |result| < 2^(e + 1), at least 2^-149.
 */
export const BOUNDS_ULP = {
  exp: 1.01,
  sigmoid: 2.41,
  tanh: 2.51,
  lecunTanh: 4.2,
  silu: 3.4,
  gelu: 8,
  softplus: 2.66,
  relu: 0,
} as const;

export type MathFunction = keyof typeof BOUNDS_ULP;
export const MATH_FUNCTIONS = Object.keys(BOUNDS_ULP) as MathFunction[];

/** Greatest relative error of exp2Fast for |t| <= 30. */
export const EXP2_FAST_RELATIVE = 1.76e-7;
