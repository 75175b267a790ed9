// What all Cortex-M ports share: vector table, start of C, float unit, stack in use, sleep until an interrupt is pending.

#ifndef LIQUID_EDGE_CORTEX_M_H
#define LIQUID_EDGE_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

// Core clock cycles until the next pending SysTick. At most 2^24.
void cortex_m_start_tick(uint32_t cycles);

// Lets `irq` wake the core; no handler runs, since interrupts stay masked.
void cortex_m_wake_on(uint32_t irq);

// Sleeps until an interrupt of those is pending or the tick has passed, and clears what is pending. True: it was the tick.
bool cortex_m_sleep(void);

// The cycle counter of the debug unit (Armv7-M, Armv8-M Mainline).
void cortex_m_start_cycle_counter(void);
static inline uint32_t cortex_m_cycles(void) { return REGISTER(0xe0001004); }

#endif
