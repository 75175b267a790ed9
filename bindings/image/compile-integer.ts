// Integer network → image of integers: what compile.ts does for floats. The arithmetic is in docs/integers.md, the layers'
// parameters in assembly/image.ts.

import { addMacs } from "../count/op-profile.ts";
import { LiquidEdgeError } from "../errors.ts";
import type { CompiledLayer, CompiledNetwork } from "./compile.ts";
import {
  type EncodedIntBlock,
  encodeHeldMatrix,
  encodeIntMatrix,
  encodeIntSynapses,
  encodeIntVectors,
  encodeTable,
  encodeWords,
} from "./encode-integer.ts";
import {
  CONTROL_BYTES,
  HEADER_BYTES,
  Header,
  Held,
  IntKind,
  IntMode,
  LAYER_BYTES,
  Layer,
  MAX_ELEMENTS,
  MAX_UNFOLDS,
  NUMBERS_INTEGER,
  scratchElements,
} from "./format.ts";
import { HeldLayout, type HeldMatrix, nothingToHold } from "./held-columns.ts";
import type {
  IntLayer,
  IntMatrix,
  IntNetwork,
  IntSynapses,
  IntTable,
  IntVector,
  Narrowed,
  SkipUnchanged,
} from "./lowered-integer.ts";
import { memoryOf, u16, u32, writeChecksum, writeHeader, writeLayer } from "./records.ts";

/** What a host needs to feed an integer image and to read it. */
export interface IntegerNumbers extends Pick<IntNetwork, "time" | "scales"> {
  /** i8 copies of states, in the order in which a step makes them. */
  copies: { from: IntVector; to: IntVector; shift: number }[];
}

/** How an integer network is compiled. */
export interface CompileIntegerOptions {
  /** `layer.matrix` of matrices to store dense although fewer operations would do; default: the format of fewest operations. */
  dense?: ReadonlySet<string>;
  /** Which inputs of dense matrices are skipped where they have not changed; default: none. */
  skipUnchanged?: SkipUnchanged | null | undefined;
  /** What messages call the network. */
  source?: string;
}

/**
 * Compiles an integer network.
 * @throws LiquidEdgeError `unavailable` when a layer is wider, or has more unfolds, than the core allows, or when there is no matrix
 * whose unchanged inputs could be skipped
 */
export function compileInteger(
  network: IntNetwork,
  { dense = new Set(), skipUnchanged = null, source = "network" }: CompileIntegerOptions = {},
): CompiledNetwork {
  const { input, output, hidden, cell, narrowedState, time, scales } = network;
  const layout = skipUnchanged === null ? null : new HeldLayout(network, skipUnchanged);
  const encoded = network.layers.map((layer) => encodeLayer(layer, dense, layout));
  const vectorsEnd = (network.arenaEnd + 3) & ~3;
  const scratchAt = layout?.end ?? vectorsEnd;
  if (layout !== null && scratchAt === vectorsEnd) throw nothingToHold(source, skipUnchanged!);
  const scratchWords = encoded.map(({ kind, variant, n }) => scratchElements(kind, variant, n));
  const arenaBytes = scratchAt + 4 * Math.max(0, ...scratchWords);

  const headBytes = HEADER_BYTES + LAYER_BYTES * encoded.length;
  const body: Uint8Array[] = [];
  let end = headBytes;
  /** Tables that several layers use stand in the image once. */
  const shared = new Map<string, number>();
  let tableBytes = 0;
  const place = ({ bytes, tableBytes: indices, isTable }: Block): number => {
    const key = isTable ? bytes.join() : null;
    const before = key === null ? undefined : shared.get(key);
    if (before !== undefined) return before;
    const at = end;
    if (key !== null) shared.set(key, at);
    body.push(bytes);
    tableBytes += indices;
    end += bytes.length;
    return at;
  };
  const held: HeldMatrix[] = [];
  const head = new DataView(new ArrayBuffer(headBytes));
  for (const [i, layer] of encoded.entries()) {
    const record = writeLayer(head, i, layer, scratchAt);
    u32(head, record + Layer.NARROWED, layer.narrowed?.to.at ?? 0);
    head.setUint8(record + Layer.NARROW_SHIFT, layer.narrowed?.shift ?? 0);
    head.setUint8(record + Layer.PARAMETER_0, layer.parameters[0]);
    head.setUint8(record + Layer.PARAMETER_1, layer.parameters[1]);
    for (const [slot, block] of layer.blocks) {
      const at = place(block);
      u32(head, record + Layer.BLOCK_0 + 4 * slot, at);
      if (block.held !== undefined) held.push({ ...block.held, layer: i, thresholdAt: at + Held.THRESHOLD });
    }
  }

  const states = [hidden, cell, narrowedState].filter(({ length }) => length > 0);
  const bytesOf = (vector: IntVector) => (vector === narrowedState ? 1 : 2) * vector.length;
  const stateAt = states.length === 0 ? CONTROL_BYTES : Math.min(...states.map(({ at }) => at)) & ~3;
  const stateEnd = Math.max(stateAt, ...states.map((vector) => vector.at + bytesOf(vector)));
  const image = new Uint8Array(end);
  image.set(new Uint8Array(head.buffer));
  let at = headBytes;
  for (const bytes of body) {
    image.set(bytes, at);
    at += bytes.length;
  }
  const view = new DataView(image.buffer);
  const windows = { input, output, state: { at: stateAt, length: Math.ceil((stateEnd - stateAt) / 4) } };
  writeHeader(view, windows, encoded.length, arenaBytes);
  u16(view, Header.NUMBERS, NUMBERS_INTEGER);
  u16(view, Header.TIME_EXPONENT, time.exponent);
  u16(view, Header.TIME_MIN, time.min);
  u16(view, Header.TIME_MAX, time.max);
  writeChecksum(image);

  const kept = scratchAt - vectorsEnd;
  const state = states.reduce((sum, vector) => sum + bytesOf(vector), kept);
  const isState = output.at >= hidden.at && output.at < hidden.at + 2 * hidden.length;
  const io = 2 * (input.length + (isState ? 0 : output.length));
  return {
    image,
    arenaBytes,
    input,
    output,
    hidden,
    cell,
    layers: encoded.map(({ info }) => info),
    precision: encoded.some(({ has4Bits }) => has4Bits) ? "int4" : "int8",
    integer: { time, scales, copies: copiesOf(network) },
    ...(skipUnchanged === null ? {} : { skipUnchanged: { ...skipUnchanged, matrices: held } }),
    memory: memoryOf(end, arenaBytes, { header: headBytes, tables: tableBytes, state, io }),
  };
}

function copiesOf({ layers, hidden }: IntNetwork): IntegerNumbers["copies"] {
  return layers.flatMap((layer) => {
    const isState = layer.out.at >= hidden.at && layer.out.at < hidden.at + 2 * hidden.length;
    if (!isState || !("narrowed" in layer) || layer.narrowed === null) return [];
    return [{ from: layer.out, ...layer.narrowed }];
  });
}

interface Block {
  bytes: Uint8Array;
  tableBytes: number;
  /** May stand for another one of the same bytes. */
  isTable: boolean;
  /** Of a matrix with held columns. */
  held?: Omit<HeldMatrix, "layer" | "thresholdAt"> | undefined;
}

interface EncodedLayer {
  kind: IntKind;
  variant: number;
  nIn: number;
  n: number;
  in: number;
  out: number;
  cell: number;
  unfolds: number;
  narrowed: Narrowed;
  parameters: [number, number];
  blocks: Map<number, Block>;
  has4Bits: boolean;
  info: CompiledLayer;
}

const KINDS = {
  "int-input": IntKind.INPUT,
  "int-affine": IntKind.AFFINE,
  "int-dense": IntKind.DENSE,
  "int-cfc": IntKind.CFC,
  "int-lstm": IntKind.LSTM,
  "int-gru": IntKind.GRU,
  "int-gate": IntKind.GATE,
  "int-ltc": IntKind.LTC,
} as const;

function encodeLayer(layer: IntLayer, dense: ReadonlySet<string>, layout: HeldLayout | null): EncodedLayer {
  const n = layer.out.length;
  const nIn = inputsOf(layer);
  if (n > MAX_ELEMENTS || nIn > MAX_ELEMENTS) {
    throw unavailable(layer, `${Math.max(n, nIn)} elements, the core allows ${MAX_ELEMENTS}`);
  }
  const info: CompiledLayer = { name: layer.name, kind: layer.kind, nIn, n, macs: [], parameters: [] };
  const result: EncodedLayer = {
    kind: KINDS[layer.kind],
    variant: 0,
    nIn,
    n,
    in: layer.in.at,
    out: layer.out.at,
    cell: CONTROL_BYTES,
    unfolds: 0,
    narrowed: "narrowed" in layer ? layer.narrowed : null,
    parameters: [0, 0],
    blocks: new Map(),
    has4Bits: false,
    info,
  };
  const add = (
    slot: number,
    name: string,
    block: EncodedIntBlock,
    possible: number,
    { macs, rows }: { macs: number; rows: number },
    held?: Block["held"],
  ) => {
    result.blocks.set(slot, { ...block, isTable: false, held });
    const { format, connections, kernel } = block;
    info.parameters.push({ name, format, connections, possible });
    const inHeld = held === undefined ? 0 : held.nOut * held.nHeld;
    if (inHeld > 0) addMacs(info.macs, "matvecHeldS8", inHeld, 0);
    addMacs(info.macs, kernel, macs * (connections - inHeld), rows);
  };
  /** `skip`: columns of the layer that come before those of the matrix. */
  const addMatrix = (slot: number, name: string, matrix: IntMatrix, skip = 0) => {
    const { nOut, nIn } = matrix;
    result.has4Bits ||= matrix.bits === 4;
    // Activations of a byte: of others nothing is held.
    const nHeld = layout?.columnsOf(matrix, layer.in.at + skip) ?? 0;
    const isFull = matrix.mask?.every((present) => present !== 0) ?? true;
    const wanted = dense.has(`${layer.name}.${name}`) || (nHeld > 0 && isFull) ? "dense" : undefined;
    const block = encodeIntMatrix(matrix, wanted);
    const size = { macs: 1, rows: nOut };
    if (nHeld === 0 || block.format !== "dense") {
      add(slot, name, block, nOut * nIn, size);
      return;
    }
    const columns = layout!.place(nOut, nHeld);
    const held = { name, nOut, nHeld, heldAt: columns.held };
    add(slot, name, encodeHeldMatrix(matrix, columns), nOut * nIn, size, held);
  };
  const addSynapses = (slot: number, name: string, synapses: IntSynapses, times: number) =>
    add(slot, name, encodeIntSynapses(synapses), synapses.nOut * synapses.nIn, { macs: 2 * times, rows: 0 });
  const addVectors = (slot: number, bytes: Uint8Array) =>
    result.blocks.set(slot, { bytes, tableBytes: 0, isTable: false });
  const addTable = (slot: number, table: IntTable) => {
    const bytes = encodeTable(table);
    result.blocks.set(slot, { bytes, tableBytes: bytes.length, isTable: true });
  };
  switch (layer.kind) {
    case "int-input":
      result.variant = layer.width === 8 ? 0 : 1;
      addVectors(0, encodeIntVectors([layer.multiplier, layer.bias], [layer.shift]));
      break;
    case "int-affine":
      addVectors(0, encodeIntVectors([layer.multiplier, layer.bias], [layer.shift]));
      break;
    case "int-dense":
      result.variant = layer.table === null ? 0 : 1;
      addMatrix(0, "weight", layer.matrix);
      if (layer.table !== null) addTable(1, layer.table);
      break;
    case "int-cfc":
      if (layer.mode === "pure") {
        result.variant = IntMode.PURE;
        result.parameters = [layer.timeShift, layer.swingShift];
        addMatrix(0, "ff1", layer.ff1);
        addVectors(1, encodeIntVectors([layer.absTau, layer.bound], [layer.boundShift]));
        addTable(2, layer.expNeg);
        break;
      }
      result.variant =
        (layer.mode === "default" ? IntMode.DEFAULT : IntMode.NO_GATE) +
        (layer.heads.length === 4 ? 0 : IntMode.DEFAULT_UNIT);
      result.parameters = [layer.timeShift, 0];
      for (const [i, head] of layer.heads.entries()) {
        addMatrix(i, layer.heads.length === 3 && i === 2 ? "time" : CFC_HEADS[i]!, head);
      }
      addTable(4, layer.tanh);
      addTable(5, layer.sigmoid);
      break;
    case "int-lstm":
      result.cell = layer.cell.at;
      result.parameters = [layer.cellFormat, layer.outShift];
      addMatrix(0, "gates", layer.matrix);
      addTable(1, layer.tanh);
      addTable(2, layer.sigmoid);
      break;
    case "int-gru":
      addMatrix(0, "reset_update", layer.resetUpdate);
      addMatrix(1, "candidate_input", layer.fromInput);
      addMatrix(2, "candidate_state", layer.fromState, layer.fromInput.nIn);
      addTable(3, layer.tanh);
      addTable(4, layer.sigmoid);
      break;
    case "int-gate":
      result.variant = layer.sigmoid === null ? 0 : 1;
      result.parameters = [layer.timeShift, 0];
      addMatrix(0, "g", layer.g);
      addMatrix(1, "a", layer.a);
      addTable(2, layer.tanh);
      addTable(3, (layer.sigmoid ?? layer.softplus)!);
      if (layer.sigmoid === null) addTable(4, layer.expNeg!);
      break;
    case "int-ltc":
      if (layer.unfolds > MAX_UNFOLDS) {
        throw unavailable(layer, `${layer.unfolds} unfolds, the core allows ${MAX_UNFOLDS}`);
      }
      result.unfolds = layer.unfolds;
      result.parameters = [layer.fractionBits, layer.capacityShift];
      addSynapses(0, "sensory", layer.sensory, 1);
      addSynapses(1, "recurrent", layer.recurrent, layer.unfolds);
      addVectors(2, encodeIntVectors([layer.cm, layer.leak, layer.leakCurrent]));
      result.blocks.set(3, {
        bytes: encodeWords(layer.sigmoid),
        tableBytes: 2 * layer.sigmoid.length,
        isTable: true,
      });
      break;
  }
  return result;
}

const CFC_HEADS = ["ff1", "ff2", "time_a", "time_b"] as const;

/** Elements at `in` without the state, as the matrices have them. */
function inputsOf(layer: IntLayer): number {
  switch (layer.kind) {
    case "int-dense":
      return layer.matrix.nIn;
    case "int-lstm":
      return layer.matrix.nIn - layer.out.length;
    case "int-gru":
      return layer.fromInput.nIn;
    case "int-gate":
      return layer.g.nIn;
    case "int-cfc":
      return layer.mode === "pure" ? layer.ff1.nIn : layer.heads[0]!.nIn;
    case "int-ltc":
      return layer.sensory.nIn;
    default:
      return layer.out.length;
  }
}

function unavailable({ name }: IntLayer, what: string): LiquidEdgeError {
  return new LiquidEdgeError("unavailable", `layer ${name}: ${what}`);
}
