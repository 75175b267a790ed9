// matvecS8x16 and matvecS4x16 of the core (assembly/matvec-s8.ts, matvec-s4.ts) with the DSP instructions of Armv7E-M and Armv8-M: the
// same bits, since their sums are i32 that wrap, in any order. Activations are i16, so pairs of them are (x i, x i + 2), put
// together like the weights (PKH), and SMLAD multiplies and adds two at a time. i4 weights of i8 activations have no kernel here: the
// core's multiplies two destinations at once, 11 instructions for 8 products, which SMLAD does not beat.

#include "pairs-dsp.h"
#include "rows-dsp.h"

typedef u32 word __attribute__((may_alias));

// Four sources times four destinations, in assembly as a whole as in matvec-s8-dsp.c. Records 0 and 2 are multiplied with the even
// sources, 1 and 3 with the odd ones: 16 products take 26 instructions. Activations behind an odd number of others begin at no word:
// LDRD would trap, a pair of LDR does not, and the second one pipelines.
#define FOUR_SOURCES_S8                                                                            \
  __asm__("ldr %[t], [%[x]], #4\n\t"                                                               \
          "ldr %[z], [%[x]], #4\n\t"                                                               \
          "pkhbt %[u], %[t], %[z], lsl #16\n\t"                                                    \
          "pkhtb %[z], %[z], %[t], asr #16\n\t"                                                    \
          "ldrd %[a], %[b], [%[w]], #8\n\t"                                                        \
          "ldrd %[c], %[d], [%[w]], #8\n\t"                                                        \
          TWO_SOURCES("a", "c", "t", "u")                                                          \
          TWO_SOURCES("b", "d", "a", "z")                                                          \
          : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [x] "+r"(q), [w] "+r"(w), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [t] "=&r"(t), [u] "=&r"(u), [z] "=&r"(z)\
          :                                                                                        \
          : "memory")

// A word has two sources a and b, weights as nibbles of w + 8, from bit 0 on: a[j] a[j+2] b[j] b[j+2] a[j+1] a[j+3] b[j+1] b[j+3].
// Masked, it has one source's weights for two destinations; two words together have two sources' for one: 29 instructions.
#define FOUR_SOURCES_S4                                                                            \
  __asm__("ldr %[t], [%[x]], #4\n\t"                                                               \
          "ldr %[z], [%[x]], #4\n\t"                                                               \
          "pkhbt %[u], %[t], %[z], lsl #16\n\t"                                                    \
          "pkhtb %[z], %[z], %[t], asr #16\n\t"                                                    \
          "ldrd %[a], %[b], [%[w]], #8\n\t"                                                        \
          "and %[c], %[m], %[a]\n\t"                                                               \
          "and %[d], %[m], %[b]\n\t"                                                               \
          "pkhbt %[t], %[c], %[d], lsl #16\n\t"                                                    \
          "smlad %[s0], %[t], %[u], %[s0]\n\t"                                                     \
          "pkhtb %[d], %[d], %[c], asr #16\n\t"                                                    \
          "smlad %[s1], %[d], %[u], %[s1]\n\t"                                                     \
          "and %[c], %[m], %[a], lsr #4\n\t"                                                       \
          "and %[d], %[m], %[b], lsr #4\n\t"                                                       \
          "pkhbt %[t], %[c], %[d], lsl #16\n\t"                                                    \
          "smlad %[s2], %[t], %[u], %[s2]\n\t"                                                     \
          "pkhtb %[d], %[d], %[c], asr #16\n\t"                                                    \
          "smlad %[s3], %[d], %[u], %[s3]\n\t"                                                     \
          "and %[c], %[m], %[a], lsr #8\n\t"                                                       \
          "and %[d], %[m], %[b], lsr #8\n\t"                                                       \
          "pkhbt %[t], %[c], %[d], lsl #16\n\t"                                                    \
          "smlad %[s0], %[t], %[z], %[s0]\n\t"                                                     \
          "pkhtb %[d], %[d], %[c], asr #16\n\t"                                                    \
          "smlad %[s1], %[d], %[z], %[s1]\n\t"                                                     \
          "and %[c], %[m], %[a], lsr #12\n\t"                                                      \
          "and %[d], %[m], %[b], lsr #12\n\t"                                                      \
          "pkhbt %[t], %[c], %[d], lsl #16\n\t"                                                    \
          "smlad %[s2], %[t], %[z], %[s2]\n\t"                                                     \
          "pkhtb %[d], %[d], %[c], asr #16\n\t"                                                    \
          "smlad %[s3], %[d], %[z], %[s3]\n\t"                                                     \
          : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [x] "+r"(q), [w] "+r"(w), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [t] "=&r"(t), [u] "=&r"(u), [z] "=&r"(z)\
          : [m] "r"(mask)                                                                          \
          : "memory")

struct sums {
  s32 s0, s1, s2, s3;
};

static inline void finish(struct sums s, u32 left, const row *r, half *y) {
  y[0] = (s16)rescale(s.s0 + r[0].bias, r);
  if (left > 1) y[1] = (s16)rescale(s.s1 + r[1].bias, r + 1);
  if (left > 2) y[2] = (s16)rescale(s.s2 + r[2].bias, r + 2);
  if (left > 3) y[3] = (s16)rescale(s.s3 + r[3].bias, r + 3);
}

void port_matvecS8x16(u32 rows, u32 weights, u32 x, u32 y, u32 n_out, u32 n_in) {
  const row *r = (const row *)rows;
  const s8 *w = (const s8 *)weights;
  half *out = (half *)y;
  const half *const end = (const half *)x + n_in, *const end4 = (const half *)x + (n_in & ~3u);
  const half *const end16 = (const half *)x + (n_in & ~15u);
  for (s32 left = (s32)n_out; left > 0; left -= 4, r += 4, out += 4) {
    s32 s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const half *q = (const half *)x;
    u32 a, b, c, d, t, u, z;
    while (q != end16) {
      FOUR_SOURCES_S8;
      FOUR_SOURCES_S8;
      FOUR_SOURCES_S8;
      FOUR_SOURCES_S8;
    }
    while (q != end4) FOUR_SOURCES_S8;
    for (; q != end; q++, w += 4) {
      s0 += w[0] * *q;
      s1 += w[1] * *q;
      s2 += w[2] * *q;
      s3 += w[3] * *q;
    }
    finish((struct sums){s0, s1, s2, s3}, (u32)left, r, out);
  }
}

void port_matvecS4x16(u32 rows, u32 weights, u32 x, u32 y, u32 n_out, u32 n_in) {
  const row *r = (const row *)rows;
  const word *w = (const word *)weights;
  half *out = (half *)y;
  const half *const end = (const half *)x + n_in, *const end4 = (const half *)x + (n_in & ~3u);
  const half *const end16 = (const half *)x + (n_in & ~15u);
  const u32 mask = 0x000f000f;
  s32 offset = 0;
  for (const half *q = (const half *)x; q != end; q++) offset += *q;
  offset = (s32)((u32)offset << 3);
  for (s32 left = (s32)n_out; left > 0; left -= 4, r += 4, out += 4) {
    s32 s0 = -offset, s1 = -offset, s2 = -offset, s3 = -offset;
    const half *q = (const half *)x;
    u32 a, b, c, d, t, u, z;
    while (q != end16) {
      FOUR_SOURCES_S4;
      FOUR_SOURCES_S4;
      FOUR_SOURCES_S4;
      FOUR_SOURCES_S4;
    }
    while (q != end4) FOUR_SOURCES_S4;
    // Up to three sources are left, two in a word.
    for (; q < end; q += 2) {
      const u32 v = *w++;
      for (u32 k = 0; k < 2 && q + k != end; k++) {
        const s32 z = q[k];
        const u32 nibbles = v >> (8 * k);
        s0 += (s32)(nibbles & 15) * z;
        s2 += (s32)(nibbles >> 4 & 15) * z;
        s1 += (s32)(nibbles >> 16 & 15) * z;
        s3 += (s32)(nibbles >> 20 & 15) * z;
      }
    }
    finish((struct sums){s0, s1, s2, s3}, (u32)left, r, out);
  }
}
