// Products and the maps at both ends of a network:
//
//   product    y_r = sat16(rsh64(acc_r M_r, s_r))    acc_r = b_r + sum_i w_ri z_i         i32
//   input      x_i = sat(rsh(raw_i m_i + b_i, s_i))                                       i32
//   affine     y_i = sat16(rsh64(x_i m_i + b_i, s_i))                                     i64

import type { IntMatrix } from "../../../bindings/image/lowered-integer.ts";
import { rsh, rsh64, sat8, sat16, sat16Of64 } from "./arithmetic.ts";

/** Multiplier, bias and shift of each element. */
export interface ElementMap {
  multiplier: Int32Array;
  bias: Int32Array;
  shift: Uint8Array;
}

/** Pre-activations [nOut] of z [nIn]. */
export function product(matrix: IntMatrix, z: Int8Array | Int16Array): Int16Array {
  const { nOut, nIn, weights, mask, bias, multiplier, shift } = matrix;
  return Int16Array.from({ length: nOut }, (_, r) => {
    let acc = bias[r]!;
    for (let i = 0; i < nIn; i++) {
      const at = r * nIn + i;
      if (mask === null || mask[at] !== 0) acc = (acc + Math.imul(weights[at]!, z[i]!)) | 0;
    }
    return sat16Of64(rsh64(BigInt(acc) * BigInt(multiplier[r]!), shift[r]!));
  });
}

/** Activations of raw counts, as i8 or i16 by `width`. */
export function mapInput(map: ElementMap & { width: 8 | 16 }, raw: Int16Array): Int16Array {
  const saturate = map.width === 8 ? sat8 : sat16;
  return raw.map((x, i) =>
    saturate(rsh((Math.imul(x, map.multiplier[i]!) + map.bias[i]!) | 0, map.shift[i]!)),
  );
}

export function mapAffine({ multiplier, bias, shift }: ElementMap, x: Int16Array): Int16Array {
  return x.map((value, i) =>
    sat16Of64(rsh64(BigInt(value) * BigInt(multiplier[i]!) + BigInt(bias[i]!), shift[i]!)),
  );
}
