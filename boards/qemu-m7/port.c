// Cortex-M7 of QEMU's mps2-an500.
#define BOARD_ID "qemu-m7"
#define CLOCK_HZ 25000000
#define UART_BASE 0x40004000
#define UART_RX_IRQ 0
#define TIMER_BASE 0x40000000
#define FPGAIO_BASE 0x40028000
#include "mps2.h"
