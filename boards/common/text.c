#include "text.h"

#include <stdbool.h>

#include "port.h"

void text_print(const char *text) {
  while (*text != 0) port_putchar((uint8_t)*text++);
}

void text_unsigned(uint32_t value) {
  char digits[10];
  int n = 0;
  do digits[n++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  while (n > 0) port_putchar((uint8_t)digits[--n]);
}

void text_signed(int32_t value) {
  if (value < 0) port_putchar('-');
  text_unsigned(value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
}

void text_hex(uint8_t byte) {
  static const char digits[] = "0123456789ABCDEF";
  port_putchar((uint8_t)digits[byte >> 4]);
  port_putchar((uint8_t)digits[byte & 15]);
}

// mantissa * 2^shift, a whole number of up to 39 digits.
static void print_large(uint32_t mantissa, uint32_t shift) {
  uint8_t digits[40] = {0};
  int n = 0;
  for (; mantissa != 0; mantissa /= 10) digits[n++] = (uint8_t)(mantissa % 10);
  for (; shift > 0; shift--) {
    uint8_t carry = 0;
    for (int i = 0; i < n; i++) {
      const uint8_t twice = (uint8_t)(2 * digits[i] + carry);
      carry = twice >= 10;
      digits[i] = (uint8_t)(twice - 10 * carry);
    }
    if (carry) digits[n++] = 1;
  }
  while (n > 0) port_putchar((uint8_t)('0' + digits[--n]));
}

void text_float(uint32_t bits) {
  const uint32_t exponent = bits >> 23 & 0xff, fraction = bits & 0x7fffff;
  if (exponent == 0xff && fraction != 0) {
    text_print("nan");
    return;
  }
  if (bits >> 31) port_putchar('-');
  if (exponent == 0xff) {
    text_print("inf");
    return;
  }
  const uint32_t mantissa = exponent == 0 ? fraction : fraction | 0x800000;
  const int32_t shift = (exponent == 0 ? 1 : (int32_t)exponent) - 150;
  uint32_t thousandths = 0;
  if (shift >= 0) {
    print_large(mantissa, (uint32_t)shift);
  } else {
    // mantissa * 1000 has 34 bits: below 2^-35 nothing is left of it.
    const uint32_t right = (uint32_t)-shift;
    const uint64_t scaled = (uint64_t)mantissa * 1000;
    uint64_t rounded = 0;
    if (right < 36) {
      const uint64_t rest = scaled & ((1ull << right) - 1), half = 1ull << (right - 1);
      rounded = scaled >> right;
      if (rest > half || (rest == half && (rounded & 1) != 0)) rounded++;
    }
    // Below 2^23 * 1000: the quotient fits, and dividing 64 bits by a constant is a library call at worst.
    text_unsigned((uint32_t)(rounded / 1000));
    thousandths = (uint32_t)(rounded % 1000);
  }
  port_putchar('.');
  port_putchar((uint8_t)('0' + thousandths / 100));
  port_putchar((uint8_t)('0' + thousandths / 10 % 10));
  port_putchar((uint8_t)('0' + thousandths % 10));
}
