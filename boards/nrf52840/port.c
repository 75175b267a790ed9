// nRF52840 DK (PCA10056): Cortex-M4F at 64 MHz. UART on P0.06 (TX) and P0.08 (RX), which the debugger's virtual serial port is
// wired to, 115200 baud; marker on P0.03 (header A0). Register addresses and bits: nRF52840 Product Specification, the chapter
// of each block.

#include "cortex-m.h"
#include "port.h"

#define CLOCK_HFCLKSTART REGISTER(0x40000000)
#define CLOCK_HFCLKSTARTED REGISTER(0x40000100)
#define UART_STARTRX REGISTER(0x40002000)
#define UART_STARTTX REGISTER(0x40002008)
#define UART_RXDRDY REGISTER(0x40002108)
#define UART_TXDRDY REGISTER(0x4000211c)
#define UART_ENABLE REGISTER(0x40002500)
#define UART_PSELTXD REGISTER(0x4000250c)
#define UART_PSELRXD REGISTER(0x40002514)
#define UART_RXD REGISTER(0x40002518)
#define UART_TXD REGISTER(0x4000251c)
#define UART_BAUDRATE REGISTER(0x40002524)
#define TIMER_START REGISTER(0x40008000)
#define TIMER_CAPTURE0 REGISTER(0x40008040)
#define TIMER_BITMODE REGISTER(0x40008508)
#define TIMER_PRESCALER REGISTER(0x40008510)
#define TIMER_CC0 REGISTER(0x40008540)
#define NVMC_ICACHECNF REGISTER(0x4001e540)
#define P0_OUTSET REGISTER(0x50000508)
#define P0_OUTCLR REGISTER(0x5000050c)
#define P0_DIRSET REGISTER(0x50000518)
#define P0_PIN_CNF(n) REGISTER(0x50000700 + 4 * (n))

enum {
  CLOCK_HZ = 64000000,
  BAUD_115200 = 0x01d7e000,
  PIN_TX = 6,
  PIN_RX = 8,
  PIN_MARKER = 3,
  PIN_INPUT = 0, // an input whose buffer is connected
  BITMODE_32 = 3,
  MICROSECONDS = 4 // 16 MHz / 2^4
};

const struct port_facts PORT = {"nrf52840", CLOCK_HZ, CLOCK_HZ, false};

// A byte was put, and its TXDRDY has not been seen.
static bool sending;

void port_init(void) {
  // The crystal: the internal oscillator is too coarse for what is timed here.
  CLOCK_HFCLKSTART = 1;
  while (CLOCK_HFCLKSTARTED == 0) {
  }
  NVMC_ICACHECNF = 1;
  P0_OUTSET = 1 << PIN_TX;
  P0_DIRSET = 1 << PIN_TX | 1 << PIN_MARKER;
  P0_PIN_CNF(PIN_RX) = PIN_INPUT;
  UART_PSELTXD = PIN_TX;
  UART_PSELRXD = PIN_RX;
  UART_BAUDRATE = BAUD_115200;
  UART_ENABLE = 4;
  UART_STARTTX = 1;
  UART_STARTRX = 1;
  TIMER_BITMODE = BITMODE_32;
  TIMER_PRESCALER = MICROSECONDS;
  TIMER_START = 1;
  cortex_m_start_cycle_counter();
}

int port_getchar(void) {
  const uint32_t start = port_micros();
  while (UART_RXDRDY == 0) {
    if (port_micros() - start > 1000) return -1;
  }
  // Cleared first: the read may bring up the next byte of the FIFO, and its event.
  UART_RXDRDY = 0;
  return (uint8_t)UART_RXD;
}

void port_flush(void) {
  while (sending && UART_TXDRDY == 0) {
  }
  UART_TXDRDY = 0;
  sending = false;
}

void port_putchar(uint8_t byte) {
  port_flush();
  UART_TXD = byte;
  sending = true;
}

uint32_t port_micros(void) {
  TIMER_CAPTURE0 = 1;
  return TIMER_CC0;
}

uint32_t port_ticks(void) { return cortex_m_cycles(); }

void port_marker(bool high) {
  if (high) P0_OUTSET = 1 << PIN_MARKER;
  else P0_OUTCLR = 1 << PIN_MARKER;
}
