// A meter: reads an INA228, INA226 or INA219 as fast as it converts and prints lines on UART0 (GP0), 921,600 baud:
//
//   # liquid-edge-meter v1 dev=INA226 shunt_ohm=0.1 fs=1373
//   t_us,shunt_uV,bus_mV,trig
//   1000588,4560.0,3296.25,1     a sample, when the chip had it ready
//   E,1000731,1                  an edge of the marker on GP6
//
// The header comes at the start and after each "?". No interrupt is used: whatever waits here looks at the pin meanwhile, so
// that an edge is stamped within a few microseconds. Registers: TI SLYS021 (INA228), SBOS547 (INA226) and SBOS448 (INA219).

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
  TEXAS_INSTRUMENTS = 0x5449
};

// A shunt monitor: its registers, and what is in them.
struct monitor {
  const char *name, *rate;
  uint8_t config_register;
  uint16_t config;
  uint32_t cycle_us;
  // Says whether conversions are ready.
  uint8_t status_register;
  uint16_t ready, overflow;
  uint8_t shunt_register, bus_register;
  // Of these two: how long they are, and where their numbers start.
  int bytes, shunt_shift, bus_shift;
  // A count of the shunt in uV, times 10^decimals, and its greatest number.
  int32_t shunt_step, shunt_most;
  int decimals;
  // A count of the bus in hundredths of a mV, as a fraction.
  int32_t bus_numerator, bus_denominator;
};

static const struct monitor INA219 = {
    "INA219", "939",
    // As after a reset: 32 V, 320 mV, 12 bits, continuous. The bus register's lowest bits are the status.
    .config_register = 0, .config = 0x399f, .cycle_us = 532 + 532,
    .status_register = 2, .ready = 1 << 1, .overflow = 1 << 0,
    .shunt_register = 1, .bus_register = 2, .bytes = 2, .bus_shift = 3,
    .shunt_step = 1000, .shunt_most = 32000, .decimals = 2, .bus_numerator = 400, .bus_denominator = 1};

static const struct monitor INA226 = {
    "INA226", "1373",
    // Shunt 588 us, bus 140 us, no averaging, continuous.
    .config_register = 0, .config = 0x4000 | 3 << 3 | 7, .cycle_us = 588 + 140,
    .status_register = 6, .ready = 1 << 3, .overflow = 1 << 2,
    .shunt_register = 1, .bus_register = 2, .bytes = 2,
    .shunt_step = 250, .shunt_most = 0x7fff, .decimals = 2, .bus_numerator = 125, .bus_denominator = 1};

static const struct monitor INA228 = {
    "INA228", "1449",
    // Shunt 540 us, bus 150 us, no temperature, no averaging, continuous; 163.84 mV, the range after a reset.
    .config_register = 1, .config = 0xb << 12 | 2 << 9 | 4 << 6, .cycle_us = 540 + 150,
    .status_register = 11, .ready = 1 << 1,
    .shunt_register = 4, .bus_register = 5, .bytes = 3, .shunt_shift = 4, .bus_shift = 4,
    .shunt_step = 3125, .shunt_most = 0x7ffff, .decimals = 4, .bus_numerator = 625, .bus_denominator = 32};

enum {
  INA219_POWER = 3,
  INA226_MANUFACTURER = 0xfe,
  INA228_DIAGNOSTICS = 11,
  // Keeps "ready" until it is read.
  INA228_LATCH = 1 << 15,
  INA228_MANUFACTURER = 0x3e,
  INA228_DEVICE = 0x3f,
  INA228_DEVICE_ID = 0x228
};

static const struct monitor *monitor = &INA219;

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

// A value in units of 10^-decimals, as 12.34 or 12.3125.
static void put_decimals(int32_t value, int decimals) {
  if (value < 0) put('-');
  const uint32_t magnitude = value < 0 ? -(uint32_t)value : (uint32_t)value;
  uint32_t unit = 1;
  for (int i = 0; i < decimals; i++) unit *= 10;
  put_number(magnitude / unit);
  put('.');
  for (uint32_t rest = magnitude % unit; (unit /= 10) != 0; rest %= unit) put((char)('0' + rest / unit));
}

static void put_header(void) {
  put_text("# liquid-edge-meter v1 dev=");
  put_text(monitor->name);
  put_text(" shunt_ohm=" SHUNT_OHM " fs=");
  put_text(monitor->rate);
  put_text("\r\nt_us,shunt_uV,bus_mV,trig\r\n");
}

static void put_edges(void) {
  for (; edges_out != edges_in; edges_out++) {
    put_text("E,");
    put_number(edges[edges_out % 64].time_us);
    put_text(edges[edges_out % 64].high ? ",1\r\n" : ",0\r\n");
  }
}

static bool read16(uint8_t reg, uint32_t *value) { return i2c_read(reg, 2, value, tend); }

// Which chip answers, told by what only it has. A register that a chip does not have may go without an answer.
static bool find_monitor(void) {
  bool answered = false;
  uint32_t manufacturer, device;
  monitor = &INA219;
  if (read16(INA226_MANUFACTURER, &manufacturer)) {
    answered = true;
    if (manufacturer == TEXAS_INSTRUMENTS) monitor = &INA226;
  }
  if (read16(INA228_MANUFACTURER, &manufacturer) && read16(INA228_DEVICE, &device)) {
    answered = true;
    // The lowest four bits are the revision.
    if (manufacturer == TEXAS_INSTRUMENTS && device >> 4 == INA228_DEVICE_ID) monitor = &INA228;
  }
  return answered;
}

static void configure(void) {
  while (!find_monitor()) {
    put_text("# no chip answers at 0x40\r\n");
    const uint32_t start = port_micros();
    while (port_micros() - start < 500000) tend();
  }
  if (monitor == &INA228) i2c_write(INA228_DIAGNOSTICS, INA228_LATCH, tend);
  i2c_write(monitor->config_register, monitor->config, tend);
}

struct sample {
  // The middle of the conversions, which take turns: half a cycle before they were ready.
  uint32_t time_us;
  // As the registers have them.
  uint32_t shunt, bus;
  bool overflow;
};

// Waits for the next conversions. Reading faster would repeat the old values.
static bool convert(struct sample *sample) {
  uint32_t status;
  do {
    tend();
    if (!read16(monitor->status_register, &status)) return false;
  } while ((status & monitor->ready) == 0);
  sample->time_us = port_micros() - monitor->cycle_us / 2;
  sample->overflow = (status & monitor->overflow) != 0;
  if (!i2c_read(monitor->shunt_register, monitor->bytes, &sample->shunt, tend)) return false;
  if (monitor == &INA219) {
    sample->bus = status;
    uint32_t power;
    return read16(INA219_POWER, &power); // makes it say "ready" anew
  }
  return i2c_read(monitor->bus_register, monitor->bytes, &sample->bus, tend);
}

// The shunt in uV, or that it is beyond the range; then the bus in mV.
static void put_voltages(const struct sample *sample) {
  // The register's highest bit is the sign.
  const int unused = 32 - 8 * monitor->bytes;
  const int32_t shunt = (int32_t)(sample->shunt << unused) >> (unused + monitor->shunt_shift);
  const int32_t bus = (int32_t)(sample->bus >> monitor->bus_shift);
  if (sample->overflow || shunt >= monitor->shunt_most || shunt < -monitor->shunt_most) put_text("ovf");
  else put_decimals(shunt * monitor->shunt_step, monitor->decimals);
  put(',');
  put_decimals(bus * monitor->bus_numerator / monitor->bus_denominator, 2);
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
    put_voltages(&sample);
    put_text(level ? ",1\r\n" : ",0\r\n");
  }
}
