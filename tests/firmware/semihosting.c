// Start of a program with newlib on QEMU's Cortex-M4F: vectors, float unit, then newlib's own start, whose printf and exit
// code go to the host by semihosting.

#include <stdint.h>

extern uint32_t stack_end[];
void _start(void);

__attribute__((noreturn)) static void reset(void) {
  *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; // CPACR: the float unit
  __asm__ volatile("dsb\nisb");
  _start();
  for (;;) continue;
}

__attribute__((noreturn)) static void fault(void) {
  for (;;) continue;
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    stack_end, (const void *)reset, (const void *)fault, (const void *)fault,
};
