// What a board must supply. Everything else in this folder is the same on all of them.

#ifndef LIQUID_EDGE_PORT_H
#define LIQUID_EDGE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Clock, UART, counters, marker pin; round to nearest, denormals kept, NaNs not replaced. Called once, first.
void port_init(void);

// The next byte received, or -1 when none came within about a millisecond; the core may sleep meanwhile.
int port_getchar(void);

void port_putchar(uint8_t byte);

// Waits until everything that was put has left, so that no interrupt disturbs what is timed next.
void port_flush(void);

// Microseconds since some moment; wraps at 2^32.
uint32_t port_micros(void);

// The counter that inferences are timed with: cycles of the core where it counts them. Wraps at 2^32.
uint32_t port_ticks(void);

// The pin that an instrument records: high while an inference runs.
void port_marker(bool high);

struct port_facts {
  const char *board;      // id of the platform, as in boards/<id>
  uint32_t clock_hz;      // of the core
  uint32_t tick_hz;       // of port_ticks
  bool emulated;
};
extern const struct port_facts PORT;

// RAM that image, arena and data share, 64-byte aligned: from the linker script.
extern uint8_t pool_start[], pool_end[];

// The image that was linked into flash, empty when there is none.
extern const uint8_t image_start[], image_end[];

// Most bytes of stack that were ever in use, and how many there are.
uint32_t port_stack_used(void);
uint32_t port_stack_bytes(void);

#endif
