import { OpCounter } from "../count/counted-core.ts";
import type { NetworkProfile } from "../count/op-profile.ts";
import { profileImage } from "../count/profile.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { type CountedCore, loadCountedCore } from "./core.ts";
import { installNetwork, placeNetwork } from "./session.ts";

/** A counted core and its counters. */
export interface Counting {
  core: CountedCore;
  counter: OpCounter;
}

/** The core that counted last, for the next network that fits: making one takes longer than counting a step. */
let idle: Counting | null = null;

/** A core of more memory than this is not kept. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** A value that no layer writes: every input differs from it. */
const NEVER = -128;

/**
 * Operations of one time step, counted by the counted build while it executes one on an input of zeros; the most that a step can
 * execute where unchanged inputs are skipped.
 */
export async function profileNetwork(compiled: CompiledNetwork): Promise<NetworkProfile> {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  return profileOn(await countingCore(memoryBytes), compiled, image, arena);
}

/** The same on a counting core. */
export function profileOn(
  { core, counter }: Counting,
  compiled: CompiledNetwork,
  image: number,
  arena: number,
): NetworkProfile {
  const { buffer } = core.memory;
  // What the network before left there need not be an input that the core accepts.
  new Uint8Array(buffer, arena, compiled.arenaBytes).fill(0);
  installNetwork(core, compiled, image, arena);
  const { exports } = core;
  const { layers, skipUnchanged } = compiled;
  const reset = () => {
    exports.reset(image, arena);
    for (const { thresholdAt, heldAt, nHeld } of skipUnchanged?.matrices ?? []) {
      new Uint32Array(buffer)[(image + thresholdAt) >> 2] = 0;
      new Int8Array(buffer, arena + heldAt, nHeld).fill(NEVER);
    }
  };
  const profile = profileImage({ exports, image, arena, layers, reset }, counter);
  if (skipUnchanged === undefined) return profile;
  const { of, threshold } = skipUnchanged;
  return { ...profile, skipping: { of, threshold, basis: "worst case", data: null } };
}

/** Nothing may be awaited between this and the last use of the core: the next caller gets the same one. */
export async function countingCore(memoryBytes: number): Promise<Counting> {
  if (idle !== null && idle.core.memory.buffer.byteLength >= memoryBytes) return idle;
  const core = await loadCountedCore(memoryBytes);
  const counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
  if (memoryBytes <= KEPT_BYTES) idle = { core, counter };
  return { core, counter };
}
