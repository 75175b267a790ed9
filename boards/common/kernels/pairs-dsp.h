// What the integer kernels with DSP instructions share: two sources times four destinations, as text for their assembly.

#ifndef PAIRS_DSP_H
#define PAIRS_DSP_H

// W0 and W2 hold the weights of sources i and i + 2, a byte for each of four destinations. Put together half by half (PKH) and sign-
// extended (SXTB16) they are pairs (weight of source i, weight of source i + 2) of one destination, which SMLAD multiplies with X =
// (x i, x i + 2) and adds to s0 .. s3. Operands are names of the assembly around; W0, W2 and SPARE are lost.
#define TWO_SOURCES(W0, W2, SPARE, X)                                                              \
  "pkhbt %[" SPARE "], %[" W0 "], %[" W2 "], lsl #16\n\t"                                          \
  "pkhtb %[" W2 "], %[" W2 "], %[" W0 "], asr #16\n\t"                                             \
  "sxtb16 %[" W0 "], %[" SPARE "]\n\t"                                                             \
  "smlad %[s0], %[" W0 "], %[" X "], %[s0]\n\t"                                                    \
  "sxtb16 %[" SPARE "], %[" SPARE "], ror #8\n\t"                                                  \
  "smlad %[s1], %[" SPARE "], %[" X "], %[s1]\n\t"                                                 \
  "sxtb16 %[" W0 "], %[" W2 "]\n\t"                                                                \
  "smlad %[s2], %[" W0 "], %[" X "], %[s2]\n\t"                                                    \
  "sxtb16 %[" W2 "], %[" W2 "], ror #8\n\t"                                                        \
  "smlad %[s3], %[" W2 "], %[" X "], %[s3]\n\t"

#endif
