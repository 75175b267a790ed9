// Random integer networks of every cell, precision and sparsity, with random raw inputs, elapsed times and states: what
// every engine and this reference must agree on. Equal arguments give equal networks.

import type {
  IntLayer,
  IntMatrix,
  IntNetwork,
  IntTable,
  IntVector,
  Narrowed,
} from "../../../bindings/image/lowered-integer.ts";
import type { Activation } from "../../../bindings/network/model.ts";
import { buildActivationTable, buildTables, type Tables } from "./build-tables.ts";
import { Random } from "./random.ts";
import {
  type Precision,
  randomElementMap,
  randomMatrix,
  randomMembrane,
  randomSynapses,
} from "./random-layers.ts";
import type { IntegerOptions } from "./run.ts";

export const CELLS = [
  "mlp",
  "gru",
  "lstm",
  "gate",
  "gate-unit-time",
  "cfc-default",
  "cfc-unit-time",
  "cfc-no-gate",
  "cfc-pure",
  "cfc-backbone",
  "cfc-wired",
  "cfc-mixed-memory",
  "ltc",
  "ltc-mixed-memory",
] as const;
export type CellName = (typeof CELLS)[number];

export interface RandomCase {
  network: IntNetwork;
  /** [steps, nIn] */
  raw: Int16Array;
  options: Required<Omit<IntegerOptions, "held">>;
}

const ACTIVATIONS: readonly Activation[] = [
  "lecun_tanh",
  "relu",
  "tanh",
  "silu",
  "gelu",
  "sigmoid",
  "linear",
];
/** Longest activations: silu, gelu, relu and linear reach 16. */
const UNITS = [1000, 2047, 2048, 1900.5];
/** Scale of Q0.15 to i8. */
const STEP_8 = 8;

let tables: Tables | null = null;
const activationTables = new Map<string, IntTable>();

function activationTable(activation: Activation, unit: number): IntTable {
  const key = `${activation} ${unit}`;
  const table = activationTables.get(key) ?? buildActivationTable(activation, unit);
  activationTables.set(key, table);
  return table;
}

/** Hands out places in the arena; vectors start at multiples of 4 unless they continue another. */
class Layout {
  end: number;
  constructor(start: number) {
    this.end = start;
  }
  place(bytes: number, length: number, continues = false): IntVector {
    if (!continues) this.end = Math.ceil(this.end / 4) * 4;
    const vector = { at: this.end, length };
    this.end += bytes * length;
    return vector;
  }
}

/**
 * `arenaStart`: where the arena's vectors begin, behind what the core keeps there; steps: of the input; `wanted`: precision and
 * sparsity that are not left to the seed.
 */
export function randomCase(
  cell: CellName,
  seed: number,
  steps = 8,
  arenaStart = 0,
  wanted?: Precision,
): RandomCase {
  const random = new Random(seed * CELLS.length + CELLS.indexOf(cell));
  const pattern = (["all", "some", "blocks"] as const)[random.between(0, 2)]!;
  const bits = random.chance(0.5) ? 8 : 4;
  const drawn: Precision = { bits, pattern, activations: random.chance(0.5) ? 8 : 16 };
  const network = randomNetwork(cell, random, wanted ?? drawn, arenaStart);
  const { min, max } = network.time;
  // Now and then a time outside of the range, and the ends of the i16.
  const elapsed = () => (random.chance(0.1) ? random.between(1, 65535) : random.between(min, max));
  const count = () =>
    random.chance(0.1) ? [-32768, 32767][random.between(0, 1)]! : random.between(-8192, 8191);
  const state = (length: number) => Int16Array.from(random.list(length, -32767, 32767));
  return {
    network,
    raw: Int16Array.from({ length: steps * network.input.length }, count),
    options: {
      elapsed: Uint16Array.from({ length: steps }, elapsed),
      hidden: state(network.hidden.length),
      cell: state(network.cell.length),
    },
  };
}

function randomNetwork(cell: CellName, random: Random, precision: Precision, arenaStart: number): IntNetwork {
  tables ??= buildTables();
  const { sigmoid, tanh, softplus, expNeg, sigmoidNearest } = tables;
  const isLtc = cell.startsWith("ltc");
  const hasMemory = cell === "lstm" || cell.endsWith("mixed-memory");
  // Wide enough for kernels that take 16 sources at once, narrow enough for their rests.
  const nIn = random.between(1, 20);
  const sizes = cell === "cfc-wired" ? random.list(3, 1, 9) : [cell === "mlp" ? 0 : random.between(1, 33)];
  const n = sizes.reduce((sum, size) => sum + size, 0);

  const layout = new Layout(arenaStart);
  const input = layout.place(2, nIn);
  // Wide matrices read the states themselves, others i8 copies; either way x comes before them.
  const isWide = precision.activations === 16 && (!isLtc || hasMemory);
  const activationBytes = isWide ? 2 : 1;
  const wideX = isWide ? layout.place(2, nIn) : null;
  const hidden = layout.place(2, n, isWide);
  const parts = sizes.map((length, l) => {
    const before = sizes.slice(0, l).reduce((sum, size) => sum + size, 0);
    return { length, hidden: hidden.at + 2 * before, offset: before };
  });
  const memory = layout.place(2, hasMemory ? n : 0);
  const x = wideX ?? layout.place(1, nIn);
  const narrowedState = layout.place(1, isWide ? 0 : n, true);
  /** What matrices read of the states. */
  const stateColumns = isWide ? hidden : narrowedState;

  const exponent = random.between(0, 16);
  const min = random.between(1, 2000);
  const time = { exponent, min, max: random.between(min, 20000) };
  /** k of units of 2^-(11 + k), from coarse ones for short times to fine ones for long times. */
  const fineness = (coarsest: number) => random.between(Math.max(coarsest, -exponent), 11);
  const matrix = (nOut: number, columns: number) => randomMatrix(random, nOut, columns, precision);
  const layers: IntLayer[] = [];
  const add = (layer: IntLayer) => layers.push(layer);

  if (!isLtc || hasMemory) {
    const map = isWide ? randomElementMap(random, nIn, 12, 16) : randomElementMap(random, nIn, 18, 24);
    add({ kind: "int-input", name: "input", in: input, out: x, width: precision.activations, ...map });
  }
  // The memory replaces h, in the format of the cell behind it.
  const fractionBits = random.between(12, 14);
  const narrowing = isLtc ? random.between(5, 8) : STEP_8;
  const narrowAll: Narrowed = isWide ? null : { to: narrowedState, shift: narrowing };
  if (hasMemory) {
    add({
      kind: "int-lstm",
      name: "lstm",
      in: x,
      out: hidden,
      cell: memory,
      matrix: matrix(4 * n, nIn + n),
      cellFormat: random.between(0, 4),
      outShift: isLtc ? 15 - fractionBits : 0,
      tanh,
      sigmoid,
      narrowed: narrowAll,
    });
  }

  let features: IntVector = { at: x.at, length: nIn + n };
  const dense = (name: string, width: number, activation: Activation | null) => {
    const out = layout.place(2, width);
    const to = isWide ? out : layout.place(1, width);
    const unit = UNITS[random.between(0, UNITS.length - 1)]!;
    const table = activation === null ? null : activationTable(activation, unit);
    const shift = random.between(4, STEP_8);
    const narrowed = isWide ? null : { to, shift };
    add({
      kind: "int-dense",
      name,
      in: features,
      out,
      matrix: matrix(width, features.length),
      table,
      narrowed,
    });
    features = to;
    return out;
  };
  const anyActivation = () => ACTIVATIONS[random.between(0, ACTIVATIONS.length - 1)]!;
  let output = hidden;

  const base = { name: cell, in: features, out: hidden, narrowed: narrowAll };
  switch (cell) {
    case "mlp":
      for (let l = random.between(0, 2); l >= 0; l--)
        output = dense(`layer.${l}`, random.between(1, 24), anyActivation());
      break;
    case "gru":
      // As in the float networks, GRU and LSTM name x, and h follows it.
      add({
        ...base,
        in: x,
        kind: "int-gru",
        resetUpdate: matrix(2 * n, nIn + n),
        fromInput: matrix(n, nIn),
        fromState: matrix(n, n),
        tanh,
        sigmoid,
      });
      break;
    case "gate":
    case "gate-unit-time": {
      const [g, a] = [matrix(n, nIn + n), matrix(n, nIn + n)];
      const decay =
        cell === "gate" ? { sigmoid: null, softplus, expNeg } : { sigmoid, softplus: null, expNeg: null };
      const timeShift = cell === "gate" ? exponent + fineness(-4) : 0;
      add({ ...base, kind: "int-gate", g, a, tanh, ...decay, timeShift });
      break;
    }
    case "lstm":
      break;
    case "ltc":
    case "ltc-mixed-memory": {
      const mapped = layout.place(2, nIn);
      const map = randomElementMap(random, nIn, 12, 16);
      add({ kind: "int-input", name: "input_map", in: input, out: mapped, width: 16, ...map });
      // In some networks only: with such neurons the sparse format is nearly always the cheaper one.
      const share = random.chance(0.3) ? 0.3 : 0;
      const isolated = Array.from({ length: n }, () => random.chance(share));
      const synapses = (sources: number, bits: number) =>
        randomSynapses(random, sources, n, precision, bits, fractionBits, isolated);
      const [sensory, recurrent] = [synapses(nIn, random.between(9, 13)), synapses(n, fractionBits)];
      const membrane = randomMembrane(random, n, fractionBits, time.min, [sensory, recurrent]);
      const shared = { sensory, recurrent, ...membrane, fractionBits, sigmoid: sigmoidNearest };
      const unfolds = random.between(1, 6);
      const narrowed = hasMemory ? narrowAll : null;
      add({ kind: "int-ltc", name: "ltc", in: mapped, out: hidden, unfolds, ...shared, narrowed });
      const motor = { at: hidden.at, length: random.between(1, n) };
      output = layout.place(2, motor.length);
      const out = randomElementMap(random, motor.length, 14, 16);
      add({ kind: "int-affine", name: "output_map", in: motor, out: output, ...out });
      break;
    }
    default: {
      if (cell === "cfc-backbone") {
        for (let l = 0; l < 2; l++) dense(`backbone.${l}`, random.between(1, 24), anyActivation());
      }
      for (const [l, part] of parts.entries()) {
        const previous = parts[l - 1];
        const wired = cell === "cfc-wired";
        const before = activationBytes * (previous?.offset ?? 0);
        const start = previous === undefined ? x.at : stateColumns.at + before;
        const z = wired ? { at: start, length: (previous?.length ?? nIn) + part.length } : features;
        const out = { at: part.hidden, length: part.length };
        const to = { at: narrowedState.at + part.offset, length: part.length };
        const heads = (count: number): IntMatrix[] =>
          Array.from({ length: count }, () => matrix(part.length, z.length));
        const layer = { kind: "int-cfc" as const, name: `${cell}.${l}`, in: z, out };
        const narrowed = isWide ? null : { to, shift: cell === "cfc-no-gate" ? 7 : STEP_8 };
        if (cell === "cfc-pure") {
          const ff1 = heads(1)[0]!;
          const k = fineness(0);
          add({
            ...layer,
            mode: "pure",
            ff1,
            // (wtau + 32767) dtMax < 2^32 holds for any u16 at times up to 20000.
            absTau: Int32Array.from(random.list(part.length, 0, 65535)),
            bound: Int32Array.from(random.list(part.length, -16383, 16383)),
            boundShift: Uint8Array.from(random.list(part.length, 10, 15)),
            timeShift: exponent + k,
            swingShift: 15 + k,
            expNeg,
            narrowed,
          });
        } else {
          const mode = cell === "cfc-no-gate" ? "no_gate" : "default";
          const isConstant = cell === "cfc-unit-time";
          const own = heads(isConstant ? 3 : 4);
          const timeShift = isConstant ? 0 : exponent + fineness(-4);
          add({ ...layer, mode, heads: own, timeShift, tanh, sigmoid, narrowed });
        }
        if (wired) output = out;
      }
    }
  }
  if (!isLtc && cell !== "mlp" && random.chance(0.5)) {
    const last = parts.at(-1)!;
    features = { at: stateColumns.at + activationBytes * last.offset, length: last.length };
    output = dense("fc", random.between(1, 9), null);
  }
  const ones = (length: number) => new Float64Array(length).fill(1);
  const scales = {
    input: ones(nIn),
    inputOffset: new Float64Array(nIn),
    output: ones(output.length),
    hidden: ones(n),
    cell: ones(memory.length),
  };
  const arenaEnd = Math.ceil(layout.end / 4) * 4;
  return { layers, input, output, hidden, cell: memory, narrowedState, arenaEnd, time, scales };
}
