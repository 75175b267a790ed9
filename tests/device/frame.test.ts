import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cobsDecode,
  cobsEncode,
  decodeFrame,
  encodeFrame,
  FrameReader,
} from "../../bindings/device/frame.ts";

/** Bytes with as many zeros as a test likes. */
const mixed = fc
  .array(fc.oneof(fc.constant(0), fc.nat(255)), { maxLength: 600 })
  .map((values) => Uint8Array.from(values));

describe("COBS", () => {
  // Examples of the article on Wikipedia, "Consistent Overhead Byte Stuffing".
  it.each([
    [[0x00], [0x01, 0x01]],
    [
      [0x00, 0x00],
      [0x01, 0x01, 0x01],
    ],
    [
      [0x00, 0x11, 0x00],
      [0x01, 0x02, 0x11, 0x01],
    ],
    [
      [0x11, 0x22, 0x00, 0x33],
      [0x03, 0x11, 0x22, 0x02, 0x33],
    ],
    [
      [0x11, 0x22, 0x33, 0x44],
      [0x05, 0x11, 0x22, 0x33, 0x44],
    ],
    [
      [0x11, 0x00, 0x00, 0x00],
      [0x02, 0x11, 0x01, 0x01, 0x01],
    ],
  ])("encodes %j as %j", (bytes, encoded) => {
    expect([...cobsEncode(Uint8Array.from(bytes))]).toEqual(encoded);
  });

  it("needs no code behind a run of 254", () => {
    const run = Uint8Array.from({ length: 254 }, (_, i) => i + 1);
    expect([...cobsEncode(run)]).toEqual([0xff, ...run]);
    expect([...cobsEncode(Uint8Array.of(...run, 255))]).toEqual([0xff, ...run, 0x02, 255]);
    expect([...cobsEncode(Uint8Array.of(...run, 0))]).toEqual([0xff, ...run, 0x01, 0x01]);
  });

  it("holds no zero and comes back", () => {
    fc.assert(
      fc.property(mixed, (bytes) => {
        const encoded = cobsEncode(bytes);
        expect(encoded.includes(0)).toBe(false);
        expect(cobsDecode(encoded)).toEqual(bytes);
      }),
    );
  });
});

describe("frames", () => {
  it("carry zlib's CRC-32 of type, seq and body", () => {
    const bytes = encodeFrame({ type: 0x81, seq: 7, body: Uint8Array.of(1, 0, 2) });
    const frame = cobsDecode(bytes.subarray(1, -1))!;
    expect(Buffer.from(frame).readUInt32LE(5)).toBe(crc32(frame.subarray(0, 5)));
  });

  it("are found in a stream in pieces, between text", () => {
    fc.assert(
      fc.property(fc.array(mixed.filter((b) => b.length <= 512)), fc.nat(50), (bodies, size) => {
        const frames = bodies.map((body, i) => ({ type: 0xc1, seq: i & 255, body }));
        const stream = Buffer.concat(
          frames.flatMap((frame) => [Buffer.from("m-ready\r\n"), encodeFrame(frame)]),
        );
        let text = "";
        const reader = new FrameReader((part) => {
          text += part;
        });
        const found = [];
        for (let at = 0; at < stream.length; at += size + 1)
          found.push(...reader.push(stream.subarray(at, at + size + 1)));
        expect(found).toEqual(frames);
        expect(text).toBe("m-ready\r\n".repeat(bodies.length));
      }),
    );
  });

  it("with a flipped bit are none", () => {
    const bytes = encodeFrame({ type: 0x81, seq: 1, body: Uint8Array.from({ length: 20 }, (_, i) => i) });
    for (let bit = 8; bit < 8 * (bytes.length - 1); bit++) {
      const damaged = bytes.slice(1, -1);
      damaged[(bit >> 3) - 1]! ^= 1 << (bit & 7);
      expect(decodeFrame(damaged)).toBeNull();
    }
  });
});
