// Frames of our protocol as this machine reads them: a stream of bytes from a serial line.

import { decodeFrame, encodeFrame, FrameReader } from "../../bindings/device/frame.ts";
import { parseHello } from "../../bindings/device/hello.ts";
import { FRAME_MAX_BODY, PROTOCOL_VERSION } from "../../bindings/device/protocol.ts";
import type { TestRandom } from "../../tests/network/random-model.ts";
import type { FuzzTarget } from "./engine.ts";
import { Broken } from "./judge.ts";

const SOURCE = "fuzz-board";

function hello(): Uint8Array {
  const names = new TextEncoder().encode("qemu-m4f\x000.1.0\x00");
  const body = new Uint8Array(48 + names.length);
  new DataView(body.buffer).setUint16(0, PROTOCOL_VERSION, true);
  body.set(names, 48);
  return body;
}

function frame(type: number, body: Uint8Array): Uint8Array {
  return encodeFrame({ type, seq: 7, body });
}

export const frames: FuzzTarget = {
  name: "frames",
  source: SOURCE,
  words: ["m-ready", "qemu-m4f"],
  codes: ["device-refused"],
  seeds: () => [
    frame(1, hello()),
    frame(0x80, Uint8Array.of(0, 0, 1, 2, 0)),
    Uint8Array.from([
      ...frame(2, new Uint8Array(300).fill(9)),
      ...new TextEncoder().encode("boot\n"),
      ...frame(1, hello()),
    ]),
  ],
  // A frame that is whole, around other bytes: a checksum keeps all others out.
  change(input: Uint8Array, random: TestRandom) {
    const [first] = new FrameReader().push(input);
    const body = Uint8Array.from(first?.body ?? input.subarray(0, FRAME_MAX_BODY));
    for (let i = random.integer(0, 4); i > 0 && body.length > 0; i--) {
      body[random.integer(0, body.length - 1)] = random.pick([0, 1, 10, 27, 65, 255, random.integer(0, 255)]);
    }
    const type = random.chance(0.5) ? (first?.type ?? 1) : random.integer(0, 255);
    return frame(type, body.subarray(0, random.chance(0.3) ? random.integer(0, body.length) : body.length));
  },
  read(input) {
    const texts: string[] = [];
    const reader = new FrameReader((text) => texts.push(text));
    const found = reader.push(input);
    const inPieces = new FrameReader();
    const again = [...input].flatMap((byte) => inPieces.push(Uint8Array.of(byte)));
    if (found.length !== again.length) throw new Broken("other frames when the bytes come one by one");
    let bytes = texts.reduce((sum, text) => sum + text.length, 0);
    for (const [i, one] of found.entries()) {
      if (!same(one.body, again[i]!.body)) throw new Broken("another frame when the bytes come one by one");
      const encoded = encodeFrame(one);
      const back = decodeFrame(encoded.subarray(1, -1));
      if (back === null || back.type !== one.type || !same(back.body, one.body)) {
        throw new Broken("encoded and decoded it is another frame");
      }
      bytes += one.body.length;
    }
    if (bytes > input.length) throw new Broken("more came out than went in");
    const first = found.find(({ type }) => type === 1);
    if (first === undefined) return `text of ${Math.min(3, texts.length)}`;
    const { board, model } = parseHello(first.body, SOURCE);
    return `hello, ${board.length > 0 ? "named" : "unnamed"}, ${model === null ? "empty" : "loaded"}`;
  },
};

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
