// A meter: reads an INA226 or INA219 as fast as it converts and prints lines on UART0 (GP0), 921,600 baud:
//
//   # liquid-edge-meter v1 dev=INA226 shunt_ohm=0.1 fs=1373
//   t_us,shunt_uV,bus_mV,trig
//   1000588,4560.0,3296.25,1     a sample, when the chip had it ready
//   E,1000731,1                  an edge of the marker on GP6
//
// The header comes at the start and after each "?". No interrupt is used: whatever waits here looks at the pin meanwhile, so
// that an edge is stamped within a few microseconds. Registers: TI SBOS547 (INA226) and SBOS448 (INA219).

#include <stdbool.h>
#include <stdint.h>

#include "cortex-m.h"
#include "i2c.h"
#include "port.h"

#define UART_DR REGISTER(0x40034000)
#define UART_FR REGISTER(0x40034018)
#define UART_IBRD REGISTER(0x40034024)
#define UART_FBRD REGISTER(0x40034028)
#define UART_LCR REGISTER(0x4003402c)
#define GPIO_CTRL(n) REGISTER(0x40014004 + 8 * (n))
#define PAD(n) REGISTER(0x4001c004 + 4 * (n))
#define SIO_IN REGISTER(0xd0000004)

#define CLOCK_HZ 133000000u
#define BAUD 921600u
#define ADDRESS 0x40

enum {
  UART_TX_FULL = 1 << 5,
  UART_RX_EMPTY = 1 << 4,
  FUNCTION_SIO = 5,
  PIN_TRIGGER = 6,
  // Input, pull-down, Schmitt trigger: low where nothing is connected.
  PAD_PULLED_DOWN = 1 << 6 | 1 << 2 | 1 << 1,
  REG_CONFIG = 0,
  REG_SHUNT = 1,
  REG_BUS = 2,
  REG_POWER = 3,
  REG_MASK = 6,
  REG_MANUFACTURER = 0xfe,
  TEXAS_INSTRUMENTS = 0x5449,
  // Shunt 588 us, bus 140 us, no averaging, continuous.
  INA226_CONFIG = 0x4000 | 3 << 3 | 7,
  INA226_CYCLE_US = 588 + 140,
  INA226_READY = 1 << 3,
  INA226_OVERFLOW = 1 << 2,
  // As after a reset: 32 V, 320 mV, 12 bits, continuous.
  INA219_CONFIG = 0x399f,
  INA219_CYCLE_US = 532 + 532,
  INA219_READY = 1 << 1,
  INA219_OVERFLOW = 1 << 0
};

static bool is_ina226;

// What waits for the UART. A power of two: indices wrap with their type.
static uint8_t ring[4096];
static uint16_t ring_in, ring_out;

static struct {
  uint32_t time_us;
  bool high;
} edges[64];
static uint8_t edges_in, edges_out;
static bool level;
static bool header_wanted;

static bool trigger_level(void) { return (SIO_IN >> PIN_TRIGGER & 1) != 0; }

// Everything that must not wait: called from every loop.
static void tend(void) {
  if (trigger_level() != level) {
    level = !level;
    edges[edges_in % 64].time_us = port_micros();
    edges[edges_in % 64].high = level;
    edges_in++;
  }
  while (ring_out != ring_in && (UART_FR & UART_TX_FULL) == 0) UART_DR = ring[ring_out++ % sizeof ring];
  if ((UART_FR & UART_RX_EMPTY) == 0 && (UART_DR & 0xff) == '?') header_wanted = true;
}

static void put(char c) {
  do tend();
  while ((uint16_t)(ring_in - ring_out) == sizeof ring);
  ring[ring_in++ % sizeof ring] = (uint8_t)c;
}

static void put_text(const char *text) {
  while (*text != 0) put(*text++);
}

static void put_number(uint32_t value) {
  char digits[10];
  int n = 0;
  do digits[n++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  while (n > 0) put(digits[--n]);
}

// Hundredths, as 12.34.
static void put_hundredths(int32_t value) {
  if (value < 0) put('-');
  const uint32_t magnitude = value < 0 ? (uint32_t)-value : (uint32_t)value;
  put_number(magnitude / 100);
  put('.');
  put((char)('0' + magnitude / 10 % 10));
  put((char)('0' + magnitude % 10));
}

static void put_header(void) {
  put_text("# liquid-edge-meter v1 dev=");
  put_text(is_ina226 ? "INA226" : "INA219");
  put_text(" shunt_ohm=" SHUNT_OHM " fs=");
  put_text(is_ina226 ? "1373" : "939");
  put_text("\r\nt_us,shunt_uV,bus_mV,trig\r\n");
}

static void put_edges(void) {
  for (; edges_out != edges_in; edges_out++) {
    put_text("E,");
    put_number(edges[edges_out % 64].time_us);
    put_text(edges[edges_out % 64].high ? ",1\r\n" : ",0\r\n");
  }
}

static void configure(void) {
  uint16_t id = 0;
  while (!i2c_read(REG_MANUFACTURER, &id, tend)) {
    put_text("# no chip answers at 0x40\r\n");
    const uint32_t start = port_micros();
    while (port_micros() - start < 500000) tend();
  }
  is_ina226 = id == TEXAS_INSTRUMENTS;
  i2c_write(REG_CONFIG, is_ina226 ? INA226_CONFIG : INA219_CONFIG, tend);
}

struct sample {
  // The middle of the conversions, which take turns: half a cycle before they were ready.
  uint32_t time_us;
  uint16_t shunt, bus;
  bool overflow;
};

// Waits for the next conversions. Reading faster would repeat the old values.
static bool convert(struct sample *sample) {
  uint16_t status;
  do {
    tend();
    if (!i2c_read(is_ina226 ? REG_MASK : REG_BUS, &status, tend)) return false;
  } while ((status & (is_ina226 ? INA226_READY : INA219_READY)) == 0);
  sample->time_us = port_micros() - (is_ina226 ? INA226_CYCLE_US : INA219_CYCLE_US) / 2;
  sample->bus = status;
  if (!i2c_read(REG_SHUNT, &sample->shunt, tend)) return false;
  if (is_ina226) {
    sample->overflow = (status & INA226_OVERFLOW) != 0 || sample->shunt == 0x7fff;
    return i2c_read(REG_BUS, &sample->bus, tend);
  }
  sample->overflow = (status & INA219_OVERFLOW) != 0 || sample->shunt == 0x7d00;
  uint16_t power;
  return i2c_read(REG_POWER, &power, tend); // makes it say "ready" anew
}

int main(void) {
  port_init();
  UART_IBRD = CLOCK_HZ / (16 * BAUD);
  UART_FBRD = CLOCK_HZ % (16 * BAUD) * 64 / (16 * BAUD);
  UART_LCR = 3 << 5 | 1 << 4; // takes over the divisors
  GPIO_CTRL(PIN_TRIGGER) = FUNCTION_SIO;
  PAD(PIN_TRIGGER) = PAD_PULLED_DOWN;
  level = trigger_level();
  i2c_init(ADDRESS);
  configure();
  put_header();
  for (;;) {
    struct sample sample;
    if (!convert(&sample)) {
      // After a spike of current the chip may have forgotten its configuration.
      configure();
      continue;
    }
    put_edges();
    if (header_wanted) {
      header_wanted = false;
      put_header();
    }
    put_number(sample.time_us);
    put(',');
    if (sample.overflow) put_text("ovf");
    else put_hundredths((int16_t)sample.shunt * (is_ina226 ? 250 : 1000)); // 2.5 or 10 uV
    put(',');
    put_hundredths(is_ina226 ? (int32_t)sample.bus * 125 : (int32_t)(sample.bus >> 3) * 400); // 1.25 or 4 mV
    put_text(level ? ",1\r\n" : ",0\r\n");
  }
}
