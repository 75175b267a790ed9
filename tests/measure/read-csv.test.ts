import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTable } from "../../bindings/measure/read-csv.ts";
import { readTrace } from "../../bindings/measure/read-trace.ts";
import type { TableOptions } from "../../bindings/measure/sample-rows.ts";
import { CellReader, Lines } from "../../bindings/measure/table.ts";
import { type Trace, timeAt } from "../../bindings/measure/trace.ts";

const read = (text: string, options?: TableOptions) => readTable(Buffer.from(text), "t.csv", options);

/** Time, power and bits of a sample. */
function sample(trace: Trace, i: number) {
  const { quantity, markers } = trace;
  if (quantity.kind === "energy") throw new Error("no energies in tables");
  const watts =
    quantity.kind === "power"
      ? quantity.watts[i]!
      : quantity.amperes[i]! * (typeof quantity.volts === "number" ? quantity.volts : quantity.volts[i]!);
  return { seconds: timeAt(trace, i), watts, bits: markers?.bits[i] ?? null };
}

/** Two rows each: 1 ms apart, the second with 5 mA at 3 V and its marker high. */
const TABLES: [string, string, TableOptions?][] = [
  ["Nordic's Power Profiler", "Timestamp(ms),Current(uA),D0,D1\n0,1,0,0\n1,5000.000,1,0\n", { volts: 3 }],
  [
    "the same with packed inputs",
    "Timestamp(ms),Current(uA),D0-D7\n0,1,00000000\n1,5000,10000000\n",
    { volts: 3 },
  ],
  ["Joulescope", "# timestamp,JS220-1.current,JS220-1.voltage,JS220-1.gpi[0]\n0,1e-6,3,0\n1e-3,5e-3,3,1\n"],
  ["a meter", "t_us,current_mA,bus_mV,trig\n1000,0.001,3000,0\n2000,5,3000,1\n"],
  ["a shunt monitor", "t_us,shunt_uV,bus_mV,trig\n1000,0,3000,0\n2000,500,3000,1\n", { shuntOhm: 0.1 }],
  ["a spreadsheet of decimal commas", "Time [s];Power [mW];mark\n0,000;0,1;0\n0,001;15,0;1\n"],
  ["tabs and quotes", '"time (ms)"\t"I (mA)"\t"U (V)"\t"trigger"\r\n0\t0\t3\tlow\r\n1\t5\t3\thigh\r\n'],
  ["words for units", "seconds,amps,volts,marker\n0,0,3,0\n0.001,0.005,3,1\n"],
  [
    "an oscilloscope",
    "x,CH1,CH2\n0,0,0\n0.001,0.005,1\n",
    { columns: "time=x:s,current=CH1:A,marker=CH2", volts: 3 },
  ],
  ["columns by number", "a,b,c\n0,0,0\n0.001,15,1\n", { columns: "time=0:s,power=1:mW,marker=2" }],
  ["no times", "current_mA,marker\n0,0\n5,1\n", { volts: 3, samplesPerSecond: 1000 }],
  ["comments and empty lines", "# made\n\ntime_s,power_mW,marker\n# on\n0,0,0\n\n0.001,15,1\n"],
  ["a serial plotter", "t_ms:0 power_mW:0 marker:0\r\nt_ms:1 power_mW:15 marker:1\r\n"],
]; // prettier-ignore

describe("tables", () => {
  it.each(TABLES)("of %s", (_, text, options) => {
    const trace = read(text, options);
    const [first, second] = [sample(trace, 0), sample(trace, 1)];
    expect(second.seconds - first.seconds).toBeCloseTo(1e-3, 12);
    expect(second.watts).toBeCloseTo(15e-3, 12);
    expect([first.bits, second.bits]).toEqual([0, 1]);
  });

  it("say when a unit was assumed", () => {
    expect(read("time,power\n0,1\n1,2\n").notes).toEqual([
      '"time" has no unit in its name: taken as seconds',
      '"power" has no unit in its name: taken as watts',
    ]);
  });

  it.each([
    ["a cell that is no number", "t_s,i_A\n0,1\n1,x\n", 't.csv:3: "i_A" expected a number, found "x"'],
    ["a time that goes back", "t_s,i_A\n1,1\n0.5,1\n", 't.csv:3: "t_s" expected a time after 1, found "0.5"'],
    ["a missing field", "t_s,i_A\n0,1\n1\n2,1\n", "t.csv:3: expected 2 fields as in the header, found 1"],
    ["a marker of 2", "t_s,i_A,trig\n0,1,2\n1,1,0\n", 't.csv:2: "trig" expected 0 or 1, found "2"'],
    [
      "no current",
      "t_s,temperature\n0,1\n",
      "t.csv: expected a column with current or power, such as Current(uA) or " +
        "power_mW, found t_s, temperature (--columns says which it is)",
    ],
    ["no header", "0,1\n1,2\n", "t.csv: expected a header line with the names of the columns, found none"],
    ["no rows", "t_s,i_A\n", "t.csv: expected at least two rows of samples, found 0"],
    ["nothing", "", "t.csv: expected a header line with the names of the columns, found an empty file"],
    [
      "no times",
      "i_A\n1\n2\n",
      "t.csv: expected a column with times, such as Timestamp(ms), found none (--rate gives the " +
        "samples a second)",
    ],
    [
      "no voltage",
      "t_s,i_A\n0,1\n1,2\n",
      "t.csv: expected a supply voltage, which the file does not hold, found none " +
        "(--voltage gives it in volts)",
    ],
  ])("with %s are refused in one line", (_, text, message) => {
    // prettier-ignore
    expect(() => read(text)).toThrow(message);
  });

  it("with more than eight markers are refused", () => {
    const names = Array.from({ length: 9 }, (_, i) => `gpio${i}`);
    const text = `t_s,i_A,${names}\n0,1${",0".repeat(9)}\n1,1${",1".repeat(9)}\n`;
    expect(() => read(text, { volts: 3 })).toThrow(
      /^t\.csv: expected at most 8 columns with markers, found 9/,
    );
    expect(read(text, { volts: 3, columns: "marker=gpio8" }).markers!.names).toEqual(["gpio8"]);
  });

  it("keep NaN as missing and overflow as saturated", () => {
    const trace = read("t_s,power_W\n0,1\n1,nan\n2,ovf\n3,\n4,2\n");
    if (trace.quantity.kind !== "power") throw new Error("powers expected");
    expect([...trace.quantity.watts]).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 2]);
    expect(trace.saturated).toEqual([2]);
  });

  it("refuse a column that is asked for and absent, with the nearest", () => {
    expect(() => read("zeit,strom\n0,1\n1,2\n", { columns: "time=zeit:ms,current=storm:mA" })).toThrow(
      't.csv: "storm" expected a column of this name, found zeit, strom (did you mean "strom"?)',
    );
    expect(() => read("zeit,strom\n0,1\n1,2\n", { columns: "current=strom:mV" })).toThrow(
      'columns: "strom" expected a unit of current, such as mA, found "mV"',
    );
  });

  it("may be gzipped", async () => {
    const { gzipSync } = await import("node:zlib");
    const { trace } = await readTrace(gzipSync("t_ms,power_mW\n0,1\n1,3\n"), "t.csv.gz");
    expect(sample(trace, 1)).toEqual({ seconds: 0.001, watts: 0.003, bits: null });
    const cut = gzipSync("t_ms,power_mW\n0,1\n1,3\n").subarray(0, 20);
    await expect(readTrace(cut, "t.csv.gz")).rejects.toThrow(
      "t.csv.gz: expected a complete gzip file, found one that cannot be unpacked",
    );
  });
});

describe("a number in a cell", () => {
  const parse = (text: string) => {
    const lines = new Lines(Buffer.from(`${text},x`));
    lines.next();
    const cells = new CellReader(lines, { delimiter: ",", decimalComma: false });
    cells.begin();
    cells.advance();
    return cells.number();
  };

  it("is what the engine reads", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), (value) => {
        expect(parse(String(value))).toBe(Number(String(value)));
        const fixed = value.toFixed(Math.abs(value) < 1e6 ? 6 : 0);
        expect(parse(fixed)).toBe(Number(fixed));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["", "-", ".", "1.2.3", "0x10", "1 2", "e5", "--1"])("is none in %j", (text) => {
    expect(parse(text)).toBeUndefined();
  });
});
