// Power traces of every instrument that is read from a file, and lists of marks. The first byte says with which options; the rest
// is the file.

import { deflateRawSync, gzipSync } from "node:zlib";
import { parseMarks } from "../../bindings/measure/read-mlperf.ts";
import { type ReadTraceOptions, readTrace } from "../../bindings/measure/read-trace.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import type { FuzzTarget } from "./engine.ts";
import { utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";

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

const BINARY =
  "PowerShield > ack output energy\nPowerShield > ack volt 3292-03\nPowerShield > ack freq 1k\n" +
  "PowerShield > ack format bin_hexa\nPowerShield > ack start\n";
const MARKS = '{"timestamps_s":[0.5,1.5,2]}';
const PERCEPIO = "t,i,p,marker,gpio1\n0,1,2,low,1\n1,nan,2,high,0\n2,1,2,on,0\n";

/** What a user may say of a file. */
const OPTIONS: readonly ReadTraceOptions[] = [
  { volts: 3.3, shuntOhm: 0.1, samplesPerSecond: 1000 },
  {},
  { volts: 3.3 },
  { shuntOhm: 0.1, shuntTolerance: 0.005 },
  { columns: "time=0:ms,current=1:mA,marker=D0", volts: 3 },
  { instrument: "ina226", shuntOhm: 0.1, volts: 1.8 },
  { format: "csv", samplesPerSecond: 100, volts: 1.8 },
];
const MARKS_OPTION = OPTIONS.length;

/** Samples and messages of ST's board in its binary form. */
const binary = (): Uint8Array =>
  Uint8Array.from([
    ...utf8(BINARY),
    ...[0x41, 0x23, 0x41, 0x24, 0xf0, 0xf3, 0, 0, 0, 2, 5, 0xff, 0xff, 0x41, 0x25],
    ...[0xf0, 0xf1, 0x6f, 0x68, 0xff, 0xff, 0xf0, 0xf5, 0xff, 0xff, 0x41, 0x26, 0xf0, 0xf4, 0xff, 0xff],
    ...utf8("\nPowerShield > Acquisition completed\n"),
  ]);

/** The file as the options with this number are tried on it. */
const withOptions = (option: number, file: Uint8Array | string): Uint8Array =>
  Uint8Array.from([0x30 + option, ...(typeof file === "string" ? utf8(file) : file)]);

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

/** A `.ppk2`: a zip archive of two files, stored or packed. */
function archive(isPacked: boolean): Uint8Array {
  const files = [
    ["session.raw", new Uint8Array(24).fill(0x3f)],
    ["metadata.json", utf8('{"metadata":{"samplesPerSecond":1000}}')],
  ] as const;
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, plain] of files) {
    const data = isPacked ? deflateRawSync(plain) : plain;
    const local = new Uint8Array(30 + name.length + data.length);
    const view = new DataView(local.buffer);
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(26, name.length, true);
    local.set(utf8(name), 30);
    local.set(data, 30 + name.length);
    const entry = new Uint8Array(46 + name.length);
    const entryView = new DataView(entry.buffer);
    entryView.setUint32(0, 0x02014b50, true);
    entryView.setUint16(10, isPacked ? 8 : 0, true);
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
  codes: ["bad-file", "bad-config", "bad-input", "device-refused"],
  // The buffers of the decoders start at 64 Ki samples.
  allocationBytes: 1 << 21,
  // A stamp of ST's instrument stands for up to ten seconds of samples that were lost, at up to 100 kHz.
  allocationPerByte: 1 << 10,
  stepsPerByte: 4000,
  seeds: () => [
    ...[PLAIN, METER, PPK2, GERMAN.replace("Strom", "current_mA"), PLOTTER, LPM01A, RUNNER].map((text) =>
      withOptions(0, text),
    ),
    ...[PLAIN, PERCEPIO].map((text) => withOptions(1, text)),
    withOptions(2, PPK2),
    ...[METER, gzipSync(METER)].map((file) => withOptions(3, file)),
    withOptions(4, PLAIN),
    withOptions(5, METER),
    withOptions(6, GERMAN.replace("Strom", "current_mA")),
    withOptions(MARKS_OPTION, MARKS),
    withOptions(MARKS_OPTION, "[0.5,1.5]"),
    ...[energyTrace(), stream(), archive(false), archive(true), binary()].map((file) => withOptions(0, file)),
  ],
  async read(input) {
    const option = (input[0] ?? 0) % (OPTIONS.length + 1);
    const file = input.subarray(1);
    if (option === MARKS_OPTION) {
      const { seconds } = parseMarks(parseJson(new TextDecoder().decode(file), SOURCE, "bad-input"), SOURCE);
      if (!seconds.every(Number.isFinite)) throw new Broken("a mark at no time");
      return `marks, ${Math.min(3, seconds.length)}`;
    }
    const { trace: found, windows } = await readTrace(file, SOURCE, OPTIONS[option]);
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
    } else if (!(clock.samplesPerSecond > 0 && clock.samplesPerSecond < Number.POSITIVE_INFINITY))
      throw new Broken("a rate that is none");
    if (windows !== undefined && windows.by === "pairs") {
      const { seconds } = windows.marks;
      if (seconds.some((time) => !(time >= 0))) throw new Broken("a mark before the first sample");
    }
    return `${instrument.replace(/ with .*/s, "")}, ${clock.kind}, ${quantity.kind}, ${edges === null ? "no edges" : "edges"}`;
  },
};

function lengthOf(quantity: { kind: string }): number {
  const { watts, microjoules } = quantity as { watts?: Float64Array; microjoules?: Float64Array };
  return (watts ?? microjoules)!.length;
}
