// Kernels that a board's port supplies: their work is priced by the multiply-accumulate and by the row instead of by operation
// classes, since the operations counted are those of the core's own kernel.

import type { Board } from "../board/board.ts";
import { addCounts } from "../count/counted-core.ts";
import type { OpCounts } from "../count/op-class.ts";
import type {
  KernelProfile,
  LayerProfile,
  MacCount,
  NetworkProfile,
  OpProfile,
} from "../count/op-profile.ts";

/** Work of a step or of a layer: by class, and by MAC and row where the port supplies the kernel. */
export interface PortedWork {
  classes: OpCounts;
  macs: MacCount[];
}

/** The profile as the board executes it, and which of its kernels the port supplies. */
export interface PortedProfile extends PortedWork {
  /** By layer, in the profile's order. */
  layers: PortedWork[];
  portKernels: string[];
}

/** A profile from elsewhere, which has no kernels of the core, stays as it is. */
export function withPortKernels(
  profile: OpProfile | NetworkProfile,
  { portKernels }: Pick<Board, "portKernels">,
): PortedProfile {
  if (!("kernels" in profile)) return { ...profile, layers: [], portKernels: [] };
  const used = profile.kernels.filter((kernel) => isPorted(kernel, portKernels));
  return {
    ...ported(profile, profile.macs, portKernels),
    layers: profile.layers.map((layer) => ported(layer, [], portKernels)),
    portKernels: used.map(({ name }) => name),
  };
}

/** A product whose columns are all held has rows to finish and no MACs. */
function isPorted({ name, macs, rows }: KernelProfile, prices: Readonly<Record<string, string>>): boolean {
  return (macs > 0 || rows > 0) && Object.hasOwn(prices, name);
}

function ported(
  { classes, kernels }: Pick<LayerProfile, "classes" | "kernels">,
  macs: readonly MacCount[],
  prices: Readonly<Record<string, string>>,
): PortedWork {
  const replaced = kernels.filter((kernel) => isPorted(kernel, prices));
  return {
    classes: addCounts(
      replaced.map((kernel) => kernel.classes),
      -1,
      classes,
    ),
    macs: [
      ...macs,
      ...replaced.map(({ name, macs: count, rows }) => ({ kernel: prices[name]!, count, rows })),
    ],
  };
}
