// ESP32-S3-DevKitC-1 with ESP-IDF: one Xtensa LX7 core at 240 MHz. UART0 on GPIO43 (TX) and GPIO44 (RX), the connector marked
// UART, 115200 baud; marker on GPIO4.

#include "driver/gpio.h"
#include "driver/uart.h"
#include "esp_cpu.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "port.h"

#ifndef POOL_BYTES
#define POOL_BYTES (256 * 1024)
#endif

enum { CLOCK_HZ = 240000000, BAUD = 115200, RX_BUFFER = 1024, PIN_TX = 43, PIN_RX = 44, PIN_MARKER = 4, STACK_BYTES = 8192 };

const struct port_facts PORT = {"esp32s3", CLOCK_HZ, CLOCK_HZ, false};

// pool_end, image_start and image_end are symbols of the linker: main/CMakeLists.txt.
_Alignas(64) uint8_t pool_start[POOL_BYTES];

int firmware_main(void);

void port_init(void) {
  const uart_config_t config = {
      .baud_rate = BAUD,
      .data_bits = UART_DATA_8_BITS,
      .parity = UART_PARITY_DISABLE,
      .stop_bits = UART_STOP_BITS_1,
      .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
      .source_clk = UART_SCLK_DEFAULT,
  };
  uart_driver_install(UART_NUM_0, RX_BUFFER, 0, 0, 0, 0);
  uart_param_config(UART_NUM_0, &config);
  uart_set_pin(UART_NUM_0, PIN_TX, PIN_RX, UART_PIN_NO_CHANGE, UART_PIN_NO_CHANGE);
  gpio_set_direction(PIN_MARKER, GPIO_MODE_OUTPUT);
  port_marker(false);
}

int port_getchar(void) {
  uint8_t byte;
  return uart_read_bytes(UART_NUM_0, &byte, 1, pdMS_TO_TICKS(10)) == 1 ? byte : -1;
}

void port_putchar(uint8_t byte) { uart_write_bytes(UART_NUM_0, &byte, 1); }

void port_flush(void) { uart_wait_tx_done(UART_NUM_0, pdMS_TO_TICKS(1000)); }

uint32_t port_micros(void) { return (uint32_t)esp_timer_get_time(); }

uint32_t port_ticks(void) { return esp_cpu_get_cycle_count(); }

void port_marker(bool high) { gpio_set_level(PIN_MARKER, high); }

uint32_t port_stack_bytes(void) { return STACK_BYTES; }

uint32_t port_stack_used(void) { return STACK_BYTES - uxTaskGetStackHighWaterMark(0); }

static void run(void *unused) {
  (void)unused;
  firmware_main();
}

// On the second core, which ESP-IDF leaves alone: nothing interrupts what is timed but the tick of FreeRTOS.
void app_main(void) { xTaskCreatePinnedToCore(run, "liquid-edge", STACK_BYTES, 0, 5, 0, 1); }
