// Writes the table of docs/quantize.md: what integers save and cost on the golden cases. Run with
// `npx tsx scripts/make-quantize.ts`; tests/quantize/page.test.ts compares.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Sequence } from "../bindings/core/sequence.ts";
import { lower } from "../bindings/image/lower.ts";
import { Network } from "../bindings/network.ts";
import { calibrate } from "../bindings/quantize/calibration.ts";
import type { IntegerPrecision } from "../bindings/quantize/precisions.ts";
import { quantize } from "../bindings/quantize/quantize.ts";
import { fidelity } from "../bindings/quantize/report.ts";
import { type QuantizeCase, quantizeCases } from "../tests/quantize/cases.ts";

export const PAGE = fileURLToPath(new URL("../docs/quantize.md", import.meta.url));
const BEGIN = "<!-- begin: scripts/make-quantize.ts -->";
const END = "<!-- end -->";
const PRECISIONS: readonly IntegerPrecision[] = ["int8", "int4"];
/** Weights and activations. */
const FORMATS = [
  ["int8", 8],
  ["int8", 16],
  ["int4", 8],
] as const;

/** One row of a sequence of several. */
function rowOf({ steps, features, input, timespans }: Sequence, row: number): Sequence {
  return {
    ...{ batch: 1, steps, features, initialH: null, initialC: null },
    input: input.subarray(row * steps * features, (row + 1) * steps * features),
    timespans: timespans?.subarray(row * steps, (row + 1) * steps) ?? null,
  };
}

/** Relative rms errors in percent: calibrated on all rows and measured on them, calibrated on one, measured on the others. */
function errorsOf(
  { model, calibration }: QuantizeCase,
  precision: IntegerPrecision,
  activations: 8 | 16,
): [number, number] {
  const format = { precision, activations };
  const own = quantize(model, { ...format, calibration }).report.relativeRmsError;
  const [first, ...others] = Array.from({ length: calibration.batch }, (_, row) => rowOf(calibration, row));
  const span = calibration.timespans;
  // The range of elapsed times is known before any data are.
  const time = span === null ? {} : { time: { min: Math.min(...span), max: Math.max(...span) } };
  const { network, report } = quantize(model, { ...format, calibration: first!, ...time });
  const { outputs } = calibrate(lower(model), others);
  const other = fidelity(network, others, outputs, report.layers).relativeRmsError;
  return [100 * own, 100 * other];
}

/** Cells of one case: name, images, errors. */
export function costRow(one: QuantizeCase): string[] {
  const floatBytes = Network.fromModel(one.model).memory.imageBytes;
  const sizes = PRECISIONS.map((precision) => {
    const { network } = quantize(one.model, { precision, calibration: one.calibration });
    const integers = Network.fromInteger({ config: one.model, precision, network });
    return (integers.memory.imageBytes / floatBytes).toFixed(2);
  });
  const errors = FORMATS.flatMap(([precision, activations]) => errorsOf(one, precision, activations));
  return [
    one.name,
    floatBytes.toLocaleString("en"),
    ...sizes,
    ...errors.map((x) => x.toPrecision(x < 1 ? 2 : 3)),
  ];
}

const HEAD = [
  ...["case", "fp32 bytes", "int8", "int4"],
  ...["8/8 own", "8/8 other", "8/16 own", "8/16 other", "4/8 own", "4/8 other"],
];

export function costTable(rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(HEAD), line(HEAD.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Rows of the table in the page. */
export function tableOf(page: string): string[] {
  const table = page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim();
  return table.split("\n").slice(2);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = readFileSync(PAGE, "utf8");
  const table = costTable(quantizeCases().map(costRow));
  const before = page.slice(0, page.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(PAGE, `${before}\n\n${table}\n\n${page.slice(page.indexOf(END))}`);
}
