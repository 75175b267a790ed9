// The binary half of the protocol: frames 00 COBS(type u8, seq u8, body, crc32 u32) 00 on the UART that also carries the
// text commands of MLPerf Tiny. All numbers are little-endian; the CRC-32 is the one of zlib, over type, seq and body.
// bindings/device/protocol.ts has the same constants; a test compares them.
//
// Types of requests are above the range of ASCII, so that a text command behind a stray 00 is never taken for a frame. A
// reply has the type of its request with REPLY set, or is a NAK: code u8, zero u8 [3], value u32. A request that comes
// twice in a row (type, seq and CRC alike) is answered again, but done once.

#ifndef LIQUID_EDGE_PROTOCOL_H
#define LIQUID_EDGE_PROTOCOL_H

#define PROTOCOL_VERSION 1
#define FRAME_MAX_BODY 512
#define FRAME_SILENCE_US 50000 // ends a frame that did not end itself

enum frame_type {
  FRAME_HELLO = 0x81, // -> version u16, flags u16, core CRC, f32 hash, clock Hz, tick Hz, pool bytes, image bytes, image
                      //    CRC, arena bytes, data bytes, stack bytes, stack bytes used; board, version, kernels: text 0
  FRAME_BEGIN = 0x82, // image bytes, image CRC, arena bytes -> offset to go on from: that of the upload that broke off, or 0
  FRAME_DATA = 0x83,  // offset, bytes -> next offset
  FRAME_END = 0x84,   // -> image CRC read back, data bytes; the image was checked and can run
  FRAME_WRITE = 0x85, // region, offset, bytes -> next offset
  FRAME_READ = 0x86,  // region, offset, length -> bytes
  FRAME_RUN = 0x87,   // steps, flags -> status, steps done, ticks u64, least ticks, most ticks
  FRAME_TIME = 0x88,  // warm-up, count -> ticks of each inference, the marker high during each; with a third word that is not
                      // 0, for an instrument: -> ticks u64, least, most, the marker high from the first to the last
  FRAME_MARK = 0x89,  // 0 or 1: the marker pin
  FRAME_LAST = FRAME_MARK,
  FRAME_REPLY = 0x40,
  FRAME_NAK = 0xff
};

enum nak_code { // value
  NAK_DAMAGED = 1,  // 0
  NAK_LENGTH = 2,   // length of the body
  NAK_NO_MODEL = 3, // 0
  NAK_MEMORY = 4,   // bytes there are for image and arena
  NAK_OFFSET = 5,   // the offset expected
  NAK_CHECKSUM = 6, // the CRC that was read back
  NAK_REJECTED = 7, // reject code of the core
  NAK_FLOAT = 8,    // hash of the float self-test: only integer images run here
  NAK_IN_FLASH = 9, // 0: the image is linked in
  NAK_RANGE = 10    // bytes of the region
};

enum hello_flag {
  HELLO_EMULATED = 1,
  HELLO_FLOAT_OK = 2,
  HELLO_MODEL = 4,    // an image is ready to run
  HELLO_IN_FLASH = 8, // it is linked into flash
  HELLO_ENERGY_MODE = 16
};

// Regions of WRITE and READ. A step in REGION_DATA: elapsed time u32 (as in the arena), inputs, outputs, each padded to 4
// bytes; RUN goes from step to step, takes the inputs and puts the outputs there.
enum region { REGION_ARENA = 0, REGION_DATA = 1 };

#define RUN_RESET 1 // state to zero first
#define TIME_MAX_COUNT (FRAME_MAX_BODY / 4)

#endif
