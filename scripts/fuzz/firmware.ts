// The firmware's own reader of frames and text, compiled for this machine with gcc's sanitizers: requests of a whole session
// with one changed, between text that is none. It must not end, must not answer more than it was asked, and must still say who
// it is afterwards.

import { DeviceSession } from "../../bindings/device/device-session.ts";
import { encodeFrame, type Frame, FrameReader } from "../../bindings/device/frame.ts";
import type { Link } from "../../bindings/device/link.ts";
import { MlperfSession } from "../../bindings/device/mlperf-session.ts";
import { compile } from "../../bindings/image/compile.ts";
import { buildHostFirmware, HostDevice, HostLink } from "../../tests/firmware/host-device.ts";
import { randomModel, TestRandom } from "../../tests/network/random-model.ts";
import type { Finding, FuzzOptions, FuzzResult } from "./engine.ts";
import { mutate } from "./mutate.ts";

const WORDS = [
  "name%",
  "profile%",
  "timestamp%",
  "db load 8%",
  "db 00ff%",
  "infer 1 0%",
  "results%",
  "%",
  "%%",
  "db load 99999999999%",
];
/** Requests between two questions who it is. */
const BATCH = 64;
/** Batches between two resets. */
const LIFE = 50;
/** Of what the firmware may say to one request. */
const LONGEST_ANSWER = 1 << 16;

/** What a session sends: an upload, a run, and MLPerf's commands. */
async function recorded(device: HostDevice): Promise<Uint8Array[]> {
  const sent: Uint8Array[] = [];
  const link = new HostLink(device);
  const spy: Link = {
    name: link.name,
    bytesPerSecond: link.bytesPerSecond,
    send: (bytes) => {
      sent.push(bytes.slice());
      return link.send(bytes);
    },
    receive: (timeoutMs) => link.receive(timeoutMs),
    nowMs: () => link.nowMs(),
    close: () => link.close(),
  };
  const compiled = compile(randomModel(0, { kind: "ncps LTC", maxUnits: 4 }));
  const session = new DeviceSession(spy);
  await session.hello();
  await session.upload(compiled.image, compiled.arenaBytes);
  const text = new MlperfSession(spy);
  await text.name();
  await text.model();
  await text.timestamp();
  return sent;
}

export async function fuzzFirmware({
  executions,
  seed,
  onProgress,
  coverage,
}: FuzzOptions): Promise<FuzzResult> {
  // What runs is no JavaScript.
  coverage?.stop();
  const firmware = buildHostFirmware(["-fsanitize=address"]);
  const findings: Finding[] = [];
  const outcomes = new Map<string, number>();
  let device = new HostDevice(firmware.file);
  let [done, accepted] = [0, 0];
  try {
    await device.banner;
    const seeds = await recorded(device);
    const requests = seeds.flatMap((bytes) => new FrameReader().push(bytes));
    const hello = encodeFrame({ type: requests[0]!.type, seq: 99, body: requests[0]!.body });
    const start = (random: TestRandom, i: number): Uint8Array => {
      const base = random.pick(seeds);
      if (random.chance(0.4)) return mutate(base, random.pick(seeds), WORDS, random);
      return random.chance(0.2)
        ? seeds[i % seeds.length]!
        : encodeFrame(changed(random.pick(requests), random));
    };
    for (let batch = 0; done < executions && findings.length === 0; batch++) {
      const count = Math.min(BATCH, executions - done);
      const parts: Uint8Array[] = [];
      for (let i = 0; i < count; i++)
        parts.push(start(new TestRandom(seed * 0x1000003 + done + i), done + i));
      const input = Buffer.concat(parts).subarray(0, 60_000);
      try {
        if (batch % LIFE === LIFE - 1) await device.reset();
        const answer = await device.take(input);
        if (answer.length > LONGEST_ANSWER * count) throw new Error(`${answer.length} bytes of answer`);
        for (const { type, body } of new FrameReader().push(answer)) {
          const shape = `${type}: ${body[0] ?? ""}`;
          outcomes.set(shape, (outcomes.get(shape) ?? 0) + 1);
          accepted++;
        }
        await device.take(Uint8Array.of(0));
        await device.pass(1_000_000);
        const frames = new FrameReader().push(await device.take(hello));
        const last = frames.at(-1);
        if (last?.seq !== 99 || !Buffer.from(last.body).includes("host"))
          throw new Error("it no longer says who it is");
      } catch (error) {
        findings.push({ target: "firmware", what: (error as Error).message.slice(0, 2000), input });
        device.dispose();
        device = new HostDevice(firmware.file);
      }
      done += count;
      onProgress?.(done & ~0xff);
    }
  } finally {
    device.dispose();
    firmware.dispose();
  }
  return { executions: done, accepted, outcomes, corpus: 0, reach: new Map(), findings };
}

/** A whole frame with another type, number or body. */
function changed({ type, seq, body }: Frame, random: TestRandom): Frame {
  const bytes = Uint8Array.from(body);
  for (let i = random.integer(0, 4); i > 0 && bytes.length > 0; i--) {
    bytes[random.integer(0, bytes.length - 1)] = random.pick([
      0,
      1,
      4,
      127,
      128,
      255,
      random.integer(0, 255),
    ]);
  }
  return {
    type: random.chance(0.1) ? random.integer(0, 255) : type,
    seq: random.chance(0.5) ? seq : random.integer(0, 255),
    body: bytes.subarray(0, random.chance(0.2) ? random.integer(0, bytes.length) : bytes.length),
  };
}
