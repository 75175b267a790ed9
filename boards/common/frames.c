#include "frames.h"

#include "bytes.h"
#include "core.h"
#include "device.h"
#include "port.h"

#ifndef FIRMWARE_VERSION
#define FIRMWARE_VERSION "unknown"
#endif

// The last reply, kept to be sent again when its request comes again.
static uint8_t reply[FRAME_MAX];
static uint32_t reply_length; // with head and CRC
static struct {
  uint8_t type, seq;
  uint32_t crc;
} answered;

// The upload under way: nothing of it is an image before END.
static struct {
  uint32_t image_bytes, image_crc, next;
} upload;

static uint32_t decode(uint8_t *bytes, uint32_t length) {
  uint32_t from = 0, to = 0;
  while (from < length) {
    const uint32_t code = bytes[from++];
    if (code == 0 || from + code - 1 > length) return 0;
    for (uint32_t i = 1; i < code; i++) bytes[to++] = bytes[from++];
    if (code < 0xff && from < length) bytes[to++] = 0;
  }
  return to;
}

static void send(const uint8_t *frame, uint32_t length) {
  port_putchar(0);
  uint32_t from = 0;
  for (bool more = true; more;) {
    uint32_t run = 0;
    while (run < 254 && from + run < length && frame[from + run] != 0) run++;
    port_putchar((uint8_t)(run + 1));
    for (uint32_t i = 0; i < run; i++) port_putchar(frame[from + i]);
    from += run;
    more = from < length;
    // A zero byte stands behind every run that is shorter than the longest; the last run's is left out.
    if (more && run < 254) {
      from++;
      if (from == length) port_putchar(1), more = false;
    }
  }
  port_putchar(0);
}

// Head and CRC around a body that stands in `frame` already; the length of it all.
static uint32_t seal(uint8_t *frame, uint8_t type, uint8_t seq, uint32_t body_length) {
  frame[0] = type;
  frame[1] = seq;
  put_u32(frame + FRAME_HEAD + body_length, crc32(0, frame, FRAME_HEAD + body_length));
  return FRAME_HEAD + body_length + FRAME_CRC;
}

static uint32_t nak(uint8_t *frame, uint8_t seq, enum nak_code code, uint32_t value) {
  put_u32(frame + FRAME_HEAD, code);
  put_u32(frame + FRAME_HEAD + 4, value);
  return seal(frame, FRAME_NAK, seq, 8);
}

// What a request comes to: the length of the reply's body, or a NAK.
struct outcome {
  uint32_t length;
  enum nak_code code; // 0: done
  uint32_t value;
};

static struct outcome done(uint32_t length) { return (struct outcome){length, 0, 0}; }
static struct outcome refused(enum nak_code code, uint32_t value) { return (struct outcome){0, code, value}; }

static uint32_t append_text(uint8_t *body, uint32_t at, const char *text) {
  const uint32_t length = (uint32_t)strlen(text) + 1;
  if (at + length > FRAME_MAX_BODY) return at;
  memcpy(body + at, text, length);
  return at + length;
}

static uint32_t hello(uint8_t *body) {
  uint32_t flags = 0;
  if (PORT.emulated) flags |= HELLO_EMULATED;
  if (device_float_ok()) flags |= HELLO_FLOAT_OK;
  if (device.image_bytes > 0) flags |= HELLO_MODEL;
  if (device.in_flash) flags |= HELLO_IN_FLASH;
#ifdef ENERGY_MODE
  flags |= HELLO_ENERGY_MODE;
#endif
  const uint32_t words[] = {
      PROTOCOL_VERSION | flags << 16,
      CORE_CRC,
      float_hash,
      PORT.clock_hz,
      PORT.tick_hz,
      (uint32_t)(pool_end - pool_start),
      device.image_bytes,
      device.image_crc,
      device.arena_bytes,
      device.data_bytes,
      port_stack_bytes(),
      port_stack_used(),
  };
  uint32_t at = 0;
  for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++, at += 4) put_u32(body + at, words[i]);
  at = append_text(body, at, PORT.board);
  at = append_text(body, at, FIRMWARE_VERSION);
  return append_text(body, at, PORT_KERNELS);
}

static struct outcome begin(const uint8_t *body) {
  const uint32_t image_bytes = get_u32(body), image_crc = get_u32(body + 4), arena_bytes = get_u32(body + 8);
  if (device.in_flash) return refused(NAK_IN_FLASH, 0);
  const uint32_t room = (uint32_t)(pool_end - pool_start);
  // The arena begins at a multiple of 64.
  if (image_bytes > room || arena_bytes > room || ((image_bytes + 63) & ~63u) + arena_bytes > room) {
    return refused(NAK_MEMORY, room);
  }
  if (upload.image_bytes != image_bytes || upload.image_crc != image_crc || upload.next > image_bytes) {
    device_drop_model();
    upload.image_bytes = image_bytes;
    upload.image_crc = image_crc;
    upload.next = 0;
  }
  put_u32(reply + FRAME_HEAD, upload.next);
  return done(4);
}

static struct outcome data(const uint8_t *body, uint32_t length) {
  const uint32_t offset = get_u32(body), n = length - 4;
  if (upload.image_bytes == 0) return refused(NAK_NO_MODEL, 0);
  if (offset + n < offset || offset + n > upload.image_bytes) return refused(NAK_RANGE, upload.image_bytes);
  // What is there already came twice: the answer to it was lost.
  if (offset > upload.next) return refused(NAK_OFFSET, upload.next);
  if (offset + n > upload.next) {
    memcpy(pool_start + offset, body + 4, n);
    upload.next = offset + n;
  }
  put_u32(reply + FRAME_HEAD, upload.next);
  return done(4);
}

static struct outcome end(void) {
  if (upload.image_bytes == 0) return refused(NAK_NO_MODEL, 0);
  if (upload.next < upload.image_bytes) return refused(NAK_OFFSET, upload.next);
  const uint32_t image_bytes = upload.image_bytes, expected = upload.image_crc;
  upload.image_bytes = 0;
  const uint32_t crc = crc32(0, pool_start, image_bytes);
  if (crc != expected) return refused(NAK_CHECKSUM, crc);
  const uint32_t code = device_take_model(pool_start, image_bytes, pool_start + image_bytes);
  if (code == DEVICE_NO_FLOAT) return refused(NAK_FLOAT, float_hash);
  if (code != 0) return refused(NAK_REJECTED, code);
  put_u32(reply + FRAME_HEAD, device.image_crc);
  put_u32(reply + FRAME_HEAD + 4, device.data_bytes);
  return done(8);
}

// The `length` bytes at `offset` of a region, or null.
static uint8_t *window(uint32_t region, uint32_t offset, uint32_t length, struct outcome *why) {
  const uint32_t bytes = region == REGION_ARENA ? device.arena_bytes : device.data_bytes;
  if (device.image_bytes == 0) {
    *why = refused(NAK_NO_MODEL, 0);
  } else if (region > REGION_DATA || offset > bytes || length > bytes - offset) {
    *why = refused(NAK_RANGE, region > REGION_DATA ? 0 : bytes);
  } else {
    return (region == REGION_ARENA ? device.arena : device.data) + offset;
  }
  return 0;
}

static struct outcome write_region(const uint8_t *body, uint32_t length) {
  struct outcome outcome = done(4);
  const uint32_t offset = get_u32(body + 4), n = length - 8;
  uint8_t *to = window(get_u32(body), offset, n, &outcome);
  if (to == 0) return outcome;
  memcpy(to, body + 8, n);
  put_u32(reply + FRAME_HEAD, offset + n);
  return outcome;
}

static struct outcome read_region(const uint8_t *body) {
  const uint32_t n = get_u32(body + 8);
  if (n > FRAME_MAX_BODY) return refused(NAK_RANGE, FRAME_MAX_BODY);
  struct outcome outcome = done(n);
  const uint8_t *from = window(get_u32(body), get_u32(body + 4), n, &outcome);
  if (from != 0) memcpy(reply + FRAME_HEAD, from, n);
  return outcome;
}

static struct outcome run(const uint8_t *body) {
  const uint32_t steps = get_u32(body), flags = get_u32(body + 4), stride = device_step_bytes();
  struct timing timing = {0, UINT32_MAX, 0};
  uint32_t status = 0, n = 0;
  if (device.image_bytes == 0) return refused(NAK_NO_MODEL, 0);
  if (steps > device.data_bytes / stride) return refused(NAK_RANGE, device.data_bytes);
  if (flags & RUN_RESET) device_reset();
  port_flush();
  for (; n < steps && status == 0; n++) {
    port_marker(true);
    status = device_step(device.data + n * stride, &timing);
    port_marker(false);
  }
  const uint32_t words[] = {status, n, (uint32_t)timing.ticks, (uint32_t)(timing.ticks >> 32), timing.least, timing.most};
  for (uint32_t i = 0; i < 6; i++) put_u32(reply + FRAME_HEAD + 4 * i, words[i]);
  return done(24);
}

static struct outcome time_together(uint32_t count) {
  struct timing timing = {0, UINT32_MAX, 0};
  port_marker(true);
  for (uint32_t i = 0; i < count; i++) device_step(device.data, &timing);
  port_marker(false);
  const uint32_t words[] = {(uint32_t)timing.ticks, (uint32_t)(timing.ticks >> 32), timing.least, timing.most};
  for (uint32_t i = 0; i < 4; i++) put_u32(reply + FRAME_HEAD + 4 * i, words[i]);
  return done(16);
}

static struct outcome time_each(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct timing timing = {0, UINT32_MAX, 0};
    port_marker(true);
    device_step(device.data, &timing);
    port_marker(false);
    put_u32(reply + FRAME_HEAD + 4 * i, (uint32_t)timing.ticks);
  }
  return done(4 * count);
}

static struct outcome time_steps(const uint8_t *body, uint32_t length) {
  const uint32_t warmup = get_u32(body), count = get_u32(body + 4), stride = device_step_bytes();
  const bool together = length == 12 && get_u32(body + 8) != 0;
  if (device.image_bytes == 0) return refused(NAK_NO_MODEL, 0);
  if (!together && count > TIME_MAX_COUNT) return refused(NAK_RANGE, TIME_MAX_COUNT);
  if (device.data_bytes < stride) return refused(NAK_RANGE, device.data_bytes);
  port_flush();
  struct timing unused = {0, UINT32_MAX, 0};
  for (uint32_t i = 0; i < warmup; i++) device_step(device.data, &unused);
  return together ? time_together(count) : time_each(count);
}

static struct outcome mark(const uint8_t *body) {
  port_marker(body[0] != 0);
  return done(0);
}

static struct outcome answer(uint8_t type, const uint8_t *body, uint32_t length) {
  // Least and most bytes of the body, by type.
  static const struct {
    uint16_t least, most;
  } lengths[] = {
      [FRAME_HELLO - FRAME_HELLO] = {0, 0},   [FRAME_BEGIN - FRAME_HELLO] = {12, 12},
      [FRAME_DATA - FRAME_HELLO] = {5, 512},  [FRAME_END - FRAME_HELLO] = {0, 0},
      [FRAME_WRITE - FRAME_HELLO] = {9, 512}, [FRAME_READ - FRAME_HELLO] = {12, 12},
      [FRAME_RUN - FRAME_HELLO] = {8, 8},     [FRAME_TIME - FRAME_HELLO] = {8, 12},
      [FRAME_MARK - FRAME_HELLO] = {1, 1},
  };
  const uint32_t i = type - FRAME_HELLO;
  if (length < lengths[i].least || length > lengths[i].most) return refused(NAK_LENGTH, length);
  switch (type) {
  case FRAME_HELLO:
    return done(hello(reply + FRAME_HEAD));
  case FRAME_BEGIN:
    return begin(body);
  case FRAME_DATA:
    return data(body, length);
  case FRAME_END:
    return end();
  case FRAME_WRITE:
    return write_region(body, length);
  case FRAME_READ:
    return read_region(body);
  case FRAME_RUN:
    return run(body);
  case FRAME_TIME:
    return time_steps(body, length);
  default:
    return mark(body);
  }
}

void frames_handle(uint8_t *encoded, uint32_t encoded_length) {
  const uint32_t length = decode(encoded, encoded_length);
  const uint8_t *frame = encoded;
  if (length < FRAME_HEAD + FRAME_CRC || !frame_is_request(frame[0]) ||
      get_u32(frame + length - FRAME_CRC) != crc32(0, frame, length - FRAME_CRC)) {
    // The last reply stays: this may be its request again, damaged, and a run must not be done twice.
    uint8_t damaged[FRAME_HEAD + 8 + FRAME_CRC];
    send(damaged, nak(damaged, 0, NAK_DAMAGED, 0));
    return;
  }
  const uint8_t type = frame[0], seq = frame[1];
  const uint32_t crc = get_u32(frame + length - FRAME_CRC);
  if (answered.type != type || answered.seq != seq || answered.crc != crc) {
    const struct outcome outcome = answer(type, frame + FRAME_HEAD, length - FRAME_HEAD - FRAME_CRC);
    answered.type = type;
    answered.seq = seq;
    answered.crc = crc;
    reply_length = outcome.code != 0 ? nak(reply, seq, outcome.code, outcome.value)
                                     : seal(reply, type | FRAME_REPLY, seq, outcome.length);
  }
  send(reply, reply_length);
}
