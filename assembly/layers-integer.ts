// What each kind of integer layer does in one time step (docs/integers.md): the sequence of kernels. Assumes an image that
// `check` accepted, whatever the arena holds.

// @ts-nocheck: checked by asc

import { Control, Format, Header, Held, IntKind, IntMode, Layer, matricesOf } from "./image";
import { matvecBlockS8, matvecBlockS8x16 } from "./matvec-block-s8";
import { matvecBlockS4, matvecBlockS4x16 } from "./matvec-block-s4";
import { matvecHeldS8 } from "./matvec-held-s8";
import { matvecS4, matvecS4x16 } from "./matvec-s4";
import { matvecS8, matvecS8x16 } from "./matvec-s8";
import { matvecSparseS8, matvecSparseS8x16 } from "./matvec-sparse-s8";
import { ROW } from "./rows";
import { synapsesS8 } from "./synapses-s8";
import { synapsesSparseS8 } from "./synapses-sparse-s8";
import {
  affineS16, blendS16, cellS16, decayS16, fusedS16, halfSumS16, inputS16, inputS8, membraneS32, mulAddS16, mulS16,
  narrowS8, negateS16, pureS16, scaleS16, tableS16, timeS16
} from "./vector-s16";

/** The elapsed time in the units of the image, within its limits. */
@inline export function elapsedUnits(image: usize, arena: usize): u32 {
  const min = <u32>load<u16>(image, Header.TIME_MIN);
  const max = <u32>load<u16>(image, Header.TIME_MAX);
  let d = load<u32>(arena, Control.ELAPSED);
  d = select<u32>(d, min, d > min);
  return select<u32>(d, max, d < max);
}

/** Runs the layer whose record stands at `layer`. */
export function runIntLayer(image: usize, arena: usize, layer: usize): void {
  const kind = <u32>load<u16>(layer, Layer.KIND);
  if (kind <= IntKind.AFFINE) {
    map(image, arena, layer);
    return;
  }
  if (kind == IntKind.CFC) cfc(image, arena, layer);
  else if (kind == IntKind.DENSE) dense(image, arena, layer);
  else if (kind == IntKind.LSTM) lstm(image, arena, layer);
  else if (kind == IntKind.GRU) gru(image, arena, layer);
  else if (kind == IntKind.GATE) gate(image, arena, layer);
  else ltc(image, arena, layer);
  const narrowed = load<u32>(layer, Layer.NARROWED);
  if (narrowed != 0) {
    narrowS8(
      arena + load<u32>(layer, Layer.OUT), arena + narrowed, <i32>load<u8>(layer, Layer.NARROW_SHIFT),
      load<i32>(layer, Layer.N)
    );
  }
}

/** The matrix at `block` times x, as pre-activations. */
function product(block: usize, arena: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const format = load<u32>(block);
  const body = block + 8;
  if (format >= Format.HELD) {
    if (format == Format.HELD) heldProduct(block, arena, x, y, nOut, nIn);
    else wideProduct(format - Format.WIDE, body, x, y, nOut, nIn);
    return;
  }
  if (format == Format.DENSE) matvecS8(body, body + <usize>nOut * ROW, x, y, nOut, nIn);
  else if (format == Format.DENSE_4) matvecS4(body, body + <usize>nOut * ROW, x, y, nOut, nIn);
  else if (format == Format.BLOCK) matvecBlockS8(body, x, y, nOut);
  else if (format == Format.BLOCK_4) matvecBlockS4(body, x, y, nOut);
  else matvecSparseS8(body, x, y, nOut);
}

/** The same of activations of 16 bits. */
function wideProduct(format: u32, body: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  if (format == Format.DENSE) matvecS8x16(body, body + <usize>nOut * ROW, x, y, nOut, nIn);
  else if (format == Format.DENSE_4) matvecS4x16(body, body + <usize>nOut * ROW, x, y, nOut, nIn);
  else if (format == Format.BLOCK) matvecBlockS8x16(body, x, y, nOut);
  else if (format == Format.BLOCK_4) matvecBlockS4x16(body, x, y, nOut);
  else matvecSparseS8x16(body, x, y, nOut);
}

/** The same of a matrix with held columns. */
function heldProduct(block: usize, arena: usize, x: usize, y: usize, nOut: i32, nIn: i32): void {
  const nHeld = load<i32>(block, Held.N_HELD);
  const others = nIn - nHeld;
  const rows = arena + load<u32>(block, Held.ROWS);
  const w = block + Held.HEAD_BYTES + <usize>nOut * ROW;
  const columns = w + <usize>((nOut + 3) & ~3) * others;
  matvecHeldS8(
    rows, columns, x, arena + load<u32>(block, Held.HELD), load<i32>(block, Held.THRESHOLD), nOut, nHeld
  );
  matvecS8(rows, w, x + nHeld, y, nOut, others);
}

/** What the held matrices of the layer at `layer` keep from step to step, as it is when all their inputs are 0. */
export function resetHeld(image: usize, arena: usize, layer: usize): void {
  let field = layer + Layer.BLOCK_0;
  let left = matricesOf(<u32>load<u16>(layer, Layer.KIND), <u32>load<u16>(layer, Layer.VARIANT));
  for (; left > 0; left--, field += 4) {
    const block = image + load<u32>(field);
    if (load<u32>(block) != Format.HELD) continue;
    let row = arena + load<u32>(block, Held.ROWS);
    let from = block + Held.HEAD_BYTES;
    for (const end = row + load<u32>(block, Held.N_OUT) * ROW; row != end; row += ROW, from += ROW) {
      store<u64>(row, load<u64>(from));
    }
    let held = arena + load<u32>(block, Held.HELD);
    for (const end = held + load<u32>(block, Held.N_HELD); held != end; held++) store<u8>(held, 0);
  }
}

function synapses(
  block: usize, v: usize, table: usize, baseNum: usize, baseDen: usize, num: usize, den: usize, nOut: i32, nIn: i32
): void {
  const shift = load<i32>(block, 8);
  if (load<u32>(block) == Format.DENSE) synapsesS8(block + 12, v, table, shift, baseNum, baseDen, num, den, nOut, nIn);
  else synapsesSparseS8(block + 12, v, table, shift, baseNum, baseDen, num, den, nOut);
}

function map(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const x = arena + load<u32>(layer, Layer.IN);
  const y = arena + load<u32>(layer, Layer.OUT);
  const m = image + load<u32>(layer, Layer.BLOCK_0);
  const b = m + bytes;
  const s = b + bytes;
  if (<u32>load<u16>(layer, Layer.KIND) == IntKind.AFFINE) affineS16(x, m, b, s, y, n);
  else if (load<u16>(layer, Layer.VARIANT) == 0) inputS8(x, m, b, s, y, n);
  else inputS16(x, m, b, s, y, n);
}

function dense(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const out = arena + load<u32>(layer, Layer.OUT);
  product(
    image + load<u32>(layer, Layer.BLOCK_0), arena, arena + load<u32>(layer, Layer.IN), out, n, load<i32>(layer, Layer.N_IN)
  );
  if (load<u16>(layer, Layer.VARIANT) != 0) tableS16(image + load<u32>(layer, Layer.BLOCK_1), out, out, n);
}

function cfc(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 1;
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = arena + load<u32>(layer, Layer.IN);
  const h = arena + load<u32>(layer, Layer.OUT);
  const mode = <u32>load<u16>(layer, Layer.VARIANT);
  const timeShift = <i32>load<u8>(layer, Layer.PARAMETER_0);
  const a = arena + load<u32>(layer, Layer.SCRATCH);
  const c = a + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_0), arena, x, a, n, nIn);
  if (mode == IntMode.PURE) {
    const tau = image + load<u32>(layer, Layer.BLOCK_1);
    const bound = tau + (<usize>n << 2);
    decayS16(elapsedUnits(image, arena), timeShift, tau, a, c, n);
    tableS16(image + load<u32>(layer, Layer.BLOCK_2), c, c, n);
    pureS16(<i32>load<u8>(layer, Layer.PARAMETER_1), bound, bound + (<usize>n << 2), a, c, h, n);
    return;
  }
  const ta = c + bytes;
  const tb = ta + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_1), arena, x, c, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_2), arena, x, ta, n, nIn);
  if (mode < IntMode.PURE) {
    product(image + load<u32>(layer, Layer.BLOCK_3), arena, x, tb, n, nIn);
    timeS16(elapsedUnits(image, arena), timeShift, ta, tb, ta, n);
  }
  tableS16(image + load<u32>(layer, Layer.BLOCK_4), a, a, n << 1);
  tableS16(image + load<u32>(layer, Layer.BLOCK_5), ta, ta, n);
  if (mode == IntMode.DEFAULT || mode == IntMode.DEFAULT_UNIT) blendS16(a, c, ta, h, n);
  else halfSumS16(c, ta, a, h, n);
}

function lstm(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 1;
  const tanh = image + load<u32>(layer, Layer.BLOCK_1);
  const g = arena + load<u32>(layer, Layer.SCRATCH);
  const i = g + bytes;
  const f = i + bytes;
  const o = f + bytes;
  product(
    image + load<u32>(layer, Layer.BLOCK_0), arena, arena + load<u32>(layer, Layer.IN), g, n << 2,
    load<i32>(layer, Layer.N_IN) + n
  );
  tableS16(tanh, g, g, n);
  tableS16(image + load<u32>(layer, Layer.BLOCK_2), i, i, 3 * n);
  cellS16(<i32>load<u8>(layer, Layer.PARAMETER_0), g, i, f, arena + load<u32>(layer, Layer.CELL), g, n);
  tableS16(tanh, g, g, n);
  mulS16(<i32>load<u8>(layer, Layer.PARAMETER_1), o, g, arena + load<u32>(layer, Layer.OUT), n);
}

function gru(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 1;
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = arena + load<u32>(layer, Layer.IN);
  const h = arena + load<u32>(layer, Layer.OUT);
  const r = arena + load<u32>(layer, Layer.SCRATCH);
  const z = r + bytes;
  const fromInput = z + bytes;
  const fromState = fromInput + bytes;
  product(image + load<u32>(layer, Layer.BLOCK_0), arena, x, r, n << 1, nIn + n);
  tableS16(image + load<u32>(layer, Layer.BLOCK_4), r, r, n << 1);
  product(image + load<u32>(layer, Layer.BLOCK_1), arena, x, fromInput, n, nIn);
  const stateBlock = image + load<u32>(layer, Layer.BLOCK_2);
  product(stateBlock, arena, x + (<usize>nIn << <usize>(load<u32>(stateBlock) > Format.WIDE)), fromState, n, n);
  mulAddS16(r, fromState, fromInput, r, n);
  tableS16(image + load<u32>(layer, Layer.BLOCK_3), r, r, n);
  blendS16(r, h, z, h, n);
}

function gate(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const nIn = load<i32>(layer, Layer.N_IN);
  const x = arena + load<u32>(layer, Layer.IN);
  const h = arena + load<u32>(layer, Layer.OUT);
  const g = arena + load<u32>(layer, Layer.SCRATCH);
  const a = g + (<usize>n << 1);
  const table = image + load<u32>(layer, Layer.BLOCK_3);
  product(image + load<u32>(layer, Layer.BLOCK_0), arena, x, g, n, nIn);
  product(image + load<u32>(layer, Layer.BLOCK_1), arena, x, a, n, nIn);
  tableS16(image + load<u32>(layer, Layer.BLOCK_2), g, g, n);
  if (load<u16>(layer, Layer.VARIANT) == 0) {
    tableS16(table, a, a, n);
    scaleS16(elapsedUnits(image, arena), <i32>load<u8>(layer, Layer.PARAMETER_0), a, a, n);
    tableS16(image + load<u32>(layer, Layer.BLOCK_4), a, a, n);
  } else {
    negateS16(a, a, n);
    tableS16(table, a, a, n);
  }
  blendS16(g, h, a, h, n);
}

function ltc(image: usize, arena: usize, layer: usize): void {
  const n = load<i32>(layer, Layer.N);
  const bytes = <usize>n << 2;
  const v = arena + load<u32>(layer, Layer.OUT);
  const f = <i32>load<u8>(layer, Layer.PARAMETER_0);
  const cm = image + load<u32>(layer, Layer.BLOCK_2);
  const leak = cm + bytes;
  const table = image + load<u32>(layer, Layer.BLOCK_3);
  const recurrent = image + load<u32>(layer, Layer.BLOCK_1);
  const capacity = arena + load<u32>(layer, Layer.SCRATCH);
  const baseNum = capacity + bytes;
  const baseDen = baseNum + bytes;
  const num = baseDen + bytes;
  const den = num + bytes;
  // Inputs and elapsed time do not change during the step: their parts are summed once.
  synapses(
    image + load<u32>(layer, Layer.BLOCK_0), arena + load<u32>(layer, Layer.IN), table, leak + bytes, leak, baseNum, baseDen,
    n, load<i32>(layer, Layer.N_IN)
  );
  membraneS32(
    <i32>(<u32>0x7fffffff / elapsedUnits(image, arena)), <i32>load<u8>(layer, Layer.PARAMETER_1), cm, capacity, baseDen, n
  );
  for (let unfolds = load<u32>(layer, Layer.UNFOLDS); unfolds > 0; unfolds--) {
    synapses(recurrent, v, table, baseNum, baseDen, num, den, n, n);
    fusedS16(f, capacity, num, den, v, n);
  }
}
