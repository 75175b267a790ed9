// Firmware of tests: runs the jobs that the emulator put into its test memory, and sends the memory back. The network code
// is that of the real firmware; only the way of the bytes is another one (QEMU's UART takes a few kB a second).

#include "bytes.h"
#include "device.h"
#include "port.h"

struct job {
  uint32_t image, image_bytes, records, steps;
  uint32_t state, state_at, state_bytes, has_state;
  // Filled in.
  uint32_t code, status, ticks_low, ticks_high, least, most, stack_used, float_hash;
};

struct batch {
  uint32_t count, bytes; // bytes from here on, to be sent back
  struct job jobs[];
};

static void run(struct job *job) {
  uint8_t *const records = (uint8_t *)job->records, *const state = (uint8_t *)job->state;
  struct timing timing = {0, UINT32_MAX, 0};
  job->code = device_take_model((const uint8_t *)job->image, job->image_bytes, pool_start);
  if (job->code != 0) return;
  if (job->has_state) memcpy(device.arena + job->state_at, state, job->state_bytes);
  for (uint32_t i = 0; i < job->steps && job->status == 0; i++) {
    job->status = device_step(records + i * device_step_bytes(), &timing);
  }
  memcpy(state, device.arena + job->state_at, job->state_bytes);
  job->ticks_low = (uint32_t)timing.ticks;
  job->ticks_high = (uint32_t)(timing.ticks >> 32);
  job->least = timing.least;
  job->most = timing.most;
  job->stack_used = port_stack_used();
  job->float_hash = float_hash;
}

#ifdef TRAP_UNALIGNED
// UNALIGN_TRP of the Configuration and Control Register: every access has to be aligned, as always on Armv6-M.
static void trap_unaligned(void) { *(volatile uint32_t *)0xE000ED14 |= 1u << 3; }
#else
static void trap_unaligned(void) {}
#endif

int main(void) {
  struct batch *const batch = (struct batch *)TEST_MEMORY;
  port_init();
  trap_unaligned();
  device_init();
  for (uint32_t i = 0; i < batch->count; i++) run(&batch->jobs[i]);
  for (uint32_t i = 0; i < batch->bytes; i++) port_putchar(((const uint8_t *)batch)[i]);
  for (;;) port_getchar();
}
