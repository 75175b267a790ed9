#include "mlperf.h"

#include <stdbool.h>

#include "bytes.h"
#include "device.h"
#include "port.h"
#include "text.h"

#ifndef MLPERF_ID
#define MLPERF_ID "ad01"
#endif
#ifndef VENDOR_ID
#define VENDOR_ID "liquid-edge"
#endif

#define FIRMWARE "ULPMark for tinyML Firmware V0.0.1"

enum { COMMAND_CHARS = 80, DEFAULT_WARMUP = 10 };

static char command[COMMAND_CHARS + 1];
static uint32_t command_length;

static void ready(void) { text_print("m-ready\r\n"); }

static void timestamp(void) {
#ifdef ENERGY_MODE
  // A falling edge, low for at least a microsecond.
  port_marker(true);
  port_marker(false);
  const uint32_t start = port_micros();
  while (port_micros() - start < 2) {
  }
  port_marker(true);
#else
  text_print("m-lap-us-");
  text_unsigned(port_micros());
  text_print("\r\n");
  port_flush();
#endif
}

void mlperf_banner(void) {
#ifdef ENERGY_MODE
  text_print("m-timestamp-mode-energy\r\n");
#else
  text_print("m-timestamp-mode-performance\r\n");
#endif
  timestamp();
  text_print("m-init-done\r\n");
  ready();
}

static void error(const char *text) {
  text_print("e-[");
  text_print(text);
  text_print("]\r\n");
}

// The next word of the command, or null; `at` goes behind it.
static char *word(char **at) {
  char *p = *at;
  while (*p == ' ') p++;
  if (*p == 0) return 0;
  char *const start = p;
  while (*p != 0 && *p != ' ') p++;
  if (*p == ' ') *p++ = 0;
  *at = p;
  return start;
}

// As atoi: 0 for what is no number; saturates.
static int32_t number(const char *text) {
  const bool negative = *text == '-';
  if (*text == '-' || *text == '+') text++;
  int32_t value = 0;
  for (; *text >= '0' && *text <= '9'; text++) {
    value = value > 200000000 ? 2000000000 : value * 10 + (*text - '0');
  }
  return negative ? -value : value;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The image decides how many bytes of the input are a step; the buffer is the data region, step records are made from it.
static uint32_t wire_step_bytes(void) { return device.n_inputs * device.input_width; }

static void load(char *rest) {
  const char *const size = word(&rest);
  const int32_t n = size == 0 ? 0 : number(size);
  device.loaded_bytes = device.load_bytes = 0;
  if (n <= 0) {
    error("Command 'db load' must be >0 bytes");
  } else if ((uint32_t)n > device.data_bytes) {
    text_print("Supplied buffer size ");
    text_unsigned((uint32_t)n);
    text_print(" exceeds maximum of ");
    text_unsigned(device.data_bytes);
    text_print("\n");
  } else {
    device.load_bytes = (uint32_t)n;
    text_print("m-[Expecting ");
    text_unsigned(device.load_bytes);
    text_print(" bytes]\r\n");
  }
}

static void print_buffer(void) {
  for (uint32_t i = 0; i < device.load_bytes; i++) {
    if (i % 8 == 0) text_print("m-buffer-");
    text_hex(device.data[i]);
    text_print(i % 8 == 7 || i == device.load_bytes - 1 ? "\r\n" : "-");
  }
  if (device.load_bytes % 8 != 0) text_print("\r\n");
}

static void take_hex(const char *digits) {
  for (; digits[0] != 0 && device.loaded_bytes < device.load_bytes; digits += 2) {
    if (digits[1] == 0) {
      error("Insufficent number of hex digits");
      return;
    }
    const int high = hex_digit(digits[0]), low = hex_digit(digits[1]);
    if (high < 0 || low < 0) {
      const char pair[3] = {digits[0], digits[1], 0};
      text_print("e-[Invalid hex digit '");
      text_print(pair);
      text_print("']\r\n");
      return;
    }
    device.data[device.loaded_bytes++] = (uint8_t)(high << 4 | low);
    if (device.loaded_bytes == device.load_bytes) text_print("m-load-done\r\n");
  }
}

static void db(char *rest) {
  char *const what = word(&rest);
  if (what == 0) error("Command 'db' requires a subcommand");
  else if (strcmp(what, "load") == 0) load(rest);
  else if (strcmp(what, "print") == 0) print_buffer();
  else take_hex(what);
}

static void results(void) {
  const uint8_t *const output = device.arena + device.output_at;
  text_print("m-results-[");
  for (uint32_t i = 0; i < device.n_outputs; i++) {
    if (i > 0) text_print(",");
    if (device.input_width == 4) {
      text_float(get_u32(output + 4 * i));
    } else {
      const int16_t value = (int16_t)(output[2 * i] | output[2 * i + 1] << 8);
      text_signed(value);
    }
  }
  text_print("]\r\n");
}

// One inference: every step of the buffer, from a state of zero.
static bool infer_once(void) {
  const uint32_t bytes = wire_step_bytes();
  device_reset();
  for (uint32_t at = 0; at + bytes <= device.load_bytes; at += bytes) {
    if (device_step_raw(device.data + at) != 0) return false;
  }
  return true;
}

static void infer(char *rest) {
  const char *const n_text = word(&rest);
  const char *const warmup_text = word(&rest);
  const int32_t n = n_text == 0 ? 1 : number(n_text);
  const int32_t warmup = warmup_text == 0 ? DEFAULT_WARMUP : number(warmup_text);
  if (n <= 0) {
    error("Inference iterations must be >0");
    return;
  }
  if (warmup < 0) {
    error("Inference warmup must be >=0");
    return;
  }
  if (device.image_bytes == 0) {
    error("No network: upload an image first");
    return;
  }
  if (device.load_bytes == 0 || device.loaded_bytes < device.load_bytes || device.load_bytes % wire_step_bytes() != 0) {
    text_print("e-[Input must be a multiple of ");
    text_unsigned(wire_step_bytes());
    text_print(" bytes]\r\n");
    return;
  }
  text_print("m-warmup-start-");
  text_signed(warmup);
  text_print("\r\n");
  bool ok = true;
  for (int32_t i = 0; i < warmup; i++) ok = infer_once() && ok;
  text_print("m-warmup-done\r\nm-infer-start-");
  text_signed(n);
  text_print("\r\n");
  port_flush();
  timestamp();
  for (int32_t i = 0; i < n; i++) ok = infer_once() && ok;
  timestamp();
  text_print("m-infer-done\r\n");
  if (!ok) error("Input is not finite");
  results();
}

static void help(void) {
  text_print(FIRMWARE "\r\n\r\n"
             "help         : this text\r\n"
             "name         : name of the device\r\n"
             "profile      : firmware and model\r\n"
             "timestamp    : time in microseconds, or an edge on the marker pin\r\n"
             "db load N    : N bytes of input follow\r\n"
             "db HH..      : input as hex digits\r\n"
             "db print     : the input\r\n"
             "infer N [W]  : N inferences behind W (10) untimed ones\r\n"
             "results      : the last output\r\n"
             "%            : ends a command\r\n");
}

static void execute(void) {
  char *rest = command;
  const char *const name = word(&rest);
  if (name == 0) {
    // An empty command: nothing to do.
  } else if (strcmp(name, "name") == 0) {
    text_print("m-name-dut-[" VENDOR_ID "]\r\n");
  } else if (strcmp(name, "timestamp") == 0) {
    timestamp();
  } else if (strcmp(name, "profile") == 0) {
    text_print("m-profile-[" FIRMWARE "]\r\nm-model-[" MLPERF_ID "]\r\n");
  } else if (strcmp(name, "help") == 0) {
    help();
  } else if (strcmp(name, "db") == 0) {
    db(rest);
  } else if (strcmp(name, "infer") == 0) {
    infer(rest);
  } else if (strcmp(name, "results") == 0) {
    if (device.image_bytes == 0) error("No network: upload an image first");
    else results();
  } else {
    text_print("e-[Unknown command: ");
    text_print(name);
    text_print("]\r\n");
  }
  ready();
}

void mlperf_byte(uint8_t byte) {
  if (byte == '%') {
    command[command_length] = 0;
    command_length = 0;
    execute();
    return;
  }
  // Text is ASCII; what is none is noise.
  if (byte == 0 || byte >= 0x80) return;
  // Characters beyond the buffer overwrite its last one.
  if (command_length == COMMAND_CHARS) command_length--;
  command[command_length++] = (char)byte;
}

void mlperf_drop(void) { command_length = 0; }
