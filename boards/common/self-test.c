#include "self-test.h"

#include "bytes.h"

enum { VECTORS = 256 };

static uint32_t random_state;

// xorshift32
static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static float float_of(uint32_t bits) {
  union {
    uint32_t u;
    float f;
  } word = {bits};
  return word.f;
}

static uint32_t bits_of(float value) {
  union {
    float f;
    uint32_t u;
  } word = {value};
  return word.u;
}

// Finite operands of a kind that turns with `i`: any, denormal, near 1 (ties in sums), few mantissa bits (exact halves in
// products).
static uint32_t operand(int i) {
  const uint32_t r = next_random();
  const uint32_t sign = r & 0x80000000u;
  switch (i & 3) {
  case 0:
    return sign | ((r >> 8) % 0x7f800000u);
  case 1:
    return sign | (r & 0x007fffff);
  case 2:
    return sign | (0x3f000000u + (r & 0x00ffffff));
  default:
    return sign | (0x3f000000u + ((r & 0xfff) << 12));
  }
}

static uint32_t hashed(uint32_t crc, uint32_t bits) {
  uint8_t bytes[4];
  // There is one NaN here: payloads differ between float units.
  if ((bits & 0x7fffffff) > 0x7f800000) bits = 0x7fc00000;
  put_u32(bytes, bits);
  return crc32(crc, bytes, 4);
}

uint32_t self_test_hash(void) {
  uint32_t crc = 0;
  random_state = 2463534242u;
  for (int i = 0; i < VECTORS; i++) {
    // Through memory that the compiler cannot see through: these operations must happen at run time.
    volatile float a = float_of(operand(i)), b = float_of(operand(i >> 2));
    volatile int32_t n = (int32_t)next_random();
    crc = hashed(crc, bits_of(a + b));
    crc = hashed(crc, bits_of(a - b));
    crc = hashed(crc, bits_of(a * b));
    crc = hashed(crc, bits_of(a / b));
    crc = hashed(crc, (uint32_t)(a < b) | (uint32_t)(a > b) << 1);
    crc = hashed(crc, bits_of((float)n));
    crc = hashed(crc, bits_of((float)(uint32_t)n));
    crc = hashed(crc, (uint32_t)(int32_t)(float_of(0x3f800000u + (bits_of(a) & 0x0fffffff)) * 0.5f));
  }
  return crc;
}
