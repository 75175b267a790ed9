// Registers of up to 32 bits behind I2C0 of an RP2040: SDA on GP4, SCL on GP5, 400 kHz.

#ifndef LIQUID_EDGE_METER_I2C_H
#define LIQUID_EDGE_METER_I2C_H

#include <stdbool.h>
#include <stdint.h>

void i2c_init(uint8_t address);

// Whether the chip answered. `idle` is called while the bus is busy.
bool i2c_read(uint8_t reg, int bytes, uint32_t *value, void (*idle)(void));
bool i2c_write(uint8_t reg, uint16_t value, void (*idle)(void));

#endif
