// Power traces of every instrument that is read from a file.

import { readTrace } from "../../bindings/measure/read-trace.ts";
import { Broken, type FuzzTarget } from "./engine.ts";
import { utf8 } from "./json-change.ts";

const SOURCE = "fuzz-trace.csv";
const PLAIN = "time_ms,current_mA,voltage_V,D0\n0,1.5,3.3,0\n1,2.5,3.3,1\n2,1.25,3.3,1\n3,0.5,3.3,0\n";
const METER =
  "# liquid-edge-meter v1 dev=INA219 shunt_ohm=0.1 fs=1700\nt_us,shunt_uV,bus_mV,trig\n" +
  "1000,4560,3296,0\nE,1500,1\n2000,4570,3296,1\nE,2500,0\n4294967290,4500,3296,0\n5,4500,3296,0\n";
const PPK2 = "Timestamp(ms),Current(uA),D0-D7\n0.00,523.1,00000000\n0.01,530.5,10000000\n0.02,ovf,10000001\n";
const GERMAN = "Zeit;Strom\n0;1,5\n1;2,5\n";
const PLOTTER = "Current:12.3 Voltage:3.3\nCurrent:12.4 Voltage:3.3\n";
const LPM01A =
  "PowerShield > ack output current\nPowerShield > ack volt 3300m\nPowerShield > ack freq 1k\n" +
  "PowerShield > ack format ascii_dec\nPowerShield > ack start\n6409-07\n6409-07\nevent 00 ris\n6410-07\n" +
  "TimeStamp: 000s 004ms, buff 00%\n6409-07\nevent 00 fal\n6409-07\nPowerShield > Acquisition completed\n";
const RUNNER = JSON.stringify([
  {
    infer: { iterations: 2 },
    power: {
      samples: [1e-6, 2e-6, 3e-6],
      timestamps: [
        [1, 0],
        [2, 3],
      ],
    },
  },
]);
const STREAM = "Calibrated: 1\nR0: 1031.64\nR1: 101.65\nVDD: 3300\nGS0: 1\nEND\n";

const OPTIONS = { volts: 3.3, shuntOhm: 0.1, samplesPerSecond: 1000 };

function energyTrace(): Uint8Array {
  const bytes = new Uint8Array(5 + 4 * 6);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0xf1;
  view.setFloat32(1, 1000, true);
  for (let i = 0; i < 6; i++) view.setFloat32(5 + 4 * i, 0.5 + i, true);
  return bytes;
}

/** Samples of a PPK2 whose counter goes on. */
function stream(): Uint8Array {
  const head = utf8(STREAM);
  const bytes = new Uint8Array(head.length + 40 * 4);
  bytes.set(head);
  const view = new DataView(bytes.buffer, head.length);
  for (let i = 0; i < 40; i++) view.setUint32(4 * i, (100 + i) | ((i & 63) << 18), true);
  return bytes;
}

/** A zip archive of stored files, as `.ppk2` is one of packed files. */
function archive(): Uint8Array {
  const files = [
    ["session.raw", new Uint8Array(24).fill(0x3f)],
    ["metadata.json", utf8('{"metadata":{"samplesPerSecond":1000}}')],
  ] as const;
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, data] of files) {
    const local = new Uint8Array(30 + name.length + data.length);
    const view = new DataView(local.buffer);
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(26, name.length, true);
    local.set(utf8(name), 30);
    local.set(data, 30 + name.length);
    const entry = new Uint8Array(46 + name.length);
    const entryView = new DataView(entry.buffer);
    entryView.setUint32(0, 0x02014b50, true);
    entryView.setUint32(20, data.length, true);
    entryView.setUint16(28, name.length, true);
    entryView.setUint32(42, at, true);
    entry.set(utf8(name), 46);
    parts.push(local);
    directory.push(entry);
    at += local.length;
  }
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(10, files.length, true);
  view.setUint32(16, at, true);
  return Uint8Array.from(Buffer.concat([...parts, ...directory, end]));
}

export const trace: FuzzTarget = {
  name: "trace",
  source: SOURCE,
  words: [
    ..."time current voltage power shunt trigger D0-D7 Timestamp(ms) Current(uA) E ovf nan mA uV kW s min".split(
      " ",
    ),
    ..."ack freq 9999999k volt start format bin_hexa output energy TimeStamp: event samples timestamps".split(
      " ",
    ),
    "PowerShield > ack ",
    "TimeStamp: 009s 999ms, buff 00%\n",
    "Calibrated: 1",
    "END",
  ],
  codes: ["bad-file", "bad-config", "device-refused"],
  // The buffers of the decoders start at 64 Ki samples.
  allocationBytes: 1 << 21,
  // A stamp of ST's instrument stands for up to ten seconds of samples that were lost, at up to 100 kHz.
  allocationPerByte: 1 << 10,
  stepsPerByte: 4000,
  seeds: () => [
    ...[PLAIN, METER, PPK2, GERMAN.replace("Strom", "current_mA"), PLOTTER, LPM01A, RUNNER].map(utf8),
    energyTrace(),
    stream(),
    archive(),
  ],
  async read(input) {
    const { trace: found, windows } = await readTrace(input, SOURCE, OPTIONS);
    const { clock, quantity, markers, instrument, saturated, edges } = found;
    const n = "amperes" in quantity ? quantity.amperes.length : lengthOf(quantity);
    if (n === 0) throw new Broken("a trace without samples");
    if (markers !== null && markers.bits.length !== n) throw new Broken("markers for other samples");
    if (!saturated.every((at) => Number.isInteger(at) && at >= 0 && at < n))
      throw new Broken("a sample that is none");
    if (clock.kind === "listed") {
      const { seconds } = clock;
      if (seconds.length !== n) throw new Broken("times for other samples");
      if (seconds.some((time, i) => i > 0 && !(time > seconds[i - 1]!))) {
        // Steps below the resolution of a double are none.
        if (seconds.some((time, i) => i > 0 && time < seconds[i - 1]!)) throw new Broken("time goes back");
      }
    } else if (!(clock.samplesPerSecond > 0)) throw new Broken("a rate that is none");
    if (windows !== undefined && windows.by === "pairs") {
      const { seconds } = windows.marks;
      if (seconds.some((time) => !(time >= 0))) throw new Broken("a mark before the first sample");
    }
    return `${instrument}, ${clock.kind}, ${quantity.kind}, ${edges === null ? "no edges" : "edges"}`;
  },
};

function lengthOf(quantity: { kind: string }): number {
  const { watts, microjoules } = quantity as { watts?: Float64Array; microjoules?: Float64Array };
  return (watts ?? microjoules)!.length;
}
