// How cost grows: counted operations, image bytes and times over neurons, connections, unfolds, sparsity, batch, length and
// number of configurations, each with the exponent of a fitted power law. `npm run bench -- growth` prints the table and
// checks the exponents of operations and bytes; `npm run bench -- growth --write` writes docs/growth.md and its pictures; `--largest 256` ends at that many neurons.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { TopLevelSpec } from "vega-lite";
import { parseSequence } from "../bindings/core/sequence.ts";
import { Session } from "../bindings/core/session.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import { MemoryProfiler } from "../bindings/estimate/memory-profiler.ts";
import { compile } from "../bindings/image/compile.ts";
import { costNetwork } from "../bindings/sweep/cost-network.ts";
import { renderSvg } from "../cli/chart/render-svg.ts";
import { type Axis, axes, networkOf } from "./bench-growth/axes.ts";
import { type PowerLaw, powerLaw } from "./bench-growth/power-law.ts";

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));
const WARM_UP = 3;
const BLOCKS = 3;
const BLOCK_US = 5000;

const QUANTITIES = {
  operations: "operations a step",
  imageBytes: "image, bytes",
  stepUs: "step, µs",
  compileUs: "compile, µs",
  estimateUs: "estimate, µs",
} as const;
type Quantity = keyof typeof QUANTITIES;
/** Counted, so equal on every machine. */
const EXACT: readonly Quantity[] = ["operations", "imageBytes"];

/** What a step does, and not what an image holds. */
const EXECUTED: readonly Quantity[] = ["operations", "stepUs"];

interface Row {
  axis: string;
  unit: string;
  quantity: string;
  isExact: boolean;
  expected: number;
  why: string;
  points: { x: number; y: number }[];
  fit: PowerLaw;
}

/** Prints the table; whether no exponent of operations or bytes is above what the structure implies. */
export async function benchGrowth(args: readonly string[] = []): Promise<boolean> {
  const rows: Row[] = [];
  const { values } = parseArgs({
    args: [...args],
    options: { write: { type: "boolean", default: false }, largest: { type: "string", default: "1024" } },
  });
  for (const axis of axes(Number(values.largest))) {
    rows.push(...(await measureAxis(axis)));
    console.error(`growth: ${axis.name} measured`);
  }
  rows.push(...(await runtimeRows()), await configurations());
  const table = tableOf(rows);
  console.log(`growth: exponents b of cost = a x^b, 95 % interval\n${table}`);
  if (values.write) await writeDocs(rows, table);
  const worse = rows.filter(({ isExact, fit, expected }) => isExact && fit.exponent > expected + 0.01);
  for (const { axis, quantity, fit } of worse)
    console.log(`  ${axis}: ${quantity} grows with exponent ${fit.exponent.toFixed(3)}`);
  return worse.length === 0;
}

async function measureAxis({ name, unit, expected, why, subjects }: Axis): Promise<Row[]> {
  const points: Record<Quantity, { x: number; y: number }[]> = {
    operations: [],
    imageBytes: [],
    stepUs: [],
    compileUs: [],
    estimateUs: [],
  };
  for (const { x, executed, make } of subjects) {
    const network = make();
    const profile = await network.profileOperations();
    const session = await network.session();
    const input = new Float32Array(8).fill(0.5);
    const memory = new MemoryProfiler(network.memory);
    const simulator = new EnergySimulator({ platform: "stm32h743" });
    const figures: Record<Quantity, number> = {
      operations: profile.operations,
      imageBytes: network.memory.imageBytes,
      stepUs: bestUs(() => session.step(input)),
      compileUs: bestUs(() => compile(network.model)),
      estimateUs: bestUs(() => simulator.estimate(profile, memory)),
    };
    for (const quantity of Object.keys(points) as Quantity[]) {
      points[quantity].push({ x: EXECUTED.includes(quantity) ? executed : x, y: figures[quantity] });
    }
  }
  const grows = (quantity: Quantity) =>
    unit !== "unfolds" || quantity === "operations" || quantity === "stepUs";
  return (Object.keys(points) as Quantity[]).filter(grows).map((quantity) => ({
    axis: name,
    unit: /^(connections|synapses)$/.test(unit) && EXECUTED.includes(quantity) ? "MACs" : unit,
    quantity: QUANTITIES[quantity],
    isExact: EXACT.includes(quantity),
    expected,
    why,
    points: points[quantity],
    fit: powerLaw(points[quantity]),
  }));
}

/** Length of a sequence, and rows of a batch. */
async function runtimeRows(): Promise<Row[]> {
  const { compiled } = networkOf({ cell: "ltc", units: 32 });
  const session = await Session.create(compiled);
  const timeOf = (batch: number, steps: number) => {
    const data = Float32Array.from({ length: batch * steps * 8 }, (_, i) => Math.sin(i));
    const sequence = parseSequence({ input: { shape: [batch, steps, 8], data } }, compiled, "benchmark");
    return bestUs(() => session.run(sequence));
  };
  const sizes = [1, 4, 16, 64, 256];
  const row = (unit: string, points: Row["points"]): Row => ({
    axis: `ltc of 32, ${unit}`,
    unit,
    quantity: "run, µs",
    isExact: false,
    expected: 1,
    why: "one step after the other",
    points,
    fit: powerLaw(points),
  });
  return [
    row(
      "steps",
      sizes.map((steps) => ({ x: 4 * steps, y: timeOf(1, 4 * steps) })),
    ),
    row(
      "sequences",
      sizes.map((batch) => ({ x: batch, y: timeOf(batch, 16) })),
    ),
  ];
}

async function configurations(): Promise<Row> {
  const points = [];
  let seed = 0;
  for (const x of [8, 32, 128]) {
    const started = process.cpuUsage();
    for (let i = 0; i < x; i++) {
      const network = { cell: { cell: "gru" as const, units: 16 }, sparsity: 0, seed: seed++, key: "growth" };
      const options = {
        precisions: ["fp32", "int8"] as const,
        platforms: ["stm32h743", "nrf52840"],
        rateHz: 100,
      };
      await costNetwork({ inputs: 8, outputs: 4 }, network, options);
    }
    const { user, system } = process.cpuUsage(started);
    points.push({ x, y: user + system });
  }
  return {
    axis: "gru of 16, configurations",
    unit: "configurations",
    quantity: "costing, µs",
    isExact: false,
    expected: 1,
    why: "each by itself",
    points,
    fit: powerLaw(points),
  };
}

/** Processor time of a run, the best of some blocks of runs: a busy machine interrupts long runs, and the wall counts that. */
function bestUs(run: () => unknown): number {
  for (let i = 0; i < WARM_UP; i++) run();
  let runs = 1;
  let best = blockUs(run, runs);
  while (best * runs < BLOCK_US) {
    runs *= 4;
    best = blockUs(run, runs);
  }
  for (let i = 1; i < BLOCKS; i++) best = Math.min(best, blockUs(run, runs));
  return best;
}

function blockUs(run: () => unknown, runs: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) run();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system) / runs;
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ axis, unit, quantity, expected, points, fit }) => {
    const [first, last] = [points[0]!, points.at(-1)!];
    const figure = (value: number) => Number(value.toPrecision(3)).toLocaleString("en");
    return `| ${axis} | ${quantity} | ${figure(first.x)} … ${figure(last.x)} ${unit} | ${figure(first.y)} … ${figure(last.y)} | ${fit.exponent.toFixed(2)} (${fit.min.toFixed(2)} to ${fit.max.toFixed(2)}) | ${expected} |`;
  });
  return [
    "| what grows | cost | from … to | cost from … to | exponent | structure |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

async function writeDocs(rows: readonly Row[], table: string): Promise<void> {
  const path = `${DOCS}growth.md`;
  const text = readFileSync(path, "utf8");
  const machine = `${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}`;
  const block = `<!-- growth -->\n\nProcessor times on ${machine}.\n\n${table}\n\n<!-- /growth -->`;
  writeFileSync(
    path,
    text.replace(/<!-- growth -->[\s\S]*<!-- \/growth -->/, () => block),
  );
  for (const [file, title, wanted] of [
    ["growth-operations.svg", "Operations of a time step over multiply-accumulates", QUANTITIES.operations],
    ["growth-bytes.svg", "Bytes of the image over connections", QUANTITIES.imageBytes],
    ["growth-step.svg", "Time of a step over multiply-accumulates", QUANTITIES.stepUs],
  ] as const) {
    const shown = rows.filter(
      ({ quantity, unit }) => quantity === wanted && /^(connections|synapses|MACs)$/.test(unit),
    );
    writeFileSync(`${DOCS}pictures/${file}`, await renderSvg(chartOf(title, wanted, shown)));
  }
}

function chartOf(title: string, quantity: string, rows: readonly Row[]) {
  const unit = rows[0]!.unit === "MACs" ? "multiply-accumulates a step" : "connections";
  const values = rows.flatMap(({ axis, fit, points }) =>
    points.map(({ x, y }) => ({
      x,
      y,
      series: `${axis.replace(", connections", "")}: ${fit.exponent.toFixed(2)}`,
    })),
  );
  const log = (field: string, name: string) => ({
    field,
    type: "quantitative",
    title: name,
    scale: { type: "log" },
  });
  const spec = {
    title,
    width: 520,
    height: 320,
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: log("x", unit),
      y: log("y", quantity),
      color: { field: "series", type: "nominal", title: "exponent" },
    },
  };
  const exponents = rows.map(({ axis, fit }) => `${axis} ${fit.exponent.toFixed(2)}`).join(", ");
  return { spec: spec as unknown as TopLevelSpec, description: `${title}; exponents: ${exponents}` };
}
