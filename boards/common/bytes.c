#include "bytes.h"

// Four bits at a time: a sixteenth of the usual table.
uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t length) {
  static const uint32_t table[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
      0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
  };
  crc = ~crc;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

#ifndef HOSTED

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  uint8_t *d = to;
  const uint8_t *s = from;
  while (length-- > 0) *d++ = *s++;
  return to;
}

void *memmove(void *to, const void *from, size_t length) {
  uint8_t *d = to;
  const uint8_t *s = from;
  if (d <= s) return memcpy(to, from, length);
  while (length-- > 0) d[length] = s[length];
  return to;
}

void *memset(void *to, int value, size_t length) {
  uint8_t *d = to;
  while (length-- > 0) *d++ = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t length) {
  const uint8_t *x = a, *y = b;
  for (; length > 0; length--, x++, y++) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t n = 0;
  while (text[n] != 0) n++;
  return n;
}

int strcmp(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return (uint8_t)*a - (uint8_t)*b;
}

#endif
