import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { measureEnergy } from "../../bindings/measure/measure-energy.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import { unzip } from "../../bindings/measure/unzip.ts";

/** A zip archive (PKWARE's APPNOTE 4.3), every second file deflated, local headers with extra fields as some tools write. */
function zip(files: Record<string, Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  Object.entries(files).forEach(([name, bytes], i) => {
    const packed = i % 2 === 1 ? deflateRawSync(bytes) : Buffer.from(bytes);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(i % 2 === 1 ? 8 : 0, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(6, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(i % 2 === 1 ? 8 : 0, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(bytes.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.alloc(6), packed]);
    parts.push(whole);
    directory.push(entry, Buffer.from(name));
    at += whole.length;
  });
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, entries, end]);
}

const HZ = 10_000;
const N = 4000;

/** 2 mA, D3 high between 0.1 and 0.3 s: pairs 10 are high, 01 low, 11 both. */
function session(): Buffer {
  const raw = Buffer.alloc(6 * N);
  for (let i = 0; i < N; i++) {
    raw.writeFloatLE(2000, 6 * i);
    const high = i >= 0.1 * HZ && i < 0.3 * HZ;
    raw.writeUInt16BE(high ? 0b01_01_01_01_10_01_01_01 : 0b01_01_01_01_01_01_01_01, 6 * i + 4);
  }
  return raw;
}

const metadata = Buffer.from(
  JSON.stringify({ metadata: { samplesPerSecond: HZ, startSystemTime: 1700000000000 }, formatVersion: 2 }),
);

describe("a .ppk2 file", () => {
  it("has currents, inputs and rate", async () => {
    const bytes = zip({
      "minimap.raw": Buffer.alloc(3),
      "session.raw": session(),
      "metadata.json": metadata,
    });
    const { trace } = await readTrace(bytes, "run.ppk2", { volts: 3 });
    const [window] = measureEnergy(trace, { windows: { by: "marker", channel: "D3" } }).windows;
    expect(window!.startSeconds).toBeCloseTo(0.1 - 0.5 / HZ, 9);
    expect(window!.energyUj).toBeCloseTo(2e-3 * 3 * 0.2 * 1e6, 2);
  });

  it("gives back every file of its archive", async () => {
    const files = { a: Buffer.from("stored"), "b/c": Buffer.from("deflated ".repeat(50)) };
    const bytes = zip(files);
    for (const [name, content] of Object.entries(files)) {
      expect(Buffer.from((await unzip(bytes, name, "z"))!)).toEqual(content);
    }
    expect(await unzip(bytes, "none", "z")).toBeNull();
  });

  it.each([
    [
      "cut off",
      zip({ "session.raw": session(), "metadata.json": metadata }).subarray(0, 9000),
      /expected a zip archive, found one that is damaged/,
    ],
    ["without samples", zip({ "metadata.json": metadata }), /found no session\.raw/],
    [
      "without a rate",
      zip({ "session.raw": session(), "metadata.json": Buffer.from("{}") }),
      /"metadata\.samplesPerSecond" expected a positive number/,
    ],
  ])("%s is refused", async (_, bytes, message) => {
    // prettier-ignore
    await expect(readTrace(bytes, "run.ppk2", { volts: 3 })).rejects.toThrow(message);
  });

  it("needs the voltage", async () => {
    const bytes = zip({ "session.raw": session(), "metadata.json": metadata });
    await expect(readTrace(bytes, "run.ppk2")).rejects.toThrow(/run\.ppk2: expected a supply voltage/);
  });
});
