// Talks to the firmware of boards/common over any link: requests with acknowledgement, repeated until they are answered.

import { complain, LiquidEdgeError } from "../errors.ts";
import { crc32 } from "../image/crc32.ts";
import { REJECT_TEXTS } from "../image/reject-codes.ts";
import { encodeFrame, type Frame, FrameReader } from "./frame.ts";
import { type Hello, parseHello } from "./hello.ts";
import type { Link } from "./link.ts";
import { FRAME_MAX_BODY, FrameType, NakCode, RUN_RESET, TIME_MAX_COUNT } from "./protocol.ts";

/** Waiting for a reply, beyond the time that the bytes take. */
const LEAST_TIMEOUT_MS = 200;
const TRIES = 6;
/** How often an upload may start again before it is given up. */
const RESTARTS = 3;
/** Longest time that a request may compute. */
const COMPUTE_DEADLINE_MS = 120_000;

export interface RunReport {
  /** What the core said of the last step: `StepStatus`. */
  status: number;
  steps: number;
  /** Of the device's counter, over all steps. */
  ticks: bigint;
  leastTicks: number;
  mostTicks: number;
}

/** Of the device's counter, over a run of inferences. */
export interface RunTicks {
  ticks: bigint;
  leastTicks: number;
  mostTicks: number;
}

export interface DeviceSessionOptions {
  /** What the device prints between frames. */
  onText?: (text: string) => void;
}

/** The device's answer that a request cannot be done. */
class Refusal extends LiquidEdgeError {
  readonly nak: number;
  /** A number that belongs to the code; see boards/common/protocol.h. */
  readonly value: number;

  constructor(nak: number, value: number, message: string) {
    super("device-refused", message);
    this.nak = nak;
    this.value = value;
  }
}

/** A conversation with a device. It has at most one request under way. */
export class DeviceSession {
  readonly #link: Link;
  readonly #reader: FrameReader;
  #seq: number;
  #arrived: Frame[] = [];
  #retransmissions = 0;

  constructor(link: Link, { onText }: DeviceSessionOptions = {}) {
    this.#link = link;
    this.#reader = new FrameReader(onText);
    // A device that answered an earlier session's request of the same number would answer again what it said then.
    this.#seq = Math.floor(link.nowMs()) & 0xff;
  }

  /** Requests that were sent again so far. */
  get retransmissions(): number {
    return this.#retransmissions;
  }

  async hello(): Promise<Hello> {
    return parseHello(await this.#request(FrameType.HELLO, new Uint8Array(0)), this.#link.name);
  }

  /**
   * Sends an image, going on where an upload of the same image broke off.
   * @returns bytes that the device has left for steps
   * @throws Refusal when the image does not fit or the device's core does not accept it
   */
  async upload(
    image: Uint8Array,
    arenaBytes: number,
    onProgress: (sent: number, total: number) => void = () => {},
  ): Promise<number> {
    const crc = crc32(image);
    for (let restarts = 0; ; restarts++) {
      try {
        let at = word(await this.#request(FrameType.BEGIN, words(image.length, crc, arenaBytes)), 0);
        while (at < image.length) {
          onProgress(at, image.length);
          at = await this.#sendPart(image, at);
        }
        onProgress(at, image.length);
        const reply = await this.#request(FrameType.END, new Uint8Array(0), COMPUTE_DEADLINE_MS);
        if (word(reply, 0) === crc) return word(reply, 1);
        throw this.#complain("an image with the CRC that was sent", "another one");
      } catch (error) {
        // The device was restarted meanwhile, or another program sent it something else.
        const isLost = error instanceof Refusal && isRestart(error.nak);
        if (!isLost || restarts >= RESTARTS) throw error;
      }
    }
  }

  /** Sends one part of an image from `at` on and returns where to go on. */
  async #sendPart(image: Uint8Array, at: number): Promise<number> {
    const part = image.subarray(at, at + FRAME_MAX_BODY - 4);
    try {
      return word(await this.#request(FrameType.DATA, joined(words(at), part)), 0);
    } catch (error) {
      if (error instanceof Refusal && error.nak === NakCode.OFFSET && error.value <= image.length)
        return error.value;
      throw error;
    }
  }

  /** Writes bytes into a region (protocol.ts). */
  async write(region: number, offset: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += FRAME_MAX_BODY - 8) {
      const part = bytes.subarray(at, at + FRAME_MAX_BODY - 8);
      await this.#request(FrameType.WRITE, joined(words(region, offset + at), part));
    }
  }

  async read(region: number, offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += FRAME_MAX_BODY) {
      const n = Math.min(FRAME_MAX_BODY, length - at);
      bytes.set(await this.#request(FrameType.READ, words(region, offset + at, n)), at);
    }
    return bytes;
  }

  /** Runs `steps` steps of the data region. */
  async run(steps: number, { reset = false } = {}): Promise<RunReport> {
    const body = words(steps, reset ? RUN_RESET : 0);
    const reply = await this.#request(FrameType.RUN, body, COMPUTE_DEADLINE_MS);
    return {
      status: word(reply, 0),
      steps: word(reply, 1),
      ticks: (BigInt(word(reply, 3)) << 32n) | BigInt(word(reply, 2)),
      leastTicks: word(reply, 4),
      mostTicks: word(reply, 5),
    };
  }

  /** Ticks of each of `count` inferences of the first step, behind `warmup` ones that are not timed. */
  async time(count: number, warmup: number): Promise<Uint32Array> {
    const all = new Uint32Array(count);
    for (let at = 0; at < count; at += TIME_MAX_COUNT) {
      const n = Math.min(TIME_MAX_COUNT, count - at);
      const reply = await this.#request(FrameType.TIME, words(at === 0 ? warmup : 0, n), COMPUTE_DEADLINE_MS);
      for (let i = 0; i < n; i++) all[at + i] = word(reply, i);
    }
    return all;
  }

  /**
   * Times `count` inferences in one run, behind `warmup` ones that are not timed; the marker is high from the first to the last.
   * Gives the ticks of all of them and of the shortest and longest.
   */
  async timeTogether(count: number, warmup: number): Promise<RunTicks> {
    const reply = await this.#request(FrameType.TIME, words(warmup, count, 1), COMPUTE_DEADLINE_MS);
    const ticks = BigInt(word(reply, 0)) | (BigInt(word(reply, 1)) << 32n);
    return { ticks, leastTicks: word(reply, 2), mostTicks: word(reply, 3) };
  }

  async mark(high: boolean): Promise<void> {
    await this.#request(FrameType.MARK, Uint8Array.of(high ? 1 : 0));
  }

  /** Gives the link back. */
  close(): Promise<void> {
    return this.#link.close();
  }

  /**
   * The body of the reply. The request is sent again when it or its reply got lost: `TRIES` times, or until
   * `computeMs` have passed when the device has to compute.
   */
  async #request(type: number, body: Uint8Array, computeMs = 0): Promise<Uint8Array> {
    this.#seq = (this.#seq + 1) & 0xff;
    const seq = this.#seq;
    const bytes = encodeFrame({ type, seq, body });
    const wireMs = (1000 * (bytes.length + FRAME_MAX_BODY)) / this.#link.bytesPerSecond;
    const timeoutMs = LEAST_TIMEOUT_MS + wireMs + (computeMs > 0 ? 1000 : 0);
    const deadline = this.#link.nowMs() + computeMs;
    for (let tries = 0; tries < TRIES || this.#link.nowMs() < deadline; tries++) {
      if (tries > 0) this.#retransmissions++;
      await this.#link.send(bytes);
      const reply = await this.#waitFor(seq, type, timeoutMs);
      if (reply === null) continue;
      if (reply.type === (type | FrameType.REPLY)) return reply.body;
      throw this.#refusal(word(reply.body, 0), word(reply.body, 1));
    }
    throw new LiquidEdgeError(
      "device-silent",
      `${this.#link.name}: expected a reply to request ${type.toString(16)}, found none within ` +
        `${TRIES} tries of ${timeoutMs.toFixed(0)} ms`,
    );
  }

  /** The reply to the request, or null when it did not come or came as "damaged". */
  async #waitFor(seq: number, type: number, timeoutMs: number): Promise<Frame | null> {
    const deadline = this.#link.nowMs() + timeoutMs;
    for (;;) {
      for (;;) {
        const frame = this.#arrived.shift();
        if (frame === undefined) break;
        const isNak = frame.type === FrameType.NAK && frame.body.length === 8;
        if (isNak && word(frame.body, 0) === NakCode.DAMAGED) return null;
        if (frame.seq === seq && (isNak || frame.type === (type | FrameType.REPLY))) return frame;
      }
      const left = deadline - this.#link.nowMs();
      if (left <= 0) return null;
      this.#arrived.push(...this.#reader.push(await this.#link.receive(left)));
    }
  }

  #refusal(nak: number, value: number): Refusal {
    const [expected, found, hint] = refusalOf(nak, value) ?? ["a reply", `refusal ${nak} (${value})`];
    const advice = hint === undefined ? "" : ` (${hint})`;
    return new Refusal(nak, value, `${this.#link.name}: expected ${expected}, found ${found}${advice}`);
  }

  #complain(expected: string, found: string): LiquidEdgeError {
    return complain("device-refused", this.#link.name, { expected, found });
  }
}

/** Refusals that a new start of the upload may cure. */
function isRestart(nak: number): boolean {
  return nak === NakCode.NO_MODEL || nak === NakCode.OFFSET || nak === NakCode.RANGE;
}

/** What was expected, what was found, and what to do about it; null for a code that nobody knows. */
function refusalOf(nak: number, value: number): [string, string, string?] | null {
  switch (nak) {
    case NakCode.LENGTH:
      return ["a request of the right length", `${value} bytes`];
    case NakCode.NO_MODEL:
      return ["a network on the device", "none", "upload an image first"];
    case NakCode.MEMORY:
      return [`an image and arena of at most ${value} bytes together`, "more"];
    case NakCode.OFFSET:
      return [`a part from byte ${value} on`, "another one"];
    case NakCode.CHECKSUM:
      return ["the checksum of the image", value.toString(16), "bytes were damaged in memory"];
    case NakCode.REJECTED:
      return ["an image", REJECT_TEXTS[value] ?? `reject code ${value}`];
    case NakCode.FLOAT:
      return [
        "an image of integers",
        `one of floats, and a float unit that fails the self-test (hash ${value.toString(16)})`,
      ];
    case NakCode.IN_FLASH:
      return [
        "firmware without an image",
        "one with an image linked into flash",
        "build it with board build --image-in flash --image FILE",
      ];
    case NakCode.RANGE:
      return [`offsets of at most ${value}`, "more"];
    default:
      return null;
  }
}

function word(body: Uint8Array, i: number): number {
  if (4 * i + 4 > body.length) return 0;
  return new DataView(body.buffer, body.byteOffset).getUint32(4 * i, true);
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
