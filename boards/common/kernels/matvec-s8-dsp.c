// matvecS8 of the core (assembly/matvec-s8.ts) with the DSP instructions of Armv7E-M and Armv8-M: the same bits, since its sums
// are i32 that wrap, in any order.
//
// A record of weights has one byte for each of four destinations, so that two of them are what pairs-dsp.h takes. 16 products take 25
// instructions.

#include "pairs-dsp.h"
#include "rows-dsp.h"

// Four sources times four destinations. In assembly as a whole: it takes all registers but one, and gcc would rather spill.
#define FOUR_SOURCES                                                                               \
  __asm__("ldr %[z], [%[x]], #4\n\t"                                                               \
          "ldrd %[a], %[b], [%[w]], #8\n\t"                                                        \
          "ldrd %[c], %[d], [%[w]], #8\n\t"                                                        \
          "sxtb16 %[t], %[z]\n\t"                                                                  \
          TWO_SOURCES("a", "c", "e", "t")                                                          \
          "sxtb16 %[t], %[z], ror #8\n\t"                                                          \
          TWO_SOURCES("b", "d", "a", "t")                                                          \
          : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [x] "+r"(q), [w] "+r"(w),  \
            [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [e] "=&r"(e), [z] "=&r"(z),    \
            [t] "=&r"(t)                                                                           \
          :                                                                                        \
          : "memory")

void port_matvecS8(u32 rows, u32 weights, u32 x, u32 y, u32 n_out, u32 n_in) {
  const row *r = (const row *)rows;
  const s8 *w = (const s8 *)weights;
  half *out = (half *)y;
  const s8 *const end = (const s8 *)x + n_in, *const end4 = (const s8 *)x + (n_in & ~3u);
  const s8 *const end16 = (const s8 *)x + (n_in & ~15u);
  for (u32 groups = n_out >> 2; groups > 0; groups--) {
    s32 s0 = r[0].bias, s1 = r[1].bias, s2 = r[2].bias, s3 = r[3].bias;
    const s8 *q = (const s8 *)x;
    u32 a, b, c, d, e, z, t;
    while (q != end16) {
      FOUR_SOURCES;
      FOUR_SOURCES;
      FOUR_SOURCES;
      FOUR_SOURCES;
    }
    while (q != end4) FOUR_SOURCES;
    for (; q != end; q++, w += 4) {
      s0 += w[0] * *q;
      s1 += w[1] * *q;
      s2 += w[2] * *q;
      s3 += w[3] * *q;
    }
    out[0] = (s16)rescale(s0, r);
    out[1] = (s16)rescale(s1, r + 1);
    out[2] = (s16)rescale(s2, r + 2);
    out[3] = (s16)rescale(s3, r + 3);
    r += 4;
    out += 4;
  }
  // Up to three rows are left; their records are as long as the others.
  for (u32 lane = 0; lane < (n_out & 3); lane++) {
    s32 sum = r[lane].bias;
    const s8 *p = w + lane;
    for (const s8 *q = (const s8 *)x; q != end; q++, p += 4) sum += *p * *q;
    out[lane] = (s16)rescale(sum, r + lane);
  }
}
