// A port for Arm's MPS2 boards, which QEMU emulates: CMSDK UART and timer. boards/qemu-*/port.c define the addresses and
// include this file once.
//
// QEMU runs with -icount: its clock goes on by a fixed time an instruction, and the timer, which counts that clock, counts
// executed instructions (cli/firmware/emulator.ts). Nothing here models the cycles of a Cortex-M.

#include "cortex-m.h"
#include "port.h"

#define UART_DATA REGISTER(UART_BASE + 0x00)
#define UART_STATE REGISTER(UART_BASE + 0x04)
#define UART_CTRL REGISTER(UART_BASE + 0x08)
#define UART_INTCLEAR REGISTER(UART_BASE + 0x0c)
#define UART_BAUDDIV REGISTER(UART_BASE + 0x10)
#define TIMER_CTRL REGISTER(TIMER_BASE + 0x00)
#define TIMER_VALUE REGISTER(TIMER_BASE + 0x04)
#define TIMER_RELOAD REGISTER(TIMER_BASE + 0x08)
#define LED REGISTER(FPGAIO_BASE)

enum { TX_FULL = 1, RX_FULL = 2, TX_ENABLE = 1, RX_ENABLE = 2, RX_INTERRUPT = 8, RX_CLEAR = 2 };

const struct port_facts PORT = {BOARD_ID, CLOCK_HZ, CLOCK_HZ, true};

void port_init(void) {
  UART_BAUDDIV = 16;
  UART_CTRL = TX_ENABLE | RX_ENABLE | RX_INTERRUPT;
  TIMER_RELOAD = 0xffffffff;
  TIMER_VALUE = 0xffffffff;
  TIMER_CTRL = 1;
  cortex_m_wake_on(UART_RX_IRQ);
  cortex_m_start_tick(CLOCK_HZ / 1000);
}

int port_getchar(void) {
  while ((UART_STATE & RX_FULL) == 0) {
    if (cortex_m_sleep() && (UART_STATE & RX_FULL) == 0) return -1;
  }
  const uint8_t byte = (uint8_t)UART_DATA;
  UART_INTCLEAR = RX_CLEAR;
  return byte;
}

void port_putchar(uint8_t byte) {
  while ((UART_STATE & TX_FULL) != 0) {
  }
  UART_DATA = byte;
}

void port_flush(void) {
  while ((UART_STATE & TX_FULL) != 0) {
  }
}

uint32_t port_ticks(void) { return ~TIMER_VALUE; }

// The timer wraps every few minutes; microseconds must go on.
uint32_t port_micros(void) {
  static uint32_t last, rest, micros;
  const uint32_t now = port_ticks(), per_micro = CLOCK_HZ / 1000000;
  const uint64_t passed = (uint64_t)(now - last) + rest;
  last = now;
  micros += (uint32_t)(passed / per_micro);
  rest = (uint32_t)(passed % per_micro);
  return micros;
}

void port_marker(bool high) { LED = high; }
