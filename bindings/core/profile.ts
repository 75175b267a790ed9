import { OpCounter } from "../count/counted-core.ts";
import type { NetworkProfile } from "../count/op-profile.ts";
import { profileImage } from "../count/profile.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { type CountedCore, loadCountedCore } from "./core.ts";
import { installNetwork, placeNetwork } from "./session.ts";

interface Counting {
  core: CountedCore;
  counter: OpCounter;
}

/** The core that counted last, for the next network that fits: making one takes longer than counting a step. */
let idle: Counting | null = null;

/** A core of more memory than this is not kept. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** Operations of one time step, counted by the counted build while it executes one on an input of zeros. */
export async function profileNetwork(compiled: CompiledNetwork): Promise<NetworkProfile> {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  const { core, counter } = await countingCore(memoryBytes);
  // What the network before left there need not be an input that the core accepts.
  new Uint8Array(core.memory.buffer, arena, compiled.arenaBytes).fill(0);
  installNetwork(core, compiled, image, arena);
  const { exports } = core;
  const { layers } = compiled;
  return profileImage({ exports, image, arena, layers, reset: () => exports.reset(image, arena) }, counter);
}

/** Nothing may be awaited between this and the last use of the core: the next caller gets the same one. */
async function countingCore(memoryBytes: number): Promise<Counting> {
  if (idle !== null && idle.core.memory.buffer.byteLength >= memoryBytes) return idle;
  const core = await loadCountedCore(memoryBytes);
  const counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
  if (memoryBytes <= KEPT_BYTES) idle = { core, counter };
  return { core, counter };
}
