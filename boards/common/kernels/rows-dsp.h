// What becomes of a sum of an integer product, with the DSP instructions of Armv7E-M and Armv8-M: rows.ts in the core has the formula.

#ifndef ROWS_DSP_H
#define ROWS_DSP_H

#include <arm_acle.h>

#include "core.h"

enum { LEAST_SHIFT = 16, MOST_SHIFT = 32 };

typedef s16 half __attribute__((may_alias));
typedef struct __attribute__((may_alias)) {
  s32 bias;
  u16 multiplier, shift_less_1;
} row;

// sat16(rsh64(sum * M, s)) of rows.ts. M has 15 bits: M << (32 - s) fits for s from 16 to 32, and the rounded high word of its
// product with the sum is rsh64. Other shifts are rare, and taken the long way.
static inline s32 rescale(s32 sum, const row *r) {
  const u32 m = r->multiplier, less_1 = r->shift_less_1;
  s32 y;
  if (__builtin_expect(less_1 - (LEAST_SHIFT - 1) <= MOST_SHIFT - LEAST_SHIFT, 1)) {
    __asm__("smmulr %0, %1, %2" : "=r"(y) : "r"(sum), "r"(m << (31 - less_1)));
    y = __ssat(y, 16);
  } else {
    const s64 wide = ((((s64)sum * (s64)m) >> less_1) + 1) >> 1;
    y = wide < 32767 ? wide > -32767 ? (s32)wide : -32767 : 32767;
  }
  // -32768 is no value of an i16 here.
  return y == -32768 ? -32767 : y;
}

#endif
