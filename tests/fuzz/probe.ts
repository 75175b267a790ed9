// Puts a byte string into the memory of every build of the core, has it checked, runs it if it is accepted, and looks for traces
// outside image and arena. Half of the placements end at the end of memory, where one byte too far traps; in the others a
// pattern surrounds both: it must stay, and runs with two patterns must agree, else something outside was read.

import type { CoreExports } from "../../bindings/core/exports.ts";
import { StepStatus } from "../../bindings/core/exports.ts";
import {
  CONTROL_BYTES,
  Control,
  HEADER_BYTES,
  Header,
  LAYER_BYTES,
  Layer,
  NUMBERS_INTEGER,
} from "../../bindings/image/format.ts";
import type { Engine } from "../kernel/engines.ts";
import { TestRandom } from "../network/random-model.ts";
import { describeImage, viewOf } from "./image-bases.ts";
import type { Mutant } from "./image-mutants.ts";
import { anyFloat, type CheckCall } from "./image-operators.ts";
import { elementBytes, heldWindows, overlaps } from "./image-windows.ts";
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

/** An arena as the core left it after an accepted image ran, or null after a rejection. */
type Arena = Uint8Array | null;

/**
 * Probes one byte string on every engine, which have to agree. `seed` decides what the arena holds and which inputs are written.
 * @throws Violation
 */
export function probe(
  engines: readonly Engine[],
  mutant: Mutant,
  placement: Placement,
  seed: number,
): ProbeResult {
  const call = place(mutant, placement);
  const patterns = placement.endsWith("canaries") && mutant.spoil === undefined ? PATTERNS : [PATTERNS[0]];
  let first: { result: ProbeResult; arena: Arena; what: string } | null = null;
  for (const pattern of patterns) {
    layOut(mutant, call, pattern, seed);
    for (const engine of engines) {
      const { result, arena } = runWith(engine, mutant, call, seed);
      const what = `${engine.name} with ${pattern} around`;
      if (first === null) {
        if (result.code === 0) expectSound(mutant, call);
        first = { result, arena, what };
        continue;
      }
      if (result.code !== first.result.code)
        throw new Violation(`${what} returned ${result.code}, ${first.what} ${first.result.code}`);
      if (!sameArenas(arena, first.arena, mutant.image) && !hasOddOverlap(mutant))
        throw new Violation(`${what} left another arena than ${first.what}`);
    }
  }
  return first!.result;
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

/**
 * Whether vectors of a layer overlap as in no image of ours. What a kernel then reads depends on how many elements it has
 * written, four at once or one: the builds may differ, within the same bounds.
 */
function hasOddOverlap({ image, base }: Mutant): boolean {
  return overlaps(image) !== (base === undefined ? "" : overlaps(base));
}

/** Memory as every engine gets it. */
const laidOut = new Uint8Array(PROBE_MEMORY_BYTES);

function layOut({ image }: Mutant, call: CheckCall, pattern: number, seed: number): void {
  laidOut.fill(pattern);
  laidOut.fill(0, call.arena, call.arena + call.arenaBytes);
  const random = new TestRandom(seed);
  const floats = new Float32Array(laidOut.buffer, call.arena, call.arenaBytes >> 2);
  for (let i = 0; i < floats.length; i++) floats[i] = anyFloat(random);
  laidOut.set(image, call.image);
}

function runWith(
  engine: Engine,
  mutant: Mutant,
  call: CheckCall,
  seed: number,
): { result: ProbeResult; arena: Arena } {
  const bytes = new Uint8Array(engine.memory.buffer);
  const { image, imageBytes, arena, arenaBytes } = call;
  bytes.set(laidOut);

  const exports = engine.exports as CoreExports;
  const args = mutant.spoil?.(call) ?? call;
  const code = exports.check(args.image, args.imageBytes, args.arena, args.arenaBytes);
  if (!sameBytes(bytes, laidOut, 0, bytes.length)) throw new Violation("check wrote to memory");
  if (code !== 0) return { result: { code, steps: 0 }, arena: null };
  if (mutant.spoil !== undefined) throw new Violation("check accepted a spoiled call");
  const steps = drive(exports, new DataView(engine.memory.buffer), call, new TestRandom(seed));
  const arenaEnd = arena + arenaBytes;
  if (!sameBytes(bytes, laidOut, 0, arena) || !sameBytes(bytes, laidOut, arenaEnd, bytes.length)) {
    const where = sameBytes(bytes, laidOut, image, image + imageBytes)
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
    const [inWidth, outWidth] = elementBytes(view, record);
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
    for (const [at, bytes] of isInteger(view) ? heldWindows(view, record) : []) {
      expectInArena("what a matrix keeps outside the arena", at, 0);
      expectInArena("what a matrix keeps outside the arena", at, bytes, 1);
    }
  }
  for (const { at, bytes } of blocks) {
    if (at % 4 !== 0 || at + bytes > image.length) throw new Violation("accepted a block outside the image");
  }
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

/** Bitwise; in a float image all NaNs are equal: which payload survives an addition is the engine's choice. */
function sameArenas(a: Arena, b: Arena, image: Uint8Array): boolean {
  if (a === null || b === null) return a === b;
  if (sameBytes(a, b, 0, a.length)) return true;
  if (isInteger(viewOf(image))) return false;
  const [x, y] = [new Float32Array(a.buffer, 0, a.length >> 2), new Float32Array(b.buffer, 0, b.length >> 2)];
  return x.every((value, i) => Object.is(value, y[i]));
}
