// Constants of the protocol between host and firmware. boards/common/protocol.h defines and documents it; a test compares
// the two files.

export const PROTOCOL_VERSION = 1;
export const FRAME_MAX_BODY = 512;
export const FRAME_SILENCE_US = 50000;

export const FrameType = {
  HELLO: 0x81,
  BEGIN: 0x82,
  DATA: 0x83,
  END: 0x84,
  WRITE: 0x85,
  READ: 0x86,
  RUN: 0x87,
  TIME: 0x88,
  MARK: 0x89,
  REPLY: 0x40,
  NAK: 0xff,
} as const;

export const NakCode = {
  DAMAGED: 1,
  LENGTH: 2,
  NO_MODEL: 3,
  MEMORY: 4,
  OFFSET: 5,
  CHECKSUM: 6,
  REJECTED: 7,
  FLOAT: 8,
  IN_FLASH: 9,
  RANGE: 10,
} as const;

export const HelloFlag = { EMULATED: 1, FLOAT_OK: 2, MODEL: 4, IN_FLASH: 8, ENERGY_MODE: 16 } as const;
export const Region = { ARENA: 0, DATA: 1 } as const;
export const RUN_RESET = 1;
export const TIME_MAX_COUNT = FRAME_MAX_BODY / 4;
