// The firmware as a process of this machine, for tests of the protocol: what is a UART and a clock on a board are messages on
// standard input and output here, so that time is what the test says.
//
//   in   op u8, length u32, bytes    0: microseconds u32 pass   1: bytes arrive, one every BYTE_US   2: a reset
//   out  length u32, bytes           what the device sent meanwhile

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "core.h"
#include "device.h"
#include "dispatch.h"
#include "mlperf.h"
#include "port.h"

enum { MEMORY_BYTES = 1 << 20, BYTE_US = 87, OP_TIME = 0, OP_BYTES = 1, OP_RESET = 2 };

_Alignas(64) u8 linear_memory[MEMORY_BYTES];
#ifndef HOST_BOARD
#define HOST_BOARD "host"
#define HOST_EMULATED true
#define HOST_INFERENCE_US 0
#endif
const struct port_facts PORT = {HOST_BOARD, 1000000, 1000000, HOST_EMULATED};

static uint32_t now_us;
static uint8_t *sent;
static uint32_t sent_length, sent_room;

void port_init(void) {}
int port_getchar(void) { return -1; }
void port_flush(void) {}
uint32_t port_micros(void) { return now_us++; }
#ifdef HOST_REAL_TIME
// For tests beside an instrument: ticks are this machine's microseconds, and edges of the marker are told with their time.
static uint64_t real_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
void port_marker(bool high) { fprintf(stderr, "marker %d %llu\n", high, (unsigned long long)real_us()); }
uint32_t port_ticks(void) { return (uint32_t)real_us(); }
#else
void port_marker(bool high) { (void)high; }
uint32_t port_ticks(void) { return now_us += HOST_INFERENCE_US; }
#endif
uint32_t port_stack_used(void) { return 0; }
uint32_t port_stack_bytes(void) { return 0; }

void port_putchar(uint8_t byte) {
  if (sent_length == sent_room) {
    sent_room = sent_room == 0 ? 4096 : 2 * sent_room;
    sent = realloc(sent, sent_room);
  }
  sent[sent_length++] = byte;
}

static void must_read(void *to, size_t length) {
  for (uint8_t *p = to; length > 0;) {
    const ssize_t n = read(0, p, length);
    if (n <= 0) _exit(0);
    p += n;
    length -= (size_t)n;
  }
}

static void must_write(const void *from, size_t length) {
  for (const uint8_t *p = from; length > 0;) {
    const ssize_t n = write(1, p, length);
    if (n <= 0) _exit(0);
    p += n;
    length -= (size_t)n;
  }
}

static void answer(void) {
  uint8_t head[4];
  put_u32(head, sent_length);
  must_write(head, 4);
  must_write(sent, sent_length);
  sent_length = 0;
}

// Serves until a reset.
static void serve(void) {
  static uint8_t bytes[1 << 16];
  device_init();
  mlperf_banner();
  answer();
  for (;;) {
    uint8_t head[5];
    must_read(head, sizeof head);
    const uint32_t length = get_u32(head + 1);
    if (length > sizeof bytes) _exit(1);
    must_read(bytes, length);
    if (head[0] == OP_RESET) return;
    if (head[0] == OP_TIME) {
      now_us += get_u32(bytes);
      dispatch_idle(now_us);
    } else {
      for (uint32_t i = 0; i < length; i++) {
        now_us += BYTE_US;
        dispatch_byte(bytes[i], now_us);
      }
    }
    answer();
  }
}

int main(void) {
  for (;;) {
    const pid_t child = fork();
    if (child == 0) {
      serve();
      _exit(7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7) return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
  }
}
