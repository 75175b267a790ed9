// The profile of a network that skips unchanged inputs on data. All that depends on values is what matvecHeldS8 executes, so that
// is counted step by step, layer by layer, and takes the place of the worst case's.

import { addCounts } from "../count/counted-core.ts";
import { FunctionMeter } from "../count/function-meter.ts";
import { type OpCounts, totalOperations } from "../count/op-class.ts";
import type { DataProfile, KernelProfile, NetworkProfile } from "../count/op-profile.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { Control } from "../image/format.ts";
import type { HeldMatrix } from "../image/held-columns.ts";
import { IntegerIo } from "./integer-io.ts";
import { countingCore, profileOn } from "./profile.ts";
import type { Sequence } from "./sequence.ts";
import { installNetwork, placeNetwork } from "./session.ts";

const KERNEL = "matvecHeldS8";

/** What the kernel does in a mean step. */
interface Mean {
  classes: OpCounts;
  macs: number;
}

/**
 * Operations of a time step of data: their mean, and the most that a step can execute. They differ for a network that skips
 * unchanged inputs; of any other both are `Network.profileOperations`.
 * @param sequences as wide as the network, each from a state of zeros
 * @param about what the data are called, and how many time steps there are where `sequences` are some of them
 * @throws RangeError for sequences without a step
 */
export async function profileOnData(
  { compiled }: { readonly compiled: CompiledNetwork },
  sequences: readonly Sequence[],
  { source, ofSteps }: { source: string; ofSteps?: number } = { source: "data" },
): Promise<DataProfile> {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  const counting = await countingCore(memoryBytes);
  const worst = profileOn(counting, compiled, image, arena);
  const { skipUnchanged, integer } = compiled;
  if (skipUnchanged === undefined) return { mean: worst, worst };
  const { exports, memory } = counting.core;
  const { matrices, of, threshold } = skipUnchanged;
  // Without what counting the worst case has changed in the image.
  installNetwork(counting.core, compiled, image, arena);
  const io = new IntegerIo(compiled, integer!, memory.buffer, arena);
  const control = new DataView(memory.buffer, arena);
  const layers = compiled.layers.map((_, index) => {
    const held = matrices.filter(({ layer }) => layer === index);
    return {
      index,
      meter:
        held.length === 0
          ? null
          : new FunctionMeter(exports as unknown as WebAssembly.Exports, counting.core.table, KERNEL),
      held: held.map((matrix) => watched(matrix, memory.buffer, arena)),
      macs: 0,
    };
  });
  const total = sequences.reduce((sum, { batch, steps }) => sum + batch * steps, 0);
  if (total === 0) throw new RangeError('"sequences" expected at least one time step, got none');
  for (const { batch, steps, features, input, timespans } of sequences) {
    for (let at = 0; at < batch * steps; at++) {
      if (at % steps === 0) exports.reset(image, arena);
      io.writeInput(input.subarray(at * features, (at + 1) * features));
      control.setUint32(Control.ELAPSED, io.unitsOf(timespans?.[at] ?? 1), true);
      for (const layer of layers) {
        const run = () => exports.stepLayer(image, arena, layer.index);
        if (layer.meter === null) {
          run();
          continue;
        }
        for (const matrix of layer.held) matrix.remember();
        layer.meter.add(run);
        for (const matrix of layer.held) layer.macs += matrix.multiplied();
      }
    }
  }
  const possible = matrices.reduce((sum, { nOut, nHeld }) => sum + nOut * nHeld, 0);
  const executed = layers.reduce((sum, { macs }) => sum + macs, 0);
  const means = layers.map(({ meter, macs }): Mean | null =>
    meter === null ? null : { classes: meter.mean(total), macs: macs / total },
  );
  const data = {
    source,
    steps: total,
    ofSteps: ofSteps ?? total,
    skippedShare: 1 - executed / (possible * total),
  };
  return { mean: { ...withMeans(worst, means), skipping: { of, threshold, basis: "data", data } }, worst };
}

/** How many weights of a held matrix a step has multiplied: a column that is let through changes its value. */
function watched({ nOut, nHeld, heldAt }: HeldMatrix, buffer: ArrayBufferLike, arena: number) {
  const held = new Int8Array(buffer, arena + heldAt, nHeld);
  const before = new Int8Array(nHeld);
  return {
    remember: () => before.set(held),
    multiplied() {
      let columns = 0;
      for (let i = 0; i < nHeld; i++) if (held[i] !== before[i]) columns++;
      return nOut * columns;
    },
  };
}

/** The worst case with the kernel's mean in place of its most, by layer. */
function withMeans(worst: NetworkProfile, means: readonly (Mean | null)[]): NetworkProfile {
  const layers = worst.layers.map((layer, i) => {
    const mean = means[i] ?? null;
    return mean === null ? layer : replaced(layer, mean);
  });
  const present = means.filter((mean) => mean !== null);
  const all: Mean = {
    classes: addCounts(present.map(({ classes }) => classes)),
    macs: present.reduce((sum, { macs }) => sum + macs, 0),
  };
  return { ...replaced(worst, all), layers };
}

function replaced<P extends { operations: number; classes: OpCounts; kernels: KernelProfile[] }>(
  profile: P,
  { classes, macs }: Mean,
): P {
  const own = profile.kernels.find(({ name }) => name === KERNEL)!;
  const others = addCounts([own.classes], -1, profile.classes);
  const sum = addCounts([others, classes]);
  const kernels = profile.kernels.map((kernel) =>
    kernel === own ? { ...kernel, macs, operations: totalOperations(classes), classes } : kernel,
  );
  return { ...profile, operations: totalOperations(sum), classes: sum, kernels };
}
