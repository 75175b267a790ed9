// The binary requests. protocol.h says what they are.

#ifndef LIQUID_EDGE_FRAMES_H
#define LIQUID_EDGE_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

enum { FRAME_HEAD = 2, FRAME_CRC = 4, FRAME_MAX = FRAME_HEAD + FRAME_MAX_BODY + FRAME_CRC,
       FRAME_MAX_ENCODED = FRAME_MAX + FRAME_MAX / 254 + 1 };

static inline bool frame_is_request(uint8_t type) { return type >= FRAME_HELLO && type <= FRAME_LAST; }

// Does what the `length` COBS bytes between two zeros ask for, and answers. Decodes in place.
void frames_handle(uint8_t *encoded, uint32_t length);

#endif
