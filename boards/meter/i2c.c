// Register addresses and bits: RP2040 Datasheet, 4.3 I2C, 2.19.6 pads and functions of the pins, 2.14 resets.

#include "i2c.h"

#include "cortex-m.h"

#define RESETS_RESET_CLEAR REGISTER(0x4000f000)
#define RESETS_DONE REGISTER(0x4000c008)
#define GPIO_CTRL(n) REGISTER(0x40014004 + 8 * (n))
#define PAD(n) REGISTER(0x4001c004 + 4 * (n))
#define IC_CON REGISTER(0x40044000)
#define IC_TAR REGISTER(0x40044004)
#define IC_DATA_CMD REGISTER(0x40044010)
#define IC_FS_SCL_HCNT REGISTER(0x4004401c)
#define IC_FS_SCL_LCNT REGISTER(0x40044020)
#define IC_RAW_INTR_STAT REGISTER(0x40044034)
#define IC_CLR_TX_ABRT REGISTER(0x40044054)
#define IC_CLR_STOP_DET REGISTER(0x40044060)
#define IC_ENABLE REGISTER(0x4004406c)
#define IC_RXFLR REGISTER(0x40044078)
#define IC_SDA_HOLD REGISTER(0x4004407c)
#define IC_FS_SPKLEN REGISTER(0x400440a0)

#define CLOCK_HZ 133000000u
#define BUS_HZ 400000u

enum {
  RESET_I2C0 = 1 << 3,
  FUNCTION_I2C = 3,
  PIN_SDA = 4,
  PIN_SCL = 5,
  // Input, 4 mA, pull-up, Schmitt trigger.
  PAD_PULLED_UP = 1 << 6 | 1 << 4 | 1 << 3 | 1 << 1,
  CON_MASTER = 1 << 0,
  CON_FAST = 2 << 1,
  CON_RESTART = 1 << 5,
  CON_NO_SLAVE = 1 << 6,
  CON_TX_EMPTY = 1 << 8,
  CMD_READ = 1 << 8,
  CMD_STOP = 1 << 9,
  CMD_RESTART = 1 << 10,
  INTR_TX_ABRT = 1 << 6,
  INTR_STOP_DET = 1 << 9
};

void i2c_init(uint8_t address) {
  RESETS_RESET_CLEAR = RESET_I2C0;
  while ((RESETS_DONE & RESET_I2C0) == 0) {
  }
  GPIO_CTRL(PIN_SDA) = FUNCTION_I2C;
  GPIO_CTRL(PIN_SCL) = FUNCTION_I2C;
  PAD(PIN_SDA) = PAD_PULLED_UP;
  PAD(PIN_SCL) = PAD_PULLED_UP;
  const uint32_t period = CLOCK_HZ / BUS_HZ, low = period * 3 / 5;
  IC_ENABLE = 0;
  IC_CON = CON_MASTER | CON_FAST | CON_RESTART | CON_NO_SLAVE | CON_TX_EMPTY;
  IC_TAR = address;
  IC_FS_SCL_HCNT = period - low;
  IC_FS_SCL_LCNT = low;
  IC_FS_SPKLEN = low / 16;
  IC_SDA_HOLD = CLOCK_HZ / 10000000 * 3 + 1; // 300 ns
  IC_ENABLE = 1;
}

// Waits for the stop condition; false when the chip did not answer.
static bool finish(void (*idle)(void)) {
  bool answered = true;
  while ((IC_RAW_INTR_STAT & INTR_STOP_DET) == 0) {
    if ((IC_RAW_INTR_STAT & INTR_TX_ABRT) != 0) answered = false;
    idle();
  }
  if ((IC_RAW_INTR_STAT & INTR_TX_ABRT) != 0) answered = false;
  (void)IC_CLR_TX_ABRT;
  (void)IC_CLR_STOP_DET;
  return answered;
}

bool i2c_read(uint8_t reg, int bytes, uint32_t *value, void (*idle)(void)) {
  IC_DATA_CMD = reg;
  for (int i = 0; i < bytes; i++) {
    IC_DATA_CMD = CMD_READ | (i == 0 ? CMD_RESTART : 0) | (i == bytes - 1 ? CMD_STOP : 0);
  }
  const bool answered = finish(idle);
  *value = 0;
  while (IC_RXFLR != 0) *value = *value << 8 | (IC_DATA_CMD & 0xff);
  return answered;
}

bool i2c_write(uint8_t reg, uint16_t value, void (*idle)(void)) {
  IC_DATA_CMD = reg;
  IC_DATA_CMD = value >> 8;
  IC_DATA_CMD = (value & 0xff) | CMD_STOP;
  return finish(idle);
}
