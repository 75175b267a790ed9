// One UART, two languages: text commands (mlperf.h) and frames (frames.h). A zero byte begins a frame, and ends it.

#ifndef LIQUID_EDGE_DISPATCH_H
#define LIQUID_EDGE_DISPATCH_H

#include <stdint.h>

void dispatch_byte(uint8_t byte, uint32_t now_us);

// To be called while nothing comes: a frame that broke off ends after FRAME_SILENCE_US.
void dispatch_idle(uint32_t now_us);

#endif
