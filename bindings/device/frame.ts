// Frames on a byte stream: 00 COBS(type, seq, body, CRC-32) 00. COBS replaces every zero by the distance to the next one,
// so that zeros occur between frames only (Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999).

import { crc32 } from "../image/crc32.ts";
import { FRAME_MAX_BODY } from "./protocol.ts";

export interface Frame {
  type: number;
  seq: number;
  body: Uint8Array;
}

const HEAD_BYTES = 2;
const CRC_BYTES = 4;
const MAX_ENCODED = HEAD_BYTES + FRAME_MAX_BODY + CRC_BYTES + 3;
const LONGEST_RUN = 254;

/** The bytes that carry a frame, its zeros included. */
export function encodeFrame({ type, seq, body }: Frame): Uint8Array {
  if (body.length > FRAME_MAX_BODY) {
    throw new RangeError(`"body" expected at most ${FRAME_MAX_BODY} bytes, got ${body.length}`);
  }
  const frame = new Uint8Array(HEAD_BYTES + body.length + CRC_BYTES);
  frame[0] = type;
  frame[1] = seq;
  frame.set(body, HEAD_BYTES);
  const checked = frame.length - CRC_BYTES;
  new DataView(frame.buffer).setUint32(checked, crc32(frame.subarray(0, checked)), true);
  const encoded = cobsEncode(frame);
  const bytes = new Uint8Array(encoded.length + 2);
  bytes.set(encoded, 1);
  return bytes;
}

/** The frame in the bytes between two zeros; null when they are none or are damaged. */
export function decodeFrame(encoded: Uint8Array): Frame | null {
  const frame = cobsDecode(encoded);
  if (frame === null || frame.length < HEAD_BYTES + CRC_BYTES) return null;
  const checked = frame.length - CRC_BYTES;
  const crc = new DataView(frame.buffer, frame.byteOffset).getUint32(checked, true);
  if (crc !== crc32(frame.subarray(0, checked))) return null;
  return { type: frame[0]!, seq: frame[1]!, body: frame.slice(HEAD_BYTES, checked) };
}

export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const encoded: number[] = [];
  let codeAt = 0;
  encoded.push(0);
  const close = () => {
    encoded[codeAt] = encoded.length - codeAt;
    codeAt = encoded.length;
  };
  for (const [i, byte] of bytes.entries()) {
    if (byte !== 0) encoded.push(byte);
    // A run of the greatest length stands for no zero, and needs nothing behind it at the end.
    const isFull = encoded.length - codeAt === LONGEST_RUN + 1;
    if (byte === 0 || (isFull && i + 1 < bytes.length)) {
      close();
      encoded.push(0);
    }
  }
  close();
  return Uint8Array.from(encoded);
}

/** Null when the codes do not add up to the length. */
export function cobsDecode(encoded: Uint8Array): Uint8Array | null {
  const decoded = new Uint8Array(encoded.length);
  let to = 0;
  for (let from = 0; from < encoded.length; ) {
    const code = encoded[from++]!;
    if (code === 0 || from + code - 1 > encoded.length) return null;
    for (let i = 1; i < code; i++) decoded[to++] = encoded[from++]!;
    if (code <= LONGEST_RUN && from < encoded.length) decoded[to++] = 0;
  }
  return decoded.subarray(0, to);
}

/** Cuts a stream into frames; what is none is text, which firmware may print between frames. */
export class FrameReader {
  #pending: number[] = [];
  readonly #onText: (text: string) => void;

  constructor(onText: (text: string) => void = () => {}) {
    this.#onText = onText;
  }

  /** The frames that `bytes` complete. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const byte of bytes) {
      if (byte === 0) {
        const frame = decodeFrame(Uint8Array.from(this.#pending));
        if (frame === null) this.#flush();
        else frames.push(frame);
        this.#pending = [];
        continue;
      }
      this.#pending.push(byte);
      if (this.#pending.length > MAX_ENCODED) this.#flush();
    }
    return frames;
  }

  /** What is pending is text. */
  #flush(): void {
    if (this.#pending.length > 0) this.#onText(String.fromCharCode(...this.#pending));
    this.#pending = [];
  }
}
