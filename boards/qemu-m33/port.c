// Cortex-M33 of QEMU's mps2-an505, in the secure state.
#define BOARD_ID "qemu-m33"
#define CLOCK_HZ 20000000
#define UART_BASE 0x50200000
#define UART_RX_IRQ 32
#define TIMER_BASE 0x50000000
#define FPGAIO_BASE 0x50302000
#include "mps2.h"
