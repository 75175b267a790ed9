// Runs an integer network, layer by layer over an arena, as docs/integers.md specifies it. The files of this folder are
// written from that page alone, with no thought of speed, and share no code with assembly/ or bindings/ (types only).

import type { IntLayer, IntMatrix, IntNetwork } from "../../../bindings/image/lowered-integer.ts";
import { Arena } from "./arena.ts";
import { blend, rsh, sat16 } from "./arithmetic.ts";
import { cfcDefault, cfcNoGate, cfcPure, decay, gru, lstm, timeArgument, unitDecay } from "./cells.ts";
import { Held, type HeldRule } from "./held.ts";
import { ltcStep } from "./ltc.ts";
import { mapAffine, mapInput, product } from "./product.ts";
import { lookUp } from "./table.ts";

export interface IntegerOptions {
  /** Elapsed time of each step in units of 2^-exponent; one unit of time (2^exponent) where absent. */
  elapsed?: Uint16Array;
  /** States before the first step; zeros where absent. */
  hidden?: Int16Array;
  cell?: Int16Array;
  /** Columns whose inputs are skipped where they have not changed; none where absent. */
  held?: HeldRule;
}

export interface IntegerRun {
  /** [steps, nOut] */
  output: Int16Array;
  hidden: Int16Array;
  cell: Int16Array;
  /** Steps whose elapsed time was outside of the network's range. */
  clamped: number;
}

/** Outputs of every step and the last states, for raw inputs [steps, nIn]. */
export function runIntegerReference(
  network: IntNetwork,
  raw: Int16Array,
  options: IntegerOptions = {},
): IntegerRun {
  const { input, output, hidden, cell, time } = network;
  const arena = new Arena(network.arenaEnd);
  setState(network, arena, options);
  const steps = raw.length / input.length;
  if (!Number.isInteger(steps)) throw new RangeError(`${raw.length} values are no steps of ${input.length}`);
  const held = new Held(options.held ?? { threshold: 0, columns: new Map() });
  const run = { output: new Int16Array(steps * output.length), clamped: 0 };
  for (let t = 0; t < steps; t++) {
    const given = options.elapsed?.[t] ?? Math.min(2 ** time.exponent, 65535);
    if (given === 0) throw new RangeError(`step ${t}: no time has passed`);
    const d = Math.min(Math.max(given, time.min), time.max);
    if (d !== given) run.clamped++;
    arena.i16(input).set(raw.subarray(t * input.length, (t + 1) * input.length));
    for (const layer of network.layers) stepLayer(layer, arena, d, held);
    run.output.set(arena.i16(output), t * output.length);
  }
  return { ...run, hidden: arena.i16(hidden).slice(), cell: arena.i16(cell).slice() };
}

/** Writes the given states and the i8 copies of h, made as the layer that leaves h behind makes them. */
function setState({ layers, hidden, cell }: IntNetwork, arena: Arena, options: IntegerOptions): void {
  if (options.hidden !== undefined) arena.i16(hidden).set(options.hidden.map(sat16));
  if (options.cell !== undefined) arena.i16(cell).set(options.cell.map(sat16));
  for (const layer of layers) {
    const isState = layer.out.at >= hidden.at && layer.out.at < hidden.at + 2 * hidden.length;
    if (isState && "narrowed" in layer) arena.narrow(layer.out, layer.narrowed);
  }
}

/** One layer: everything it reads is read before it writes. */
export function stepLayer(layer: IntLayer, arena: Arena, d: number, held: Held): void {
  if (layer.kind === "int-input" && layer.width === 8) {
    arena.i8(layer.out.at, layer.out.length).set(mapInput(layer, arena.i16(layer.in)));
    return;
  }
  const result = resultOf(layer, arena, d, held);
  arena.i16(layer.out).set(result);
  if ("narrowed" in layer) arena.narrow(layer.out, layer.narrowed);
}

function resultOf(layer: IntLayer, arena: Arena, d: number, held: Held): Int16Array {
  /** Pre-activations from z = what lies at the layer's input, `skip` activations further on. */
  const preActivations = (matrix: IntMatrix, skip = 0) => {
    const { nIn, activationBits } = matrix;
    const at = layer.in.at + (skip * activationBits) / 8;
    if (activationBits === 16) return product(matrix, arena.i16({ at, length: nIn }));
    return product(matrix, held.read(matrix, arena.i8(at, nIn)));
  };

  switch (layer.kind) {
    case "int-input":
      return mapInput(layer, arena.i16(layer.in));
    case "int-affine":
      return mapAffine(layer, arena.i16(layer.in));
    case "int-dense": {
      const p = preActivations(layer.matrix);
      const { table } = layer;
      return table === null ? p : p.map((x) => lookUp(table, x));
    }
    case "int-cfc":
      return cfc(layer, preActivations, d);
    case "int-gru": {
      const n = layer.out.length;
      const gates = preActivations(layer.resetUpdate);
      const nx = preActivations(layer.fromInput);
      const nh = preActivations(layer.fromState, layer.fromInput.nIn);
      return arena
        .i16(layer.out)
        .map((h, j) => gru({ r: gates[j]!, z: gates[n + j]!, nx: nx[j]!, nh: nh[j]! }, h, layer));
    }
    case "int-lstm": {
      const n = layer.out.length;
      const p = preActivations(layer.matrix);
      const gate = (block: number, j: number) => p[block * n + j]!;
      const cells = arena.i16(layer.cell);
      const next = Array.from(cells, (c, j) =>
        lstm({ g: gate(0, j), i: gate(1, j), f: gate(2, j), o: gate(3, j) }, c, layer.cellFormat, layer),
      );
      cells.set(next.map(({ c }) => c));
      return Int16Array.from(next, ({ h }) => rsh(h, layer.outShift));
    }
    case "int-gate": {
      const [pg, pa] = [preActivations(layer.g), preActivations(layer.a)];
      const { tanh, sigmoid, softplus, expNeg, timeShift: s } = layer;
      return arena.i16(layer.out).map((h, j) => {
        const k = sigmoid === null ? decay(pa[j]!, softplus!, expNeg!, d, s) : unitDecay(pa[j]!, sigmoid);
        return blend(lookUp(tanh, pg[j]!), h, k);
      });
    }
    case "int-ltc":
      return ltcStep(layer, arena.i16(layer.in), arena.i16(layer.out), d);
  }
}

function cfc(
  layer: Extract<IntLayer, { kind: "int-cfc" }>,
  preActivations: (matrix: IntMatrix) => Int16Array,
  d: number,
): Int16Array {
  if (layer.mode === "pure") {
    const { absTau, bound, boundShift, expNeg, timeShift: s, swingShift: q } = layer;
    return preActivations(layer.ff1).map((p1, j) =>
      cfcPure(p1, { absTau: absTau[j]!, bound: bound[j]!, boundShift: boundShift[j]! }, expNeg, d, s, q),
    );
  }
  const [p1, p2, pa, pb] = layer.heads.map((head) => preActivations(head));
  const combine = layer.mode === "default" ? cfcDefault : cfcNoGate;
  return p1!.map((p, j) => {
    const argument = pb === undefined ? pa![j]! : timeArgument(pa![j]!, pb[j]!, d, layer.timeShift);
    return combine(lookUp(layer.tanh, p), lookUp(layer.tanh, p2![j]!), lookUp(layer.sigmoid, argument));
  });
}
