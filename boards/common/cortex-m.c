#include "cortex-m.h"

#include "port.h"

#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define ICSR REGISTER(0xe000ed04)
#define VTOR REGISTER(0xe000ed08)
#define CPACR REGISTER(0xe000ed88)
#define FPCCR REGISTER(0xe000ef34)
#define DEMCR REGISTER(0xe000edfc)
#define DWT_CTRL REGISTER(0xe0001000)
#define DWT_LAR REGISTER(0xe0001fb0)
#define NVIC_ISER(n) REGISTER(0xe000e100 + 4 * (n))
#define NVIC_ICPR(n) REGISTER(0xe000e280 + 4 * (n))

#define ICSR_PENDSTSET (1u << 26)
#define ICSR_PENDSTCLR (1u << 25)

// From the linker script.
extern uint32_t data_start[], data_end[], bss_start[], bss_end[], stack_start[], stack_end[];
extern const uint32_t data_load[];

int main(void);
void reset_handler(void);

#define STACK_PAINT 0x5eedc0deu

static uint32_t wake_irqs[3];

static void fault_handler(void) {
  for (;;) __asm__ volatile("wfi");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_end,     reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler, 0, 0, 0, 0,
    fault_handler, fault_handler, 0,             fault_handler, fault_handler,
};

// Naked: no byte of the stack is in use while it is painted.
__attribute__((naked, used, section(".reset"))) void reset_handler(void) {
  __asm__ volatile(".syntax unified\n"
                   "cpsid i\n"
                   "ldr r0, =stack_end\n"
                   "mov sp, r0\n"
                   "ldr r1, =stack_start\n"
                   "ldr r2, =0x5eedc0de\n"
                   "1: str r2, [r1]\n"
                   "adds r1, #4\n"
                   "cmp r1, r0\n"
                   "blo 1b\n"
                   "ldr r0, =cortex_m_main\n"
                   "bx r0\n"
                   ".ltorg\n");
}

__attribute__((used)) void cortex_m_main(void) {
#ifdef __ARM_FP
  CPACR |= 0xfu << 20;
  // Nothing interrupts the core here, so no float register is ever stacked.
  FPCCR &= ~(3u << 30);
  __asm__ volatile("dsb\nisb");
  // Round to nearest, denormals kept, NaNs as they are.
  __asm__ volatile("vmsr fpscr, %0" ::"r"(0));
#endif
  VTOR = (uint32_t)(uintptr_t)vectors;
  const uint32_t *from = data_load;
  for (uint32_t *to = data_start; to < data_end;) *to++ = *from++;
  for (uint32_t *to = bss_start; to < bss_end;) *to++ = 0;
  main();
}

uint32_t port_stack_bytes(void) { return (uint32_t)((uintptr_t)stack_end - (uintptr_t)stack_start); }

uint32_t port_stack_used(void) {
  const volatile uint32_t *p = stack_start;
  while (p < stack_end && *p == STACK_PAINT) p++;
  return (uint32_t)((uintptr_t)stack_end - (uintptr_t)p);
}

void cortex_m_start_tick(uint32_t cycles) {
  SYST_RVR = cycles - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;
}

void cortex_m_wake_on(uint32_t irq) {
  wake_irqs[irq / 32] |= 1u << (irq % 32);
  NVIC_ISER(irq / 32) = 1u << (irq % 32);
}

bool cortex_m_sleep(void) {
  __asm__ volatile("dsb\nwfi");
  const bool tick = (ICSR & ICSR_PENDSTSET) != 0;
  ICSR = ICSR_PENDSTCLR;
  for (uint32_t i = 0; i < 3; i++) {
    if (wake_irqs[i] != 0) NVIC_ICPR(i) = wake_irqs[i];
  }
  return tick;
}

#ifndef __ARM_ARCH_6M__
void cortex_m_start_cycle_counter(void) {
  DEMCR |= 1u << 24;
  DWT_LAR = 0xc5acce55; // a Cortex-M7 locks the registers
  DWT_CTRL |= 1;
}
#endif
