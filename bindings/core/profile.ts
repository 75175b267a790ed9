import { OpCounter } from "../count/counted-core.ts";
import type { NetworkProfile } from "../count/op-profile.ts";
import { profileImage } from "../count/profile.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { loadCountedCore } from "./core.ts";
import { installNetwork, placeNetwork } from "./session.ts";

/** Operations of one time step, counted by the counted build while it executes one on an input of zeros. */
export async function profileNetwork(compiled: CompiledNetwork): Promise<NetworkProfile> {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  const core = await loadCountedCore(memoryBytes);
  installNetwork(core, compiled, image, arena);
  const counter = new OpCounter(core.exports as unknown as WebAssembly.Exports, core.table);
  const { exports } = core;
  const { layers } = compiled;
  return profileImage({ exports, image, arena, layers, reset: () => exports.reset(image, arena) }, counter);
}
