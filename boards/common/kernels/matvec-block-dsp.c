// matvecBlockS8 and matvecBlockS8x16 of the core (assembly/matvec-block-s8.ts has the layout) with the DSP instructions of Armv7E-M and
// Armv8-M: the same bits, since their sums are i32 that wrap, in any order. Sources lie anywhere, so each takes two loads; pairs of them are
// (x i, x i + 2), put together like the weights (PKH), and SMLAD multiplies and adds two at a time.

#include <stdbool.h>

#include "pairs-dsp.h"
#include "rows-dsp.h"

enum { HEAD_BYTES = 40, SIXTEENS_AT = 32, FOURS_AT = 34, SINGLES_AT = 36, SIXTEEN_BYTES = 96, FOUR_BYTES = 24, SINGLE_BYTES = 8 };

typedef u16 unsigned_half __attribute__((may_alias));

// Four sources times four destinations, in assembly as a whole as in matvec-s8-dsp.c: 16 products take 32 instructions. SOURCES and
// WEIGHTS are offsets from p, LOAD the instruction that loads an activation.
#define FOUR_SOURCES(LOAD, SOURCES, WEIGHTS)                                                       \
  __asm__("ldrh %[a], [%[p], %[at]]\n\t"                                                           \
          "ldrh %[b], [%[p], %[at] + 2]\n\t"                                                       \
          "ldrh %[c], [%[p], %[at] + 4]\n\t"                                                       \
          "ldrh %[d], [%[p], %[at] + 6]\n\t" LOAD " %[a], [%[x], %[a]]\n\t" LOAD                   \
          " %[b], [%[x], %[b]]\n\t" LOAD " %[c], [%[x], %[c]]\n\t" LOAD " %[d], [%[x], %[d]]\n\t"  \
          "pkhbt %[z], %[a], %[c], lsl #16\n\t"                                                    \
          "pkhbt %[t], %[b], %[d], lsl #16\n\t"                                                    \
          "ldrd %[a], %[b], [%[p], %[wt]]\n\t"                                                     \
          "ldrd %[c], %[d], [%[p], %[wt] + 8]\n\t"                                                 \
          TWO_SOURCES("a", "c", "e", "z")                                                          \
          TWO_SOURCES("b", "d", "a", "t")                                                          \
          : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [a] "=&r"(a),              \
            [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [e] "=&r"(e), [z] "=&r"(z), [t] "=&r"(t)     \
          : [p] "r"(p), [x] "r"(x), [at] "i"(SOURCES), [wt] "i"(WEIGHTS)                           \
          : "memory")

#define FOUR_SOURCES_OF(SOURCES, WEIGHTS)                                                          \
  do {                                                                                             \
    if (wide) FOUR_SOURCES("ldrsh", SOURCES, WEIGHTS);                                             \
    else FOUR_SOURCES("ldrsb", SOURCES, WEIGHTS);                                                  \
  } while (0)

static inline u32 u16_at(const u8 *p) { return *(const unsigned_half *)p; }

// Of the source whose byte offset is at p.
static inline s32 activation(u32 x, const u8 *p, const bool wide) {
  const u32 at = x + u16_at(p);
  return wide ? *(const half *)at : *(const s8 *)at;
}

static inline s32 weight(const u8 *p) { return *(const s8 *)p; }

__attribute__((always_inline)) static inline void product(u32 groups, u32 x, u32 y, u32 n_out, const bool wide) {
  const u8 *p = (const u8 *)groups;
  half *out = (half *)y;
  u32 a, b, c, d, e, z, t;
  for (u32 full = n_out >> 2; full > 0; full--, out += 4) {
    const row *const r = (const row *)p;
    s32 s0 = r[0].bias, s1 = r[1].bias, s2 = r[2].bias, s3 = r[3].bias;
    u32 runs = u16_at(p + SIXTEENS_AT);
    p += HEAD_BYTES;
    for (; runs > 0; runs--, p += SIXTEEN_BYTES) {
      FOUR_SOURCES_OF(0, 32);
      FOUR_SOURCES_OF(8, 48);
      FOUR_SOURCES_OF(16, 64);
      FOUR_SOURCES_OF(24, 80);
    }
    for (runs = u16_at((const u8 *)r + FOURS_AT); runs > 0; runs--, p += FOUR_BYTES) FOUR_SOURCES_OF(0, 8);
    for (runs = u16_at((const u8 *)r + SINGLES_AT); runs > 0; runs--, p += SINGLE_BYTES) {
      const s32 value = activation(x, p, wide);
      s0 += weight(p + 2) * value;
      s1 += weight(p + 3) * value;
      s2 += weight(p + 4) * value;
      s3 += weight(p + 5) * value;
    }
    out[0] = (s16)rescale(s0, r);
    out[1] = (s16)rescale(s1, r + 1);
    out[2] = (s16)rescale(s2, r + 2);
    out[3] = (s16)rescale(s3, r + 3);
  }
  // Up to three rows are left, with single blocks only.
  const row *const r = (const row *)p;
  for (u32 lane = 0; lane < (n_out & 3); lane++) {
    s32 sum = r[lane].bias;
    const u8 *q = p + HEAD_BYTES;
    for (u32 runs = u16_at(p + SINGLES_AT); runs > 0; runs--, q += SINGLE_BYTES) {
      sum += weight(q + 2 + lane) * activation(x, q, wide);
    }
    out[lane] = (s16)rescale(sum, r + lane);
  }
}

void port_matvecBlockS8(u32 groups, u32 x, u32 y, u32 n_out) { product(groups, x, y, n_out, false); }

void port_matvecBlockS8x16(u32 groups, u32 x, u32 y, u32 n_out) { product(groups, x, y, n_out, true); }
