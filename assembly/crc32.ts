// CRC-32 (IEEE 802.3, reflected polynomial 0xedb88320, as in zlib), bit by bit: a table would need 1 KB of arena or a
// data segment, and an image is checked once.

// @ts-nocheck: checked by asc

export function crc32(p: usize, bytes: u32): u32 {
  let crc: u32 = 0xffffffff;
  for (const end = p + bytes; p != end; p++) {
    crc ^= <u32>load<u8>(p);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320 & (0 - (crc & 1)));
  }
  return ~crc;
}
