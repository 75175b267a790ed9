// Raspberry Pi Pico: RP2040 at 133 MHz, code and data in SRAM. UART0 on GP0 (TX) and GP1 (RX), 115200 baud; marker on GP2.
// Register addresses and bits: RP2040 Datasheet, the chapter of each block.

#include "cortex-m.h"
#include "port.h"

#ifndef BOARD_ID
#define BOARD_ID "rp2040"
#define EMULATED false
#endif

#define SET(reg) REGISTER((uintptr_t)&(reg) + 0x2000)
#define CLEAR(reg) REGISTER((uintptr_t)&(reg) + 0x3000)

#define RESETS_RESET REGISTER(0x4000c000)
#define RESETS_DONE REGISTER(0x4000c008)
#define XOSC_CTRL REGISTER(0x40024000)
#define XOSC_STATUS REGISTER(0x40024004)
#define XOSC_STARTUP REGISTER(0x4002400c)
#define PLL_CS REGISTER(0x40028000)
#define PLL_PWR REGISTER(0x40028004)
#define PLL_FBDIV REGISTER(0x40028008)
#define PLL_PRIM REGISTER(0x4002800c)
#define CLK_REF_CTRL REGISTER(0x40008030)
#define CLK_REF_SELECTED REGISTER(0x40008038)
#define CLK_SYS_CTRL REGISTER(0x4000803c)
#define CLK_SYS_SELECTED REGISTER(0x40008044)
#define CLK_PERI_CTRL REGISTER(0x40008048)
#define WATCHDOG_TICK REGISTER(0x4005802c)
#define TIMER_RAW_LOW REGISTER(0x40054028)
#define UART_DR REGISTER(0x40034000)
#define UART_FR REGISTER(0x40034018)
#define UART_IBRD REGISTER(0x40034024)
#define UART_FBRD REGISTER(0x40034028)
#define UART_LCR REGISTER(0x4003402c)
#define UART_CR REGISTER(0x40034030)
#define GPIO_CTRL(n) REGISTER(0x40014004 + 8 * (n))
#define SIO_OUT_SET REGISTER(0xd0000014)
#define SIO_OUT_CLEAR REGISTER(0xd0000018)
#define SIO_OE_SET REGISTER(0xd0000024)
#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)

#define CLOCK_HZ 133000000u
#define CRYSTAL_MHZ 12
#define BAUD 115200

enum {
  RESET_IO_BANK0 = 1 << 5,
  RESET_PADS_BANK0 = 1 << 8,
  RESET_PLL_SYS = 1 << 12,
  RESET_TIMER = 1 << 21,
  RESET_UART0 = 1 << 22,
  UART_TX_FULL = 1 << 5,
  UART_RX_EMPTY = 1 << 4,
  UART_BUSY = 1 << 3,
  FUNCTION_UART = 2,
  FUNCTION_SIO = 5,
  PIN_TX = 0,
  PIN_RX = 1,
  PIN_MARKER = 2
};

// The boot ROM starts a program in SRAM at its first byte.
__attribute__((naked, used, section(".entry"))) void entry(void) {
  __asm__ volatile("ldr r0, =reset_handler\n"
                   "bx r0\n"
                   ".ltorg\n");
}

const struct port_facts PORT = {BOARD_ID, CLOCK_HZ, CLOCK_HZ, EMULATED};

static void take_out_of_reset(uint32_t blocks) {
  CLEAR(RESETS_RESET) = blocks;
  while ((~RESETS_DONE & blocks) != 0) {
  }
}

static void start_clock(void) {
  XOSC_CTRL = 0xaa0; // 1 to 15 MHz
  XOSC_STARTUP = (CRYSTAL_MHZ * 1000 + 128) / 256;
  SET(XOSC_CTRL) = 0xfab << 12;
  while ((XOSC_STATUS & 1u << 31) == 0) {
  }
  // Nothing runs from the PLL while it starts.
  CLEAR(CLK_SYS_CTRL) = 1;
  while (CLK_SYS_SELECTED != 1) {
  }
  CLK_REF_CTRL = 2; // crystal
  while (CLK_REF_SELECTED != 1 << 2) {
  }
  SET(RESETS_RESET) = RESET_PLL_SYS;
  take_out_of_reset(RESET_PLL_SYS);
  // 12 MHz * 133 / 6 / 2
  PLL_CS = 1;
  PLL_FBDIV = 133;
  CLEAR(PLL_PWR) = 1 << 0 | 1 << 5;
  while ((PLL_CS & 1u << 31) == 0) {
  }
  PLL_PRIM = 6 << 16 | 2 << 12;
  CLEAR(PLL_PWR) = 1 << 3;
  CLK_SYS_CTRL = 0; // auxiliary source: the PLL
  SET(CLK_SYS_CTRL) = 1;
  while (CLK_SYS_SELECTED != 1 << 1) {
  }
  CLK_PERI_CTRL = 1 << 11; // from the system clock
  WATCHDOG_TICK = 1 << 9 | CRYSTAL_MHZ; // a microsecond
}

void port_init(void) {
  start_clock();
  take_out_of_reset(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_TIMER | RESET_UART0);
  GPIO_CTRL(PIN_TX) = FUNCTION_UART;
  GPIO_CTRL(PIN_RX) = FUNCTION_UART;
  GPIO_CTRL(PIN_MARKER) = FUNCTION_SIO;
  SIO_OE_SET = 1 << PIN_MARKER;
  UART_IBRD = CLOCK_HZ / (16 * BAUD);
  UART_FBRD = CLOCK_HZ % (16 * BAUD) * 64 / (16 * BAUD);
  UART_LCR = 3 << 5 | 1 << 4; // 8 bits, FIFOs
  UART_CR = 1 << 9 | 1 << 8 | 1;
  SYST_RVR = 0xffffff;
  SYST_CVR = 0;
  SYST_CSR = 5;
}

int port_getchar(void) {
  const uint32_t start = port_micros();
  while ((UART_FR & UART_RX_EMPTY) != 0) {
    if (port_micros() - start > 1000) return -1;
  }
  return (uint8_t)UART_DR;
}

void port_putchar(uint8_t byte) {
  while ((UART_FR & UART_TX_FULL) != 0) {
  }
  UART_DR = byte;
}

void port_flush(void) {
  while ((UART_FR & UART_BUSY) != 0) {
  }
}

uint32_t port_micros(void) { return TIMER_RAW_LOW; }

// SysTick counts cycles, 24 bits of them: 126 ms. Microseconds, from the same crystal, say how often it went round since
// the last call; they may be a few hundred cycles apart, so half a round is far from both ends.
uint32_t port_ticks(void) {
  static uint32_t last_cycles, last_micros, total;
  const uint32_t cycles = ~SYST_CVR & 0xffffff, micros = port_micros();
  const uint32_t fine = (cycles - last_cycles) & 0xffffff;
  const uint64_t coarse = (uint64_t)(micros - last_micros) * (CLOCK_HZ / 1000000);
  const uint32_t rounds = coarse + 0x800000 > fine ? (uint32_t)((coarse + 0x800000 - fine) >> 24) : 0;
  last_cycles = cycles;
  last_micros = micros;
  total += fine + (rounds << 24);
  return total;
}

void port_marker(bool high) {
  if (high) SIO_OUT_SET = 1 << PIN_MARKER;
  else SIO_OUT_CLEAR = 1 << PIN_MARKER;
}
