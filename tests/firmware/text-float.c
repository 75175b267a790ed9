// Prints the floats that text_float writes otherwise than printf does.

#include <stdio.h>
#include <string.h>

#include "port.h"
#include "text.h"

static char written[64];
static unsigned length;

void port_putchar(uint8_t byte) { written[length++] = (char)byte; }

static void check(uint32_t bits) {
  float value;
  char expected[64];
  memcpy(&value, &bits, 4);
  // Whether a NaN has a sign is of no interest.
  snprintf(expected, sizeof expected, "%.3f", value != value ? 0.0 / 0.0 : (double)value);
  const char *text = value != value && expected[0] == '-' ? expected + 1 : expected;
  length = 0;
  text_float(bits);
  written[length] = 0;
  if (strcmp(written, text) != 0) printf("%08x: %s, expected %s\n", bits, written, text);
}

int main(void) {
  uint32_t random = 1;
  for (int i = 0; i < 200000; i++) {
    random = random * 1664525 + 1013904223;
    check(random);
    check(0x38000000 + random % 0x10000000); // 2^-15 to 2^17
  }
  // k / 16: every second of them is a tie.
  for (int k = -4000; k < 4000; k++) {
    const float value = (float)k / 16;
    uint32_t bits;
    memcpy(&bits, &value, 4);
    check(bits);
  }
  check(0x7f800000), check(0xff800000), check(0x80000000), check(0), check(1), check(0x7f7fffff);
  return 0;
}
