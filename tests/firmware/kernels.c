// Firmware of tests: calls kernels of the core and what stands for them, on the same inputs, and says how many bytes of the
// results differ and how many ticks both took.

#include "bytes.h"
#include "core.h"
#include "port.h"

enum { ARGUMENTS = 8 };

struct call {
  // Which argument is the result, and which the second half of it, if any.
  uint32_t kernel, result_at, second_at, result_bytes;
  uint32_t arguments[ARGUMENTS];
  uint32_t other_result; // address for the results of the second one
  // Filled in.
  uint32_t differing, core_ticks, other_ticks;
};

struct calls {
  uint32_t count, bytes;
  struct call calls[];
};

void yardstick_synapses(u32, u32, u32, u32, u32, u32, u32, u32);

typedef void kernel(u32, u32, u32, u32, u32, u32, u32, u32);
// A caller with more arguments than a function takes is no problem for the calling convention: all are words.
static kernel *const KERNELS[][2] = {
    {(kernel *)core_matvecS8, (kernel *)port_matvecS8},
    {(kernel *)core_synapsesF32, (kernel *)yardstick_synapses},
    {(kernel *)core_matvecS8x16, (kernel *)port_matvecS8x16},
    {(kernel *)core_matvecS4x16, (kernel *)port_matvecS4x16},
    {(kernel *)core_matvecBlockS8, (kernel *)port_matvecBlockS8},
    {(kernel *)core_matvecBlockS8x16, (kernel *)port_matvecBlockS8x16},
};

static uint32_t timed(kernel *k, const uint32_t *a) {
  const uint32_t start = port_ticks();
  k(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
  return port_ticks() - start;
}

int main(void) {
  struct calls *const all = (struct calls *)TEST_MEMORY;
  port_init();
  for (uint32_t i = 0; i < all->count; i++) {
    struct call *const call = &all->calls[i];
    uint8_t *const expected = (uint8_t *)call->arguments[call->result_at];
    const uint8_t *const found = (const uint8_t *)call->other_result;
    call->core_ticks = timed(KERNELS[call->kernel][0], call->arguments);
    call->arguments[call->result_at] = call->other_result;
    if (call->second_at != 0) call->arguments[call->second_at] = call->other_result + call->result_bytes / 2;
    call->other_ticks = timed(KERNELS[call->kernel][1], call->arguments);
    for (uint32_t k = 0; k < call->result_bytes; k++) call->differing += expected[k] != found[k];
  }
  for (uint32_t i = 0; i < all->bytes; i++) port_putchar(((const uint8_t *)all)[i]);
  for (;;) port_getchar();
}
