#include "dispatch.h"

#include <stdbool.h>

#include "frames.h"
#include "mlperf.h"

static bool in_frame;
static uint8_t bytes[FRAME_MAX_ENCODED];
static uint32_t length;
static uint32_t last_byte_us;

// The second byte of a frame is its type, unless the first says that a zero comes first.
static bool type_known(void) { return length >= 2; }
static bool type_is_bad(void) { return type_known() && (bytes[0] == 1 || !frame_is_request(bytes[1])); }

// No frame after all: its bytes may have been text behind a stray zero.
static void leave_frame(void) {
  const bool was_request = type_known() && !type_is_bad();
  const uint32_t n = length;
  in_frame = false;
  length = 0;
  for (uint32_t i = 0; i < n; i++) mlperf_byte(bytes[i]);
  // The rest of a broken request must not end up in front of the next command.
  if (was_request) mlperf_drop();
}

void dispatch_idle(uint32_t now_us) {
  if (in_frame && now_us - last_byte_us >= FRAME_SILENCE_US) leave_frame();
}

void dispatch_byte(uint8_t byte, uint32_t now_us) {
  dispatch_idle(now_us);
  last_byte_us = now_us;
  if (byte == 0) {
    if (in_frame && type_known()) frames_handle(bytes, length);
    else if (in_frame) leave_frame();
    // A zero that ends a frame may begin the next one as well.
    in_frame = true;
    length = 0;
    return;
  }
  if (!in_frame) {
    mlperf_byte(byte);
    return;
  }
  if (length < sizeof bytes) bytes[length++] = byte;
  else {
    leave_frame();
    mlperf_byte(byte);
    return;
  }
  if (type_is_bad()) leave_frame();
}
