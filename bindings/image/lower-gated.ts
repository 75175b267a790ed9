// LSTM (torch.nn.LSTM and the mixed memory of ncps) and GRU.

import type { GatedConfig } from "../network/model.ts";
import type { LoweredCell, Tensors } from "./lower.ts";
import type { ArenaLayout, ArenaVector, LoweredLayer } from "./lowered.ts";
import type { Matrix } from "./parameters.ts";

/** The core's order of LSTM gates as rows of one matrix: candidate, input, forget, output. */
export const TORCH_LSTM_ROWS = [2, 0, 1, 3];
export const NCPS_LSTM_ROWS = [0, 1, 2, 3];
const TORCH_TENSORS = "rnn.weight_ih_l0, rnn.weight_hh_l0";

/** ncps' LSTM memory: gates (a, i, f, o) without recurrent bias, and 1 added to the forget gate. Updates h in place. */
export function mixedMemory(
  tensors: Tensors,
  input: ArenaVector,
  hidden: ArenaVector,
  cell: ArenaVector,
): LoweredLayer {
  const n = hidden.length;
  const bias = tensors("lstm.input_map.bias").map((b, row) => (Math.floor(row / n) === 2 ? b + 1 : b));
  const matrix = joinGates(
    part(tensors, "lstm.input_map.weight"),
    part(tensors, "lstm.recurrent_map.weight"),
    bias,
    n,
    input.length,
    NCPS_LSTM_ROWS,
    "lstm.input_map.weight, lstm.recurrent_map.weight",
  );
  return { kind: "lstm", name: "lstm", in: input, out: hidden, cell, matrix };
}

export function lowerLstm(config: GatedConfig, tensors: Tensors, arena: ArenaLayout): LoweredCell {
  const { input_size: m, units: n } = config;
  const input = arena.place(m);
  const hidden = arena.place(n);
  const cell = arena.place(n);
  const matrix = joinGates(
    part(tensors, "rnn.weight_ih_l0"),
    part(tensors, "rnn.weight_hh_l0"),
    sumOf(tensors("rnn.bias_ih_l0"), tensors("rnn.bias_hh_l0")),
    n,
    m,
    TORCH_LSTM_ROWS,
    TORCH_TENSORS,
  );
  return {
    layers: [{ kind: "lstm", name: "lstm", in: input, out: hidden, cell, matrix }],
    input,
    hidden,
    cell,
  };
}

/** GRU: the candidate keeps its two products apart, because the reset gate multiplies the one from the state. */
export function lowerGru(config: GatedConfig, tensors: Tensors, arena: ArenaLayout): LoweredCell {
  const { input_size: m, units: n } = config;
  const input = arena.place(m);
  const hidden = arena.place(n);
  const fromInput = part(tensors, "rnn.weight_ih_l0");
  const fromState = part(tensors, "rnn.weight_hh_l0");
  const inputBias = tensors("rnn.bias_ih_l0");
  const stateBias = tensors("rnn.bias_hh_l0");
  const layer: LoweredLayer = {
    kind: "gru",
    name: "gru",
    in: input,
    out: hidden,
    resetUpdate: joinGates(fromInput, fromState, sumOf(inputBias, stateBias), n, m, [0, 1], TORCH_TENSORS),
    fromInput: { ...block(fromInput, inputBias, n, m, 2), tensor: "rnn.weight_ih_l0" },
    fromState: { ...block(fromState, stateBias, n, n, 2), tensor: "rnn.weight_hh_l0" },
  };
  return { layers: [layer], input, hidden, cell: { at: arena.end, length: 0 } };
}

/** The weights of all gates from one of their two sources. */
interface GatePart {
  weights: Float32Array;
  mask: Uint8Array | null;
}

function part(tensors: Tensors, name: string): GatePart {
  return { weights: tensors(name), mask: tensors.pruneMask(name) };
}

/** The given n-row blocks of [W_input | W_state], one matrix over z = [x, h]. */
function joinGates(
  fromInput: GatePart,
  fromState: GatePart,
  bias: Float32Array,
  n: number,
  m: number,
  blocks: number[],
  tensor: string,
): Matrix {
  const nOut = blocks.length * n;
  const nIn = m + n;
  const weights = new Float32Array(nOut * nIn);
  const isPruned = fromInput.mask !== null || fromState.mask !== null;
  const mask = isPruned ? new Uint8Array(nOut * nIn).fill(1) : null;
  const joined = new Float32Array(nOut);
  for (const [to, from] of blocks.entries()) {
    for (let r = 0; r < n; r++) {
      const source = from * n + r;
      const row = to * n + r;
      for (const [{ weights: from, mask: present }, width, at] of [
        [fromInput, m, row * nIn],
        [fromState, n, row * nIn + m],
      ] as const) {
        weights.set(from.subarray(source * width, (source + 1) * width), at);
        if (present !== null) mask!.set(present.subarray(source * width, (source + 1) * width), at);
      }
      joined[row] = bias[source]!;
    }
  }
  return { nOut, nIn, weights, mask, bias: joined, tensor };
}

/** One n-row block of a matrix. */
function block(gates: GatePart, bias: Float32Array, n: number, nIn: number, index: number): Matrix {
  const [start, end] = [index * n * nIn, (index + 1) * n * nIn];
  return {
    nOut: n,
    nIn,
    weights: gates.weights.subarray(start, end),
    mask: gates.mask === null ? null : gates.mask.subarray(start, end),
    bias: bias.subarray(index * n, (index + 1) * n),
  };
}

function sumOf(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]!);
}
