// Small float networks made into integers with formats chosen by hand: what quantization amounts to when every range is
// known beforehand. Inputs are counts of 2^-12, activations i8 of the given step (inputs) and of 2^-7 (state).

import type {
  IntLayer,
  IntMatrix,
  IntNetwork,
  IntSynapses,
  IntVector,
} from "../../../bindings/image/lowered-integer.ts";
import type { Model } from "../../../bindings/network/model.ts";
import { softplus } from "../activations.ts";
import { concatenate, valuesOf } from "../cell.ts";
import { toInteger } from "./arithmetic.ts";
import { buildTables } from "./build-tables.ts";

/** Counts a unit of the input. */
export const COUNTS = 4096;
const STATE_STEP = 2 ** -7;
/** Elapsed time has 8 fraction bits. */
const EXPONENT = 8;

type Values = Float64Array;

/** W [nOut, nIn] and b for activations whose column i counts in steps[i]; `unit`: pre-activations a 1. */
function byRows(weights: Values, bias: Values, steps: number[], unit = 2048): IntMatrix {
  const [nIn, nOut] = [steps.length, bias.length];
  const matrix: IntMatrix = {
    nOut,
    nIn,
    bits: 8,
    activationBits: 8,
    weights: new Int8Array(nOut * nIn),
    mask: null,
    bias: new Int32Array(nOut),
    multiplier: new Int32Array(nOut),
    shift: new Uint8Array(nOut),
  };
  for (let r = 0; r < nOut; r++) {
    const row = steps.map((step, i) => weights[r * nIn + i]! * step);
    const scale = Math.max(...row.map(Math.abs)) / 127;
    matrix.weights.set(
      row.map((w) => toInteger(w / scale)),
      r * nIn,
    );
    matrix.bias[r] = toInteger(bias[r]! / scale);
    // scale * unit = M / 2^s with 2^14 <= M < 2^15
    matrix.shift[r] = 14 - Math.floor(Math.log2(scale * unit));
    matrix.multiplier[r] = Math.min(toInteger(scale * unit * 2 ** matrix.shift[r]!), 32767);
  }
  return matrix;
}

/** Places of a cell's vectors: raw [nIn], h [n], and z = [x | h] in i8. */
function places(nIn: number, n: number) {
  const input = { at: 0, length: nIn };
  const hidden = { at: 4 * nIn, length: n };
  const x = { at: hidden.at + 4 * n, length: nIn };
  const narrowedState = { at: x.at + nIn, length: n };
  const end = Math.ceil((narrowedState.at + n) / 4) * 4;
  return { input, hidden, x, narrowedState, z: { at: x.at, length: nIn + n }, end };
}

/** Everything but the layers. */
function networkOf(
  layers: IntLayer[],
  vectors: { input: IntVector; output: IntVector; hidden: IntVector; narrowedState: IntVector; end: number },
  units: { output: number; hidden: number },
): IntNetwork {
  const { input, output, hidden, narrowedState, end } = vectors;
  const filled = (length: number, value: number) => new Float64Array(length).fill(value);
  return {
    layers,
    input,
    output,
    hidden,
    narrowedState,
    cell: { at: end, length: 0 },
    arenaEnd: end,
    time: { exponent: EXPONENT, min: 1, max: 65535 },
    scales: {
      input: filled(input.length, 1 / COUNTS),
      inputOffset: filled(input.length, 0),
      output: filled(output.length, 1 / units.output),
      hidden: filled(hidden.length, 1 / units.hidden),
      cell: new Float64Array(0),
    },
  };
}

/** Raw counts to i8 of that step, a power of two: a shift. */
function inputLayer(input: IntVector, x: IntVector, step: number): IntLayer {
  return {
    kind: "int-input",
    name: "input",
    in: input,
    out: x,
    width: 8,
    multiplier: new Int32Array(input.length).fill(1),
    bias: new Int32Array(input.length),
    shift: new Uint8Array(input.length).fill(Math.log2(COUNTS * step)),
  };
}

const stepsOf = (nIn: number, n: number, inputStep: number) => [
  ...new Array<number>(nIn).fill(inputStep),
  ...new Array<number>(n).fill(STATE_STEP),
];

/** Rows from..to of [A | B]. */
function joinRows(a: Values, b: Values, from: number, to: number, nA: number, nB: number): Values {
  const rows = Array.from({ length: to - from }, (_, r) =>
    concatenate(
      a.subarray((from + r) * nA, (from + r + 1) * nA),
      b.subarray((from + r) * nB, (from + r + 1) * nB),
    ),
  );
  return Float64Array.from(rows.flatMap((row) => [...row]));
}

/** torch.nn.GRU without readout; its state in Q0.15. */
export function gruByHand(
  { config, tensors }: Extract<Model, { class: "torch.nn.GRU" }>,
  inputStep: number,
): IntNetwork {
  const { input_size: nIn, units: n } = config;
  const read = (name: string) => valuesOf(tensors, `rnn.${name}_l0`);
  const [wx, bx, wh, bh] = [read("weight_ih"), read("bias_ih"), read("weight_hh"), read("bias_hh")];
  const at = places(nIn, n);
  const { sigmoid, tanh } = buildTables();
  const steps = stepsOf(nIn, n, inputStep);
  const layer: IntLayer = {
    kind: "int-gru",
    name: "gru",
    in: at.x,
    out: at.hidden,
    resetUpdate: byRows(
      joinRows(wx, wh, 0, 2 * n, nIn, n),
      bx.subarray(0, 2 * n).map((b, i) => b + bh[i]!),
      steps,
    ),
    fromInput: byRows(wx.subarray(2 * n * nIn), bx.subarray(2 * n), steps.slice(0, nIn)),
    fromState: byRows(wh.subarray(2 * n * n), bh.subarray(2 * n), steps.slice(nIn)),
    tanh,
    sigmoid,
    narrowed: { to: at.narrowedState, shift: 8 },
  };
  const units = { output: 2 ** 15, hidden: 2 ** 15 };
  return networkOf([inputLayer(at.input, at.x, inputStep), layer], { ...at, output: at.hidden }, units);
}

/**
 * ncps' CfC without backbone, wiring, memory and projection, mode default; its state in Q0.15. Elapsed times have `exponent`
 * fraction bits, its time head `k` more than 11.
 */
export function cfcByHand(
  { config, tensors }: Extract<Model, { class: "ncps.torch.CfC" }>,
  inputStep: number,
  exponent = EXPONENT,
  k = 0,
): IntNetwork {
  const { input_size: nIn, units: n } = config;
  const at = places(nIn, n);
  const { sigmoid, tanh } = buildTables();
  const head = (name: string) =>
    byRows(
      valuesOf(tensors, `rnn_cell.${name}.weight`),
      valuesOf(tensors, `rnn_cell.${name}.bias`),
      stepsOf(nIn, n, inputStep),
      name === "time_a" ? 2 ** (11 + k) : 2048,
    );
  const layer: IntLayer = {
    kind: "int-cfc",
    name: "cfc",
    in: at.z,
    out: at.hidden,
    mode: "default",
    heads: ["ff1", "ff2", "time_a", "time_b"].map(head),
    timeShift: exponent + k,
    tanh,
    sigmoid,
    narrowed: { to: at.narrowedState, shift: 8 },
  };
  const units = { output: 2 ** 15, hidden: 2 ** 15 };
  const layers = [inputLayer(at.input, at.x, inputStep), layer];
  const network = networkOf(layers, { ...at, output: at.hidden }, units);
  return { ...network, time: { ...network.time, exponent } };
}

/** ncps' LTC with affine maps and softplus'ed parameters. f, g: fraction bits of the state and of mapped inputs. */
export function ltcByHand(
  { config, tensors }: Extract<Model, { class: "ncps.torch.LTC" }>,
  nOut: number,
  f: number,
  g: number,
): IntNetwork {
  const { input_size: nIn, units: n, ode_unfolds: unfolds } = config;
  const read = (name: string) => valuesOf(tensors, `rnn_cell.${name}`);
  const sides = ["sensory_", ""].map((prefix) => {
    const [mask, erev] = [read(`${prefix}sparsity_mask`), read(`${prefix}erev`)];
    const w = read(`${prefix}w`).map((value, i) => (mask[i] === 0 ? 0 : softplus(value)));
    return {
      mask,
      w,
      wErev: w.map((value, i) => value * erev[i]!),
      sigma: read(`${prefix}sigma`),
      mu: read(`${prefix}mu`),
    };
  });
  /** Integers a unit of conductance, for each destination. */
  const unit = Float64Array.from({ length: n }, (_, j) => {
    const column = sides.flatMap(({ w, wErev }) => [...w, ...wErev].filter((_, at) => at % n === j));
    return 127 / Math.max(...column.map(Math.abs));
  });
  const b = 10;
  const synapses = (side: (typeof sides)[number], sourceBits: number): IntSynapses => {
    const w = Int8Array.from(side.w, (value, at) => toInteger(value * unit[at % n]!));
    return {
      nOut: n,
      nIn: side.w.length / n,
      mask: Uint8Array.from(side.mask, Math.abs),
      k: Int16Array.from(side.sigma, (value) => toInteger(value * 2 ** b)),
      mu: Int16Array.from(side.mu, (value) => toInteger(value * 2 ** sourceBits)),
      w,
      wErev: Int8Array.from(side.wErev, (value, at) => (w[at] === 0 ? 0 : toInteger(value * unit[at % n]!))),
      shift: sourceBits + b - 11,
    };
  };
  const [gleak, vleak, cm] = [read("gleak").map(softplus), read("vleak"), read("cm").map(softplus)];
  const scaled = (values: Values) =>
    Int32Array.from(values, (value, j) => toInteger(value * unit[j]! * 2 ** 15));
  // cap = cm U / T with T = d / 2^e and R = 2^31 / d
  const charge = cm.map((value, j) => (value * unfolds * 2 ** EXPONENT * unit[j]! * 2 ** 15) / 2 ** 31);
  const capacityShift = Math.floor(30.99 - Math.log2(Math.max(...charge)));

  const hidden = { at: 4 * nIn, length: n };
  const mapped = { at: hidden.at + 4 * n, length: nIn };
  const output = { at: mapped.at + 4 * nIn, length: nOut };
  const none = { at: output.at + 4 * nOut, length: 0 };
  const input = { at: 0, length: nIn };
  const [inW, inB, outW, outB] = [read("input_w"), read("input_b"), read("output_w"), read("output_b")];
  const s = 12;
  const layers: IntLayer[] = [
    {
      kind: "int-input",
      name: "input_map",
      in: input,
      out: mapped,
      width: 16,
      multiplier: Int32Array.from(inW, (w) => toInteger((w * 2 ** (g + s)) / COUNTS)),
      bias: Int32Array.from(inB, (value) => toInteger(value * 2 ** (g + s))),
      shift: new Uint8Array(nIn).fill(s),
    },
    {
      kind: "int-ltc",
      name: "ltc",
      in: mapped,
      out: hidden,
      unfolds,
      fractionBits: f,
      sensory: synapses(sides[0]!, g),
      recurrent: synapses(sides[1]!, f),
      cm: Int32Array.from(charge, (value) => toInteger(value * 2 ** capacityShift)),
      leak: scaled(gleak),
      leakCurrent: scaled(gleak.map((value, j) => value * vleak[j]!)),
      capacityShift,
      sigmoid: buildTables().sigmoidNearest,
      narrowed: null,
    },
    {
      kind: "int-affine",
      name: "output_map",
      in: { at: hidden.at, length: nOut },
      out: output,
      // Outputs in counts of 2^-12.
      multiplier: Int32Array.from(outW, (w) => toInteger(w * 2 ** (12 + s - f))),
      bias: Int32Array.from(outB, (value) => toInteger(value * 2 ** (12 + s))),
      shift: new Uint8Array(nOut).fill(s),
    },
  ];
  const vectors = { input, output, hidden, narrowedState: none, end: none.at };
  const network = networkOf(layers, vectors, { output: 2 ** 12, hidden: 2 ** f });
  return { ...network, time: { exponent: EXPONENT, min: 64, max: 65535 } };
}
