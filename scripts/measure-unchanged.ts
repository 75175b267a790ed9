// What skipping unchanged inputs could save (docs/liquid-vs-dense.md): the share of inputs that a step finds as the steps before
// left them, on the test parts of the real data sets, and the energy of a step with a prototype of a kernel that multiplies
// changes only.
//
//   npx tsx scripts/measure-unchanged.ts <folder of the data sets>

import binaryen from "binaryen";
import { OpCounter } from "../bindings/count/counted-core.ts";
import type { OpClass, OpCounts } from "../bindings/count/op-class.ts";
import type { Dataset, DatasetId } from "../bindings/data/dataset.ts";
import { loadDataset } from "../bindings/data/load.ts";
import { denseWhereCheaper } from "../bindings/estimate/dense-fallback.ts";
import { EnergySimulator } from "../bindings/estimate/energy-simulator.ts";
import type { IntLayer } from "../bindings/image/lowered-integer.ts";
import { Network } from "../bindings/network.ts";
import { calibrationOf } from "../bindings/quantize/calibration-data.ts";
import { quantizeForCosting } from "../bindings/quantize/costing.ts";
import { quantizePlainly } from "../bindings/quantize/quantize.ts";
import { toRaw } from "../bindings/quantize/report.ts";
import { type CellName, networkFor } from "../bindings/train/cells.ts";
import { initialModel } from "../bindings/train/initial-weights.ts";
import { compile } from "./build-core.ts";
import { instrument } from "./instrument.ts";

const DATA: readonly (readonly [DatasetId, units: number])[] = [
  ["imu-wand", 32],
  ["lidar-steering", 32],
  ["physionet2012", 32],
  ["occupancy", 16],
];
/** Cells and the matrices of theirs that read the input. */
const CELLS: readonly (readonly [CellName, matrices: number])[] = [
  ["liquid-gate", 2],
  ["gru", 3],
  ["cfc", 3],
  ["lstm", 4],
];
const PLATFORMS = ["stm32h743", "esp32s3", "nrf52840"];
/** Of normalised inputs, and of the int8 that a network reads. */
const THRESHOLDS = { float: [0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4], int8: [0, 1, 2, 4] };

interface Unchanged {
  /** Share of inputs within the threshold of what was last let through. */
  inputs: number;
  /** Share of steps in which all are. */
  steps: number;
}

/** Of sequences of rows of `width` numbers; each begins with all of its first row. */
function unchanged(sequences: readonly ArrayLike<number>[], width: number, threshold: number): Unchanged {
  let [same, whole, steps] = [0, 0, 0];
  for (const rows of sequences) {
    const held = Array.from({ length: width }, (_, c) => rows[c]!);
    for (let at = width; at < rows.length; at += width, steps++) {
      let n = 0;
      for (let c = 0; c < width; c++) {
        if (Math.abs(rows[at + c]! - held[c]!) <= threshold) n++;
        else held[c] = rows[at + c]!;
      }
      same += n;
      if (n === width) whole++;
    }
  }
  return { inputs: same / (steps * width), steps: whole / steps };
}

/** What the first layer of an integer network makes of a data set's test part. */
function codesOf(dataset: Dataset): Int8Array[] {
  const { steps: _steps, ofSteps: _ofSteps, ...calibration } = calibrationOf(dataset, "train", 1024);
  const model = initialModel(networkFor({ cell: "liquid-gate", units: 4 }, dataset), 0);
  const network = quantizePlainly(model, { precision: "int8", ...calibration });
  const { multiplier, bias, shift } = network.layers[0] as Extract<IntLayer, { kind: "int-input" }>;
  const code = (raw: number, c: number) => {
    const half = shift[c]! > 0 ? 2 ** (shift[c]! - 1) : 0;
    const value = Math.floor((raw * multiplier[c]! + bias[c]! + half) / 2 ** shift[c]!);
    return Math.max(-128, Math.min(127, value));
  };
  return dataset.splits.test.map(({ input, nSteps }) => {
    const width = dataset.nInputs;
    const codes = new Int8Array(nSteps * width);
    for (let at = 0; at < codes.length; at += width) {
      toRaw(network, input.subarray(at, at + width)).forEach((raw, c) => {
        codes[at + c] = code(raw, c);
      });
    }
    return codes;
  });
}

const [W, X, BEFORE, ACC, PAGES] = [65_536, 1024, 4096, 8192, 4];

/** What the prototype executes for a number of columns of which some changed. */
async function prototype(): Promise<(nOut: number, nIn: number, nChanged: number) => OpCounts> {
  const wasm = await compile(false, "scripts/measure-unchanged", "held-columns.ts");
  const module = binaryen.readBinary(wasm);
  module.setFeatures(binaryen.Features.MutableGlobals);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  module.optimize();
  module.optimize();
  const counted = instrument(module.emitBinary());
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const { instance } = await WebAssembly.instantiate(counted.wasm as Uint8Array<ArrayBuffer>, {
    env: { memory, abort: () => {} },
  });
  const counter = new OpCounter(instance.exports, counted.table);
  const heldColumns = instance.exports.heldColumns as (...args: number[]) => void;
  const bytes = new Int8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  return (nOut, nIn, nChanged) => {
    for (let i = 0; i < nOut * nIn; i++) bytes[W + i] = ((i * 37) % 255) - 127;
    for (let i = 0; i < nIn; i++) {
      bytes[BEFORE + i] = (i * 11) % 100;
      bytes[X + i] = bytes[BEFORE + i]! + (i < nChanged ? 3 : 0);
    }
    words.fill(0, ACC / 4, ACC / 4 + nOut);
    const { classes } = counter.measure(() => heldColumns(W, X, BEFORE, ACC, nOut, nIn));
    for (let j = 0; j < nOut; j++) {
      let sum = 0;
      for (let i = 0; i < nChanged; i++) sum += 3 * bytes[W + i * nOut + j]!;
      if (words[ACC / 4 + j] !== sum)
        throw new Error(`row ${j}: expected ${sum}, found ${words[ACC / 4 + j]}`);
    }
    return classes;
  };
}

/** Typical energy of a step of an int8 network of these widths. */
async function energyOf(
  simulator: EnergySimulator,
  cell: CellName,
  units: number,
  nInputs: number,
  nOutputs: number,
) {
  const model = initialModel(networkFor({ cell, units }, { nInputs, nOutputs }), 0);
  const network = Network.fromInteger(quantizeForCosting(model, "int8"));
  const { profile } = await denseWhereCheaper(simulator, network);
  return simulator.estimate(profile).energyUj.typ;
}

function mixed(none: OpCounts, all: OpCounts, share: number): OpCounts {
  const names = new Set([...Object.keys(none), ...Object.keys(all)]) as Set<OpClass>;
  const of = (name: OpClass) => Math.round((none[name] ?? 0) * share + (all[name] ?? 0) * (1 - share));
  return Object.fromEntries([...names].map((name) => [name, of(name)]));
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const folder = process.argv[2];
if (folder === undefined) throw new Error("expected the folder of the data sets");
const countsOf = await prototype();
for (const [id, units] of DATA) {
  const dataset = await loadDataset(id, `${folder}/${id}`);
  const { nInputs, nOutputs } = dataset;
  const codes = codesOf(dataset);
  const inputs = dataset.splits.test.map(({ input }) => input);
  console.log(`${id}: ${inputs.length} test sequences, ${nInputs} inputs`);
  for (const [kind, rows] of [
    ["float", inputs],
    ["int8", codes],
  ] as const) {
    for (const threshold of THRESHOLDS[kind]) {
      const { inputs: share, steps } = unchanged(rows, nInputs, threshold);
      console.log(
        `  ${kind}, threshold ${threshold}: inputs ${percent(share)}, whole steps ${percent(steps)}`,
      );
    }
  }
  const { inputs: share } = unchanged(codes, nInputs, 0);
  for (const [cell, matrices] of CELLS) {
    const nOut = matrices * units;
    const classes = mixed(countsOf(nOut, nInputs, 0), countsOf(nOut, nInputs, nInputs), share);
    const cells: string[] = [];
    for (const platform of PLATFORMS) {
      const simulator = new EnergySimulator({ platform, draws: 100 });
      const whole = await energyOf(simulator, cell, units, nInputs, nOutputs);
      const ofInputs =
        (nInputs * (whole - (await energyOf(simulator, cell, units, 1, nOutputs)))) / (nInputs - 1);
      const held = simulator.estimate({ classes, macs: [] }).energyUj.typ;
      cells.push(
        `${platform} ${whole.toPrecision(3)} µJ, inputs ${percent(ofInputs / whole)}, saved ${percent((ofInputs - held) / whole)}`,
      );
    }
    console.log(`  ${cell} ${units} int8: ${cells.join("; ")}`);
  }
}
