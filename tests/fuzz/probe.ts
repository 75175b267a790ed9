// Puts a byte string into an engine's memory, has it checked, runs it if it is accepted, and looks for traces outside
// image and arena. Half of the placements end at the end of memory, where one byte too far traps; in the others a
// pattern surrounds both: it must stay, and runs with two patterns must agree, else something outside was read.

import type { CoreExports } from "../../bindings/core/exports.ts";
import { StepStatus } from "../../bindings/core/exports.ts";
import {
  CONTROL_BYTES,
  Control,
  HEADER_BYTES,
  Header,
  IntKind,
  LAYER_BYTES,
  Layer,
  NUMBERS_INTEGER,
} from "../../bindings/image/format.ts";
import type { Engine } from "../kernel/engines.ts";
import { TestRandom } from "../network/random-model.ts";
import { describeImage, viewOf } from "./image-bases.ts";
import type { Mutant } from "./image-mutants.ts";
import { anyFloat, type CheckCall } from "./image-operators.ts";
import { isInteger } from "./integer-bases.ts";

export const PLACEMENTS = [
  "image last",
  "arena last",
  "image first, canaries",
  "arena first, canaries",
] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** Memory that `probe` needs, for images of up to 48 KB. */
export const PROBE_MEMORY_BYTES = 65536;
/** Two fillings that are different finite floats, different counts and no valid indices. */
const PATTERNS = [0xa5, 0x5a] as const;
const CANARY_BYTES = 256;
const N_STEPS = 3;

export interface ProbeResult {
  /** What `check` returned. */
  code: number;
  /** Time steps that were accepted and done. */
  steps: number;
}

/** A rule that the core broke. */
export class Violation extends Error {}

/**
 * Probes one byte string on one engine. `seed` decides what the arena holds and which inputs are written.
 * @throws Violation
 */
export function probe(engine: Engine, mutant: Mutant, placement: Placement, seed: number): ProbeResult {
  const call = place(mutant, placement);
  const first = runWith(engine, mutant, call, PATTERNS[0], seed);
  if (!placement.endsWith("canaries") || mutant.spoil !== undefined) return first.result;
  const second = runWith(engine, mutant, call, PATTERNS[1], seed);
  if (first.result.code !== second.result.code || !sameFloats(first.arena, second.arena)) {
    throw new Violation("read outside image and arena: the result depends on what stands there");
  }
  return first.result;
}

function place({ image, arenaBytes }: Mutant, placement: Placement): CheckCall {
  const call = (imageAt: number, arenaAt: number) => ({
    image: imageAt,
    imageBytes: image.length,
    arena: arenaAt,
    arenaBytes,
  });
  const lastAt = (end: number, bytes: number) => (end - bytes) & ~3;
  const firstAt = CANARY_BYTES;
  const secondAt = (bytes: number) => (firstAt + bytes + CANARY_BYTES + 3) & ~3;
  switch (placement) {
    case "image last": {
      const imageAt = lastAt(PROBE_MEMORY_BYTES, image.length);
      return call(imageAt, lastAt(imageAt, arenaBytes));
    }
    case "arena last": {
      const arenaAt = lastAt(PROBE_MEMORY_BYTES, arenaBytes);
      return call(lastAt(arenaAt, image.length), arenaAt);
    }
    case "image first, canaries":
      return call(firstAt, secondAt(image.length));
    case "arena first, canaries":
      return call(secondAt(arenaBytes), firstAt);
  }
}

function runWith(
  engine: Engine,
  mutant: Mutant,
  call: CheckCall,
  pattern: number,
  seed: number,
): { result: ProbeResult; arena: Uint8Array } {
  const bytes = new Uint8Array(engine.memory.buffer);
  const { image, imageBytes, arena, arenaBytes } = call;
  bytes.fill(pattern);
  const random = new TestRandom(seed);
  const floats = new Float32Array(engine.memory.buffer, arena, arenaBytes >> 2);
  for (let i = 0; i < floats.length; i++) floats[i] = anyFloat(random);
  bytes.set(mutant.image, image);
  const before = bytes.slice();

  const exports = engine.exports as CoreExports;
  const args = mutant.spoil?.(call) ?? call;
  const code = exports.check(args.image, args.imageBytes, args.arena, args.arenaBytes);
  if (!sameBytes(bytes, before, 0, bytes.length)) throw new Violation("check wrote to memory");
  let steps = 0;
  if (code === 0) {
    if (mutant.spoil !== undefined) throw new Violation("check accepted a spoiled call");
    expectSound(mutant, call);
    steps = drive(exports, new DataView(engine.memory.buffer), call, random);
  }
  const arenaEnd = arena + arenaBytes;
  if (!sameBytes(bytes, before, 0, arena) || !sameBytes(bytes, before, arenaEnd, bytes.length)) {
    const where = sameBytes(bytes, before, image, image + imageBytes)
      ? "outside image and arena"
      : "in the image";
    throw new Violation(`wrote ${where}`);
  }
  return { result: { code, steps }, arena: bytes.slice(arena, arenaEnd) };
}

/**
 * What an accepted image promises but a run on this host cannot show: vectors and blocks lie where they may and are
 * aligned, which cores without unaligned loads need.
 */
function expectSound({ image }: Mutant, { arenaBytes }: CheckCall): void {
  const view = viewOf(image);
  const expectInArena = (what: string, at: number, length: number, width = 4) => {
    if (at % width !== 0 || at < CONTROL_BYTES || at + width * length > arenaBytes)
      throw new Violation(`accepted ${what}`);
  };
  const word = (at: number) => view.getUint32(at, true);
  const width = isInteger(view) ? 2 : 4;
  expectInArena("inputs outside the arena", word(Header.INPUT), word(Header.INPUTS), width);
  expectInArena("outputs outside the arena", word(Header.OUTPUT), word(Header.OUTPUTS), width);
  expectInArena("states outside the arena", word(Header.STATE), word(Header.STATES));
  const { nLayers, blocks } = describeImage(image, arenaBytes);
  for (let record = HEADER_BYTES; record < HEADER_BYTES + nLayers * LAYER_BYTES; record += LAYER_BYTES) {
    const [inWidth, outWidth] = elementWidths(view, record);
    expectInArena(
      "a layer's input outside the arena",
      word(record + Layer.IN),
      word(record + Layer.N_IN),
      inWidth,
    );
    expectInArena(
      "a layer's output outside the arena",
      word(record + Layer.OUT),
      word(record + Layer.N),
      outWidth,
    );
    expectInArena("scratch outside the arena", word(record + Layer.SCRATCH), 0);
  }
  for (const { at, bytes } of blocks) {
    if (at % 4 !== 0 || at + bytes > image.length) throw new Violation("accepted a block outside the image");
  }
}

/** Bytes of an element at a layer's input and output. */
function elementWidths(view: DataView, record: number): [number, number] {
  if (!isInteger(view)) return [4, 4];
  const kind = view.getUint16(record + Layer.KIND, true);
  const isI8 = kind === IntKind.INPUT && view.getUint16(record + Layer.VARIANT, true) === 0;
  const wide: number[] = [IntKind.INPUT, IntKind.AFFINE, IntKind.LTC];
  return [wide.includes(kind) ? 2 : 1, isI8 ? 1 : 2];
}

/** Reset, three steps, one that must be refused, and every layer by itself. Returns the steps done. */
function drive(
  core: CoreExports,
  view: DataView,
  { image, arena, arenaBytes }: CheckCall,
  random: TestRandom,
): number {
  const nInputs = view.getUint32(image + Header.INPUTS, true);
  const input = arena + view.getUint32(image + Header.INPUT, true);
  const nLayers = view.getUint16(image + Header.LAYERS, true);
  const integers = view.getUint16(image + Header.NUMBERS, true) === NUMBERS_INTEGER;
  const write = (elapsed: number, badInput = -1) => {
    if (integers) {
      for (let i = 0; i < nInputs; i++) view.setInt16(input + 2 * i, random.integer(-32768, 32767), true);
      const units = elapsed > 0 ? random.pick([1, 65535, 0xffffffff, random.integer(1, 65535)]) : 0;
      view.setUint32(arena + Control.ELAPSED, units, true);
      return;
    }
    for (let i = 0; i < nInputs; i++) {
      const value = i === badInput ? Number.NaN : finiteFloat(random);
      view.setFloat32(input + 4 * i, value, true);
    }
    view.setFloat32(arena + Control.ELAPSED, elapsed, true);
  };
  const expectStatus = (what: string, status: number, expected: number) => {
    if (status !== expected) throw new Violation(`${what} returned ${status}, not ${expected}`);
  };

  core.reset(image, arena);
  for (let step = 0; step < N_STEPS; step++) {
    write(random.pick([1, 0.01, 1e-45, 3.4028235e38, random.between(0.001, 10)]));
    expectStatus("step", core.step(image, arena), StepStatus.OK);
  }

  const isInputBad = random.chance(0.5) && !integers;
  if (isInputBad) write(1, random.integer(0, nInputs - 1));
  else write(integers ? 0 : random.pick([0, -0, -1, -1e-45, Infinity, -Infinity, Number.NaN]));
  const untouched = new Uint8Array(view.buffer, arena, arenaBytes).slice();
  const status = core.step(image, arena);
  expectStatus("a refused step", status, isInputBad ? StepStatus.BAD_INPUT : StepStatus.BAD_TIME);
  const after = new Uint8Array(view.buffer, arena, arenaBytes);
  if (!sameBytes(after, untouched, 0, arenaBytes)) throw new Violation("a refused step changed the arena");

  for (let layer = 0; layer < nLayers; layer++) {
    expectStatus("stepLayer", core.stepLayer(image, arena, layer), StepStatus.OK);
  }
  for (const layer of [nLayers, 0xffffffff]) {
    expectStatus("stepLayer of no layer", core.stepLayer(image, arena, layer), StepStatus.NO_LAYER);
  }
  return N_STEPS;
}

function finiteFloat(random: TestRandom): number {
  const value = anyFloat(random);
  return Number.isFinite(value) ? value : 1;
}

function sameBytes(a: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  return Buffer.compare(a.subarray(start, end), b.subarray(start, end)) === 0;
}

/** Bitwise, but all NaNs are equal: which payload survives an addition is the engine's choice. */
function sameFloats(a: Uint8Array, b: Uint8Array): boolean {
  if (sameBytes(a, b, 0, a.length)) return true;
  const [x, y] = [new Float32Array(a.buffer, 0, a.length >> 2), new Float32Array(b.buffer, 0, b.length >> 2)];
  return x.every((value, i) => Object.is(value, y[i]));
}
