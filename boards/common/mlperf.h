// The text commands of MLPerf Tiny, as its reference firmware answers them.

#ifndef LIQUID_EDGE_MLPERF_H
#define LIQUID_EDGE_MLPERF_H

#include <stdint.h>

// What the firmware says when it starts.
void mlperf_banner(void);

// A byte of a command; `%` ends and executes it.
void mlperf_byte(uint8_t byte);

// Forgets what came since the last `%`.
void mlperf_drop(void);

#endif
