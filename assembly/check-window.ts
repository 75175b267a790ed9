// Windows of image and arena that `check` and its parts prove.

// @ts-nocheck: checked by asc

import { CONTROL_BYTES, HEADER_BYTES } from "./image";

/** Whether `bytes` at offset `at` of the arena lie inside it and outside its control block, aligned to `align` bytes. */
export function inArenaBytes(at: u32, bytes: u32, align: u32, arenaBytes: u32): bool {
  return at >= CONTROL_BYTES && (at & (align - 1)) == 0 && at <= arenaBytes && bytes <= arenaBytes - at;
}

/** Whether `bytes` at offset `at` of the image lie inside it, behind the header. */
export function inImage(at: u32, bytes: u32, imageBytes: u32): bool {
  return at >= HEADER_BYTES && (at & 3) == 0 && at <= imageBytes && bytes <= imageBytes - at;
}
