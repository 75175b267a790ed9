// The network on the board: where its image lies, what it runs on, how long it takes. One at a time.

#ifndef LIQUID_EDGE_DEVICE_H
#define LIQUID_EDGE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct device {
  const uint8_t *image;
  uint32_t image_bytes; // 0: none that can run
  uint32_t image_crc;
  uint8_t *arena;
  uint32_t arena_bytes;
  uint8_t *data; // what is left of the pool; none without an image
  uint32_t data_bytes;
  // What `db load` announced and `db` delivered: n steps of inputs, at the start of the data. They go with the network.
  uint32_t load_bytes, loaded_bytes;
  bool in_flash;
  uint32_t n_inputs, input_bytes;   // bytes padded to 4
  uint32_t n_outputs, output_bytes; // the same
  uint32_t output_at;               // offset in the arena
  uint32_t input_width;             // bytes of an element: 4 float, 2 integer
};
extern struct device device;

// What self_test_hash said at boot; SELF_TEST_HASH (self-test.h) where it does as IEEE 754 says.
extern uint32_t float_hash;

struct timing {
  uint64_t ticks;
  uint32_t least, most;
};

// An address of the core's linear memory.
uint32_t device_address(const void *p);

// Whether float images may run.
bool device_float_ok(void);

// Runs the self-test and takes the image in flash where there is one.
void device_init(void);

// Forgets the image, since its bytes are about to be overwritten.
void device_drop_model(void);

// Takes the image at `image`; the arena goes to the first free byte of the pool at or behind `free`. 0, or a reject code
// of the core; DEVICE_NO_FLOAT for a float image where floats are not as they should be.
#define DEVICE_NO_FLOAT 1000
uint32_t device_take_model(const uint8_t *image, uint32_t image_bytes, uint8_t *free);

void device_reset(void);

// One inference: elapsed time and input from the record of a step, the output to it. Status of the core.
uint32_t device_step(uint8_t *record, struct timing *timing);

// One inference on an input alone, with an elapsed time of 1.
uint32_t device_step_raw(const uint8_t *input);

// Bytes of the record of a step in the data region: elapsed time, inputs, outputs.
uint32_t device_step_bytes(void);

#endif
