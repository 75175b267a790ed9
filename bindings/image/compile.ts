// Model → image: the bytes that every build of the core interprets, on the host and on a board. One model gives the
// same bytes on every engine: nothing here calls a host function that may differ in its last bit.

import { addMacs, type MacCount } from "../count/op-profile.ts";
import { LiquidEdgeError } from "../errors.ts";
import type { StaticMemory } from "../estimate/memory-profiler.ts";
import type { Model } from "../network/model.ts";
import type { IntegerNumbers } from "./compile-integer.ts";
import { type EncodedBlock, encodeMatrix, encodeSynapses, encodeVectors } from "./encode.ts";
import type { IntFormat } from "./encode-integer.ts";
import {
  Activation,
  CONTROL_BYTES,
  HEADER_BYTES,
  Kind,
  LAYER_BYTES,
  Layer,
  MAX_ELEMENTS,
  MAX_UNFOLDS,
  Mode,
  Solver,
  scratchElements,
} from "./format.ts";
import type { CompiledSkip } from "./held-columns.ts";
import { lower } from "./lower.ts";
import type { LoweredLayer, LoweredNetwork } from "./lowered.ts";
import type { IntLayer } from "./lowered-integer.ts";
import type { Matrix, Precision, Synapses } from "./parameters.ts";
import { memoryOf, u32, writeChecksum, writeHeader, writeLayer } from "./records.ts";

/** What the compiler knows of a layer of the image. */
export interface CompiledLayer {
  /** As profiles name it, e.g. `ltc`, `backbone.0`. */
  name: string;
  kind: LoweredLayer["kind"] | IntLayer["kind"];
  /** Values that it reads. */
  nIn: number;
  /** Neurons, or values that it gives. */
  n: number;
  /** MACs of one time step by kernel; a synapse counts two an evaluation (numerator and denominator). */
  macs: Required<MacCount>[];
  /** Matrices and synapse sets, with the format that was chosen by counted cost. */
  parameters: {
    name: string;
    format: EncodedBlock["format"] | IntFormat;
    connections: number;
    possible: number;
  }[];
}

/** A compiled network: the image and where its vectors lie in the arena (byte offsets, lengths in elements). */
export interface CompiledNetwork extends Pick<LoweredNetwork, "input" | "output" | "hidden" | "cell"> {
  /** The bytes that the core interprets, on this machine and on a board. */
  image: Uint8Array;
  /** RAM that the core works in beside the image. */
  arenaBytes: number;
  /** In the order of execution. */
  layers: CompiledLayer[];
  /** How the image stores weights; the arithmetic is fp32 in the first two, integers only in the others. */
  precision: Precision | "int8" | "int4";
  /** Sizes of image and arena by section. */
  memory: StaticMemory;
  /** What the integers of an integer image mean; absent: its vectors are floats. */
  integer?: IntegerNumbers;
  /** Of an integer image that skips unchanged inputs; absent: how many operations a step executes depends on the image alone. */
  skipUnchanged?: CompiledSkip;
}

/** How a model becomes an image. */
export interface CompileOptions {
  /** How the image stores weights. Default fp32. */
  precision?: Precision;
  /** What messages call the model, e.g. its file. */
  source?: string;
}

/**
 * Compiles a checked model.
 * @throws LiquidEdgeError `unavailable` when a layer is wider than the core allows, or a weight too large for fp16
 */
export function compile(model: Model, options: CompileOptions = {}): CompiledNetwork {
  const { precision = "fp32", source } = options;
  return named(source, () => compileLowered(lower(model), precision));
}

/** The image of a network that is lowered already. Which bytes hold which parameter depends on masks alone, not on values. */
export function compileLowered(lowered: LoweredNetwork, precision: Precision): CompiledNetwork {
  const encoded = lowered.layers.map((layer) => encodeLayer(layer, precision));
  const scratchAt = lowered.arenaEnd;
  const scratchBytes = Math.max(
    0,
    ...encoded.map((layer) => 4 * scratchElements(layer.kind, layer.variant, layer.n)),
  );
  const arenaBytes = scratchAt + scratchBytes;

  const headBytes = HEADER_BYTES + LAYER_BYTES * encoded.length;
  const bodyBytes = encoded.flatMap((l) => l.blocks).reduce((sum, b) => sum + b.bytes.length, 0);
  const image = new Uint8Array(headBytes + bodyBytes);
  const view = new DataView(image.buffer);
  let at = headBytes;
  for (const [i, layer] of encoded.entries()) {
    const record = writeLayer(view, i, layer, scratchAt);
    view.setFloat32(record + Layer.ODE_STEP, layer.odeStep, true);
    for (const [b, block] of layer.blocks.entries()) {
      u32(view, record + Layer.BLOCK_0 + 4 * b, at);
      image.set(block.bytes, at);
      at += block.bytes.length;
    }
  }
  const { input, output, hidden, cell } = lowered;
  const windows = { input, output, state: { at: hidden.at, length: hidden.length + cell.length } };
  writeHeader(view, windows, encoded.length, arenaBytes);
  writeChecksum(image);

  const tables = encoded.flatMap((l) => l.blocks).reduce((sum, b) => sum + b.tableBytes, 0);
  const state = 4 * windows.state.length;
  const io = 4 * (input.length + (output.at >= hidden.at + state ? output.length : 0));
  return {
    image,
    arenaBytes,
    input,
    output,
    hidden,
    cell,
    layers: encoded.map(({ info }) => info),
    precision,
    memory: memoryOf(image.length, arenaBytes, { header: headBytes, tables, state, io }),
  };
}

/** Adds the name of the model to a complaint. */
function named<T>(source: string | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (source === undefined || !(error instanceof LiquidEdgeError)) throw error;
    throw new LiquidEdgeError(error.code, `${source}: ${error.message}`, { cause: error });
  }
}

interface Block {
  bytes: Uint8Array;
  tableBytes: number;
}

interface EncodedLayer {
  kind: Kind;
  variant: number;
  nIn: number;
  n: number;
  in: number;
  out: number;
  cell: number;
  unfolds: number;
  odeStep: number;
  blocks: Block[];
  info: CompiledLayer;
}

const ACTIVATIONS = {
  linear: Activation.LINEAR,
  lecun_tanh: Activation.LECUN_TANH,
  relu: Activation.RELU,
  tanh: Activation.TANH,
  silu: Activation.SILU,
  gelu: Activation.GELU,
  sigmoid: Activation.SIGMOID,
} as const;
const SOLVERS = { fused: Solver.FUSED, euler: Solver.EULER, rk4: Solver.RK4 } as const;
const MODES = { default: Mode.DEFAULT, no_gate: Mode.NO_GATE, pure: Mode.PURE } as const;
const KINDS = {
  affine: Kind.AFFINE,
  dense: Kind.DENSE,
  ltc: Kind.LTC,
  ctrnn: Kind.CTRNN,
  cfc: Kind.CFC,
  lstm: Kind.LSTM,
  gru: Kind.GRU,
  gate: Kind.GATE,
} as const;
/** Parts of the names of kernels. */
const KERNEL = { dense: "", sparse: "Sparse", block: "Block" } as const;
const SUFFIX = { fp32: "F32", fp16: "F16" } as const;
/** Evaluations of the synapses in one unfold. */
const EVALUATIONS = { fused: 1, euler: 1, rk4: 4 } as const;

function encodeLayer(layer: LoweredLayer, precision: Precision): EncodedLayer {
  const n = layer.out.length;
  const nIn = layer.in.length;
  if (n > MAX_ELEMENTS || nIn > MAX_ELEMENTS) {
    const width = Math.max(n, nIn);
    throw new LiquidEdgeError(
      "unavailable",
      `layer ${layer.name}: ${width} elements, the core allows ${MAX_ELEMENTS}`,
    );
  }
  const blocks: Block[] = [];
  const info: CompiledLayer = { name: layer.name, kind: layer.kind, nIn, n, macs: [], parameters: [] };
  const add = (name: string, block: EncodedBlock, possible: number) => {
    blocks.push(block);
    info.parameters.push({ name, format: block.format, connections: block.connections, possible });
    return block;
  };
  const addMatrix = (name: string, matrix: Matrix, times = 1) => {
    const block = add(name, encodeMatrix(matrix, undefined, precision), matrix.nOut * matrix.nIn);
    const kernel = `matvec${KERNEL[block.format]}${SUFFIX[precision]}`;
    addMacs(info.macs, kernel, times * block.connections, times * matrix.nOut);
  };
  const addSynapses = (name: string, synapses: Synapses, times: number) => {
    const block = add(name, encodeSynapses(synapses, undefined, precision), synapses.nOut * synapses.nIn);
    addMacs(
      info.macs,
      `synapses${KERNEL[block.format]}${SUFFIX[precision]}`,
      2 * times * block.connections,
      0,
    );
  };
  const addVectors = (...vectors: Float32Array[]) =>
    blocks.push({ bytes: encodeVectors(...vectors), tableBytes: 0 });

  const result: EncodedLayer = {
    kind: KINDS[layer.kind],
    variant: 0,
    nIn,
    n,
    in: layer.in.at,
    out: layer.out.at,
    cell: CONTROL_BYTES,
    unfolds: 0,
    odeStep: 0,
    blocks,
    info,
  };
  switch (layer.kind) {
    case "affine":
      addVectors(layer.w, layer.b);
      break;
    case "dense":
      result.variant = ACTIVATIONS[layer.activation];
      addMatrix("weight", layer.matrix);
      break;
    case "ltc":
      result.variant = SOLVERS[layer.solver];
      result.unfolds = checkUnfolds(layer);
      result.odeStep = layer.odeStep;
      addSynapses("sensory", layer.sensory, 1);
      addSynapses("recurrent", layer.recurrent, layer.unfolds * EVALUATIONS[layer.solver]);
      addVectors(layer.membrane, layer.leak, layer.leakCurrent);
      break;
    case "ctrnn":
      result.unfolds = checkUnfolds(layer);
      result.odeStep = layer.odeStep;
      addMatrix("weight", layer.matrix, layer.unfolds);
      addVectors(layer.leak);
      break;
    case "cfc":
      result.variant = MODES[layer.mode];
      if (layer.mode === "pure") {
        addMatrix("ff1", layer.ff1);
        addVectors(layer.absTau, layer.bound);
      } else {
        for (const [i, name] of ["ff1", "ff2", "time_a", "time_b"].entries())
          addMatrix(name, layer.heads[i]!);
      }
      break;
    case "lstm":
      result.cell = layer.cell.at;
      addMatrix("gates", layer.matrix);
      break;
    case "gru":
      addMatrix("reset_update", layer.resetUpdate);
      addMatrix("candidate_input", layer.fromInput);
      addMatrix("candidate_state", layer.fromState);
      break;
    case "gate":
      addMatrix("g", layer.target);
      addMatrix("a", layer.rate);
      break;
  }
  return result;
}

function checkUnfolds(layer: { name: string; unfolds: number }): number {
  if (layer.unfolds <= MAX_UNFOLDS) return layer.unfolds;
  throw new LiquidEdgeError(
    "unavailable",
    `layer ${layer.name}: ${layer.unfolds} unfolds, the core allows ${MAX_UNFOLDS}`,
  );
}
