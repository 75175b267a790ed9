// A trace as a table that `readTable` reads again: time, current and voltage (or power), marker inputs, edges.

import { sampleCount, type Trace, timeAt } from "./trace.ts";

const CHUNK_LINES = 8192;

/** Parts of the file, UTF-8, one after the other. */
export function* traceCsv(trace: Trace): Generator<Uint8Array> {
  const { quantity, markers, edges } = trace;
  const names = markers?.names ?? [];
  const columns =
    quantity.kind === "current"
      ? ["current(A)", "voltage(V)"]
      : [quantity.kind === "power" ? "power(W)" : "energy(uJ)"];
  const encoder = new TextEncoder();
  yield encoder.encode(`# ${trace.instrument}\n${["time(s)", ...columns, ...names].join(",")}\n`);
  let lines: string[] = [];
  let nextEdge = 0;
  for (let i = 0; i < sampleCount(trace); i++) {
    const seconds = timeAt(trace, i);
    for (; edges !== null && nextEdge < edges.list.length; nextEdge++) {
      const edge = edges.list[nextEdge]!;
      if (edge.seconds > seconds) break;
      lines.push(`E,${edge.seconds.toFixed(9)},${edge.high ? 1 : 0}`);
    }
    const cells = [seconds.toFixed(9), ...valuesAt(trace, i)];
    for (let channel = 0; channel < names.length; channel++)
      cells.push((((markers!.bits[i] ?? 0) >> channel) & 1) === 1 ? "1" : "0");
    lines.push(cells.join(","));
    if (lines.length >= CHUNK_LINES) {
      yield encoder.encode(`${lines.join("\n")}\n`);
      lines = [];
    }
  }
  if (lines.length > 0) yield encoder.encode(`${lines.join("\n")}\n`);
}

function valuesAt({ quantity }: Trace, i: number): string[] {
  const cell = (value: number) => (Number.isNaN(value) ? "nan" : String(Number(value.toPrecision(9))));
  if (quantity.kind === "power") return [cell(quantity.watts[i]!)];
  if (quantity.kind === "energy") return [cell(quantity.microjoules[i]!)];
  const { amperes, volts } = quantity;
  return [cell(amperes[i]!), cell(typeof volts === "number" ? volts : volts[i]!)];
}
