// Text on the UART.

#ifndef LIQUID_EDGE_TEXT_H
#define LIQUID_EDGE_TEXT_H

#include <stdint.h>

void text_print(const char *text);
void text_unsigned(uint32_t value);
void text_signed(int32_t value);
// Two hex digits.
void text_hex(uint8_t byte);
// The float of these bits as printf's %.3f writes it.
void text_float(uint32_t bits);

#endif
