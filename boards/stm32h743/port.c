// Nucleo-H743ZI2: STM32H743ZI, Cortex-M7 at 400 MHz (VOS1), caches on. USART3 on PD8 (TX) and PD9 (RX), which the debugger's
// virtual serial port is wired to, 115200 baud; marker on PB0 (LED LD1). Register addresses and bits: RM0433, the chapter of
// each block.

#include "cortex-m.h"
#include "port.h"

#define PWR_CSR1 REGISTER(0x58024804)
#define PWR_CR3 REGISTER(0x5802480c)
#define PWR_D3CR REGISTER(0x58024818)
#define FLASH_ACR REGISTER(0x52002000)
#define RCC_CR REGISTER(0x58024400)
#define RCC_CFGR REGISTER(0x58024410)
#define RCC_D1CFGR REGISTER(0x58024418)
#define RCC_D2CFGR REGISTER(0x5802441c)
#define RCC_D3CFGR REGISTER(0x58024420)
#define RCC_PLLCKSELR REGISTER(0x58024428)
#define RCC_PLLCFGR REGISTER(0x5802442c)
#define RCC_PLL1DIVR REGISTER(0x58024430)
#define RCC_AHB4ENR REGISTER(0x580244e0)
#define RCC_APB1LENR REGISTER(0x580244e8)
#define GPIOB_MODER REGISTER(0x58020400)
#define GPIOB_BSRR REGISTER(0x58020418)
#define GPIOD_MODER REGISTER(0x58020c00)
#define GPIOD_AFRH REGISTER(0x58020c24)
#define USART3_CR1 REGISTER(0x40004800)
#define USART3_BRR REGISTER(0x4000480c)
#define USART3_ISR REGISTER(0x4000481c)
#define USART3_ICR REGISTER(0x40004820)
#define USART3_RDR REGISTER(0x40004824)
#define USART3_TDR REGISTER(0x40004828)
#define TIM2_CR1 REGISTER(0x40000000)
#define TIM2_EGR REGISTER(0x40000014)
#define TIM2_CNT REGISTER(0x40000024)
#define TIM2_PSC REGISTER(0x40000028)
#define TIM2_ARR REGISTER(0x4000002c)
#define SCB_CCR REGISTER(0xe000ed14)
#define SCB_CCSIDR REGISTER(0xe000ed80)
#define SCB_CSSELR REGISTER(0xe000ed84)
#define SCB_ICIALLU REGISTER(0xe000ef50)
#define SCB_DCISW REGISTER(0xe000ef60)

// A pin's field of MODER, and of AFRH, which has pins 8 to 15.
#define MODE(pin, value) ((value) << 2 * (pin))
#define HIGH_PIN(pin, value) ((value) << 4 * ((pin) - 8))

enum {
  CLOCK_HZ = 400000000,
  APB1_HZ = 100000000,
  TIMER_HZ = 200000000,
  BAUD = 115200,
  PIN_TX = 8,     // of port D
  PIN_RX = 9,     // of port D
  PIN_MARKER = 0, // of port B
  MODE_OUTPUT = 1,
  MODE_ALTERNATE = 2,
  ALTERNATE_USART3 = 7,
  USART_OVERRUN = 1 << 3,
  USART_RX_FULL = 1 << 5,
  USART_TX_DONE = 1 << 6,
  USART_TX_EMPTY = 1 << 7
};

const struct port_facts PORT = {"stm32h743", CLOCK_HZ, CLOCK_HZ, false};

static void wait_for(volatile uint32_t *reg, uint32_t bits, uint32_t value) {
  while ((*reg & bits) != value) {
  }
}

static void start_clock(void) {
  // Supply from the regulator, then its highest voltage without overdrive.
  PWR_CR3 = (PWR_CR3 & ~7u) | 1 << 1;
  wait_for(&PWR_CSR1, 1 << 13, 1 << 13);
  PWR_D3CR = 3 << 14;
  wait_for(&PWR_D3CR, 1 << 13, 1 << 13);
  FLASH_ACR = 2 << 4 | 2; // 2 wait states at 200 MHz
  // 8 MHz from the debugger; / 2 * 200 / 2.
  RCC_CR |= 1 << 18 | 1 << 16;
  wait_for(&RCC_CR, 1 << 17, 1 << 17);
  RCC_PLLCKSELR = (RCC_PLLCKSELR & ~0x3f3u) | 2 << 4 | 2;
  RCC_PLLCFGR = (RCC_PLLCFGR & ~0xfu) | 2 << 2 | 1 << 16;
  RCC_PLL1DIVR = (200 - 1) | (2 - 1) << 9 | (4 - 1) << 16 | (2 - 1) << 24;
  RCC_CR |= 1 << 24;
  wait_for(&RCC_CR, 1 << 25, 1 << 25);
  // Buses at 200 MHz, peripherals at 100 MHz.
  RCC_D1CFGR = 4 << 4 | 8;
  RCC_D2CFGR = 4 << 8 | 4 << 4;
  RCC_D3CFGR = 4 << 4;
  RCC_CFGR = (RCC_CFGR & ~7u) | 3;
  wait_for(&RCC_CFGR, 7 << 3, 3 << 3);
}

static void start_caches(void) {
  SCB_ICIALLU = 0;
  SCB_CSSELR = 0;
  __asm__ volatile("dsb");
  const uint32_t sets = SCB_CCSIDR >> 13 & 0x7fff, ways = SCB_CCSIDR >> 3 & 0x3ff;
  for (uint32_t set = 0; set <= sets; set++) {
    for (uint32_t way = 0; way <= ways; way++) SCB_DCISW = way << 30 | set << 5;
  }
  __asm__ volatile("dsb");
  SCB_CCR |= 1 << 17 | 1 << 16;
  __asm__ volatile("dsb\nisb");
}

void port_init(void) {
  start_clock();
  start_caches();
  RCC_AHB4ENR |= 1 << 1 | 1 << 3;
  RCC_APB1LENR |= 1 << 18 | 1 << 0;
  (void)RCC_APB1LENR; // two cycles until the clocks are there
  GPIOB_MODER = (GPIOB_MODER & ~MODE(PIN_MARKER, 3u)) | MODE(PIN_MARKER, MODE_OUTPUT);
  GPIOD_MODER = (GPIOD_MODER & ~(MODE(PIN_TX, 3u) | MODE(PIN_RX, 3u))) | MODE(PIN_TX, MODE_ALTERNATE) |
                MODE(PIN_RX, MODE_ALTERNATE);
  GPIOD_AFRH = (GPIOD_AFRH & ~(HIGH_PIN(PIN_TX, 15u) | HIGH_PIN(PIN_RX, 15u))) |
               HIGH_PIN(PIN_TX, ALTERNATE_USART3) | HIGH_PIN(PIN_RX, ALTERNATE_USART3);
  USART3_BRR = (APB1_HZ + BAUD / 2) / BAUD;
  USART3_CR1 = 1 << 29 | 1 << 3 | 1 << 2 | 1; // FIFO, both directions
  TIM2_PSC = TIMER_HZ / 1000000 - 1;
  TIM2_ARR = 0xffffffff;
  TIM2_EGR = 1;
  TIM2_CR1 = 1;
  cortex_m_start_cycle_counter();
}

int port_getchar(void) {
  const uint32_t start = port_micros();
  while ((USART3_ISR & USART_RX_FULL) == 0) {
    // What was lost while the core computed is sent again; the flag would block what comes.
    if ((USART3_ISR & USART_OVERRUN) != 0) USART3_ICR = USART_OVERRUN;
    if (port_micros() - start > 1000) return -1;
  }
  return (uint8_t)USART3_RDR;
}

void port_putchar(uint8_t byte) {
  wait_for(&USART3_ISR, USART_TX_EMPTY, USART_TX_EMPTY);
  USART3_TDR = byte;
}

void port_flush(void) { wait_for(&USART3_ISR, USART_TX_DONE, USART_TX_DONE); }

uint32_t port_micros(void) { return TIM2_CNT; }

uint32_t port_ticks(void) { return cortex_m_cycles(); }

void port_marker(bool high) { GPIOB_BSRR = high ? 1u << PIN_MARKER : 1u << (PIN_MARKER + 16); }
