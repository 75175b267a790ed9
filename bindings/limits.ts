// What a file from a stranger may make us allocate. A file beyond is refused before it is unfolded.

import { complain, type ErrorCode } from "./errors.ts";

/** A checkpoint, trace or image: what Node reads into one buffer. */
export const MAX_FILE_BYTES = 2 ** 31 - 1;
/** A JSON text: a record of ten thousand entries with their breakdown has 20 MB. */
export const MAX_JSON_BYTES = 64 * 2 ** 20;
/** Arrays and objects inside each other; our own files have 8. */
export const MAX_JSON_DEPTH = 100;
/** A suite or a sweep's space, written by hand: their readers take time, and anchors unfold. */
export const MAX_YAML_BYTES = 2 ** 20;
/** A table of data, of which every cell becomes a string. */
export const MAX_CSV_BYTES = 128 * 2 ** 20;
/** Lines of a history: a record of a hundred entries a day for 27 years. */
export const MAX_HISTORY_LINES = 1_000_000;
/** JSON in front of the tensors of a checkpoint: a hundred bytes a tensor. */
export const MAX_HEADER_BYTES = 16 * 2 ** 20;

/** Bytes that a packed file may unfold to. A trace of ten million equal rows unfolds by 200. */
export function maxUnpackedBytes(packedBytes: number): number {
  return Math.min(2 ** 30, 64 * 2 ** 20 + 256 * packedBytes);
}

/** Throws when a file has more bytes than its kind may have. */
export function expectAtMost(
  maxBytes: number,
  bytes: number,
  source: string,
  code: ErrorCode = "bad-file",
): void {
  if (bytes <= maxBytes) return;
  throw complain(code, source, { expected: `at most ${maxBytes} bytes`, found: String(bytes) });
}
