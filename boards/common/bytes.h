#ifndef LIQUID_EDGE_BYTES_H
#define LIQUID_EDGE_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t get_u32(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put_u32(uint8_t *p, uint32_t value) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> (8 * i));
}

// CRC-32 as in zlib, continued from `crc`; begin with 0.
uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t length);

// gcc calls these, and there is no C library.
void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

#endif
