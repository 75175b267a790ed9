#include "device.h"

#include "bytes.h"
#include "core.h"
#include "port.h"
#include "self-test.h"

struct device device;
uint32_t float_hash;

enum {
  HEADER_ARENA_BYTES = 16,
  HEADER_INPUTS = 20,
  HEADER_INPUT = 24,
  HEADER_OUTPUTS = 28,
  HEADER_OUTPUT = 32,
  HEADER_NUMBERS = 44,
  NUMBERS_INTEGER = 1
};

static uint8_t *align64(uint8_t *p) { return (uint8_t *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

// A field of the image's header (assembly/image.ts).
static uint32_t header(uint32_t offset) { return get_u32(device.image + offset); }

uint32_t device_address(const void *p) {
#ifdef WASM_MEMORY_BASE
  return (uint32_t)((const uint8_t *)p - WASM_MEMORY_BASE);
#else
  return (uint32_t)(uintptr_t)p;
#endif
}

bool device_float_ok(void) { return float_hash == SELF_TEST_HASH; }

static bool is_integer(void) { return (uint16_t)header(HEADER_NUMBERS) == NUMBERS_INTEGER; }

void device_init(void) {
  float_hash = self_test_hash();
  device_drop_model();
  const uint32_t linked = (uint32_t)(image_end - image_start);
  if (linked > 0 && device_take_model(image_start, linked, pool_start) == 0) device.in_flash = true;
}

void device_drop_model(void) { memset(&device, 0, sizeof device); }

uint32_t device_take_model(const uint8_t *image, uint32_t image_bytes, uint8_t *free) {
  device_drop_model();
  device.image = image;
  device.arena = align64(free);
  const uint32_t room = (uint32_t)(pool_end - device.arena);
  const uint32_t code = core_check(device_address(image), image_bytes, device_address(device.arena), room);
  if (code != 0) return device_drop_model(), code;
  if (!is_integer() && !device_float_ok()) return device_drop_model(), DEVICE_NO_FLOAT;
  device.image_bytes = image_bytes;
  device.image_crc = crc32(0, image, image_bytes);
  device.arena_bytes = header(HEADER_ARENA_BYTES);
  device.data = align64(device.arena + device.arena_bytes);
  device.data_bytes = device.data < pool_end ? (uint32_t)(pool_end - device.data) : 0;
  device.input_width = is_integer() ? 2 : 4;
  device.n_inputs = header(HEADER_INPUTS);
  device.n_outputs = header(HEADER_OUTPUTS);
  device.output_at = header(HEADER_OUTPUT);
  device.input_bytes = (device.n_inputs * device.input_width + 3) & ~3u;
  device.output_bytes = (device.n_outputs * device.input_width + 3) & ~3u;
  device_reset();
  return 0;
}

void device_reset(void) { core_reset(device_address(device.image), device_address(device.arena)); }

// What stands for an elapsed time of 1 in the arena.
static uint32_t unit_time(void) {
  if (!is_integer()) return 0x3f800000; // 1.0f
  const uint32_t exponent = header(HEADER_NUMBERS) >> 16;
  return exponent >= 16 ? 65535 : 1u << exponent;
}

// Takes the input from `input`, and says how many ticks the core took.
static uint32_t step(const uint8_t *input, uint32_t elapsed, uint32_t *ticks) {
  put_u32(device.arena, elapsed);
  memcpy(device.arena + header(HEADER_INPUT), input, device.n_inputs * device.input_width);
  const uint32_t image = device_address(device.image), arena = device_address(device.arena);
  const uint32_t start = port_ticks();
  const uint32_t status = core_step(image, arena);
  *ticks = port_ticks() - start;
  return status;
}

uint32_t device_step(uint8_t *record, struct timing *timing) {
  uint32_t ticks;
  const uint32_t status = step(record + 4, get_u32(record), &ticks);
  memcpy(record + 4 + device.input_bytes, device.arena + device.output_at, device.n_outputs * device.input_width);
  timing->ticks += ticks;
  if (ticks < timing->least) timing->least = ticks;
  if (ticks > timing->most) timing->most = ticks;
  return status;
}

uint32_t device_step_raw(const uint8_t *input) {
  uint32_t ticks;
  return step(input, unit_time(), &ticks);
}

uint32_t device_step_bytes(void) { return 4 + device.input_bytes + device.output_bytes; }
