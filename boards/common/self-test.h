#ifndef LIQUID_EDGE_SELF_TEST_H
#define LIQUID_EDGE_SELF_TEST_H

#include <stdint.h>

// CRC-32 of the results of sums, differences, products, quotients, comparisons and conversions of 256 pairs of floats, with
// denormals, ties and overflow among them, but no NaN. tests/firmware/self-test.ts computes the same number without a C
// compiler.
#ifndef SELF_TEST_HASH
#define SELF_TEST_HASH 0x2b4a232du
#endif

uint32_t self_test_hash(void);

#endif
