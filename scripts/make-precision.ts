// Writes docs/precision.md: what fp16 costs and saves on the reference cases in tests/golden/ncps, and what the formats
// of a matrix execute and take on boards. Run with `npx tsx scripts/make-precision.ts`.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { denseWhereCheaper } from "../bindings/estimate/dense-fallback.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import { blockMatrixCost, denseMatrixCost, sparseMatrixCost } from "../bindings/image/kernel-cost.ts";
import type { Precision } from "../bindings/image/parameters.ts";
import { Network } from "../bindings/network.ts";
import { prune } from "../bindings/prune/prune.ts";
import { quantizeForCosting } from "../bindings/quantize/costing.ts";
import { networkFor } from "../bindings/train/cells.ts";
import { initialModel } from "../bindings/train/initial-weights.ts";
import { completeModel } from "../tests/kernel/run-core.ts";
import { ownCases } from "../tests/reference/golden-case.ts";

/** One reference case in both precisions. */
export interface PrecisionRow {
  name: string;
  imageBytes: Record<Precision, number>;
  operations: Record<Precision, number>;
  /** rms(output in fp16 - output in fp32) / rms(output in fp32) over all sequences and steps. */
  relativeError: number;
}

export async function comparePrecisions(): Promise<PrecisionRow[]> {
  const rows: PrecisionRow[] = [];
  for (const golden of ownCases("ncps")) {
    const fp32 = Network.fromModel(completeModel(golden), golden.name);
    const fp16 = fp32.withPrecision("fp16");
    const { input, timespans, initialH, initialC } = golden;
    const sequence = { input, timespans, initial_h: initialH, initial_c: initialC };
    const [exact, rounded] = [await fp32.run(sequence), await fp16.run(sequence)];
    const [exactProfile, roundedProfile] = [await fp32.profileOperations(), await fp16.profileOperations()];
    rows.push({
      name: golden.name,
      imageBytes: { fp32: fp32.memory.imageBytes, fp16: fp16.memory.imageBytes },
      operations: { fp32: exactProfile.operations, fp16: roundedProfile.operations },
      relativeError: relativeRms(rounded.output.data, exact.output.data),
    });
  }
  return rows;
}

function relativeRms(actual: Float32Array, expected: Float32Array): number {
  let error = 0;
  let size = 0;
  for (const [i, value] of expected.entries()) {
    error += (actual[i]! - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(error / size);
}

/** The whole document. */
export async function precisionMarkdown(): Promise<string> {
  const rows = await comparePrecisions();
  const worst = rows.reduce((a, b) => (b.relativeError > a.relativeError ? b : a));
  return `${[
    INTRODUCTION,
    "## What fp16 does to the reference networks",
    FIDELITY,
    `The largest error is ${percent(worst.relativeError, 3)} (${worst.name}).`,
    fidelityTable(rows),
    "## What the formats of a matrix execute",
    FORMATS,
    formatTable(),
    "## Integers, and what a board makes of them",
    BOARDS,
    await boardTable(),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `# Number formats and layouts of weights

This file is written by \`npx tsx scripts/make-precision.ts\`; a test compares.

\`fp32\` stores every weight as an IEEE 754 binary32 number, \`fp16\` as a binary16 one, rounded to nearest, ties to even.
Biases, membrane constants, states and the arithmetic are fp32 in both. fp16 saves flash and RAM, not time: none of the boards
computes in half precision (some float units convert, none adds or multiplies), so the kernels widen each weight by four
operations more. The widening is exact, denormal halves included, and the same on every engine: one network in fp16 gives one
result, bit for bit. It needs denormal operands: a board's float unit must not flush them to zero.

A half holds magnitudes up to 65504. A larger weight is refused with the name of its tensor. Weights below 2^-14 lose
relative precision, those below 2^-25 become zero; both are far below what a trained network notices beside its other weights.

\`run\`, \`profile\`, \`evaluate\` and \`estimate\` take \`--precision fp16\`, the library \`network.withPrecision("fp16")\`.`;

const FIDELITY = `The reference networks (untrained, made with ncps) driven by their inputs: 3 sequences of 40 steps, free running,
so errors accumulate in the states. Error: root mean square of the difference between the outputs in fp16 and in fp32,
relative to that of the outputs in fp32. Operations: executed by a time step.`;

const FORMATS = `Operations for each weight of the full 64 x 64 matrix, by the share of weights that are pruned (\`matvec*\`
kernels of the scalar core, exact). Sparse rows take any pattern; 4x1 blocks need four neighbouring destinations to have the
same sources, and load each input once for the four. The compiler takes the cheapest format that stores no pruned weight; a
full matrix stays dense, where blocks would need bytes for indices.`;

function fidelityTable(rows: PrecisionRow[]): string {
  return table(
    ["case", "image fp32", "image fp16", "ratio", "operations fp32", "operations fp16", "error"],
    rows.map(({ name, imageBytes, operations, relativeError }) => [
      name,
      whole(imageBytes.fp32),
      whole(imageBytes.fp16),
      (imageBytes.fp16 / imageBytes.fp32).toFixed(2),
      whole(operations.fp32),
      whole(operations.fp16),
      percent(relativeError, 3),
    ]),
  );
}

const SIZE = 64;
const PRUNED = [0, 0.25, 0.5, 0.75, 0.875] as const;

function formatTable(): string {
  const costs: [string, (kept: number, precision: Precision) => number][] = [
    ["dense", (_, precision) => denseMatrixCost(SIZE, SIZE, precision)],
    ["sparse", (kept, precision) => sparseMatrixCost(Array(SIZE).fill(kept), precision)],
    ["4x1 blocks", (kept, precision) => blockMatrixCost(SIZE, Array(SIZE / 4).fill(kept), precision)],
  ];
  return table(
    ["format", ...PRUNED.map((share) => percent(share, share === 0.875 ? 1 : 0))],
    (["fp32", "fp16"] as const).flatMap((precision) =>
      costs.map(([name, cost]) => [
        `${name}, ${precision}`,
        ...PRUNED.map((share) => (cost(SIZE * (1 - share), precision) / SIZE ** 2).toFixed(2)),
      ]),
    ),
  );
}

const CELLS = ["liquid-gate", "cfc", "gru", "mlp"] as const;
const PLATFORMS = ["nrf52840", "stm32h743", "esp32s3", "rp2040"];
const SHARES = [0, 0.5, 0.7, 0.9];

const BOARDS = `Integers add up to the same bits in any format, so an integer matrix may be dense although weights of it are pruned: the compiler
takes the format of fewest operations of the core. A board's port may have kernels of its own (SMLAD on Cortex-M4
and M7, [estimate.md](estimate.md)), and then fewest operations are not always least energy. Where a board is named, \`estimate\`, \`sweep\`,
\`train --energy-budget-uj\`, \`benchmark\` and the explorer compile each matrix dense that saves 1 % of the estimate or more by it and fits, \`board build
--image\`, \`board run\` and \`energy --run\` flash and upload that image, and \`estimate\` says which matrices those are (JSON: \`compiledDense\`).
\`export\`, which has no board, keeps the fewest operations. In the library: \`denseWhereCheaper\`.

Energy of a time step, µJ: as the core's operations have it, and as compiled for the board. Networks of 32 units with 6 inputs
and 13 outputs in int8, pruned in 4x1 blocks. That a matrix of few columns is stored in blocks though nothing was pruned is the format of
fewest operations as well.`;

async function boardTable(): Promise<string> {
  const rows: string[][] = [];
  for (const cell of CELLS) {
    const model = initialModel(networkFor({ cell, units: 32 }, { nInputs: 6, nOutputs: 13 }), 0);
    for (const sparsity of SHARES) {
      const pruned = sparsity === 0 ? model : prune(model, { method: "4x1", sparsity }).model;
      const network = Network.fromInteger(quantizeForCosting(pruned, "int8"));
      const cells = PLATFORMS.map(async (platform) => {
        const simulator = new EnergySimulator({ platform, draws: 100 });
        const form = await denseWhereCheaper(simulator, network);
        const energies = [await network.profileOperations(), form.profile].map((profile) =>
          simulator.estimate(profile).energyUj.typ.toPrecision(3),
        );
        return [...new Set(energies)].join(" → ");
      });
      rows.push([`${cell} 32`, percent(sparsity, 0), ...(await Promise.all(cells))]);
    }
  }
  return table(["network", "pruned", ...PLATFORMS], rows);
}

function table(titles: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function whole(n: number): string {
  return n.toLocaleString("en");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("../docs/precision.md", import.meta.url), await precisionMarkdown());
}
