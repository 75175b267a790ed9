// Loading the training core, train.wasm. It needs WebAssembly SIMD and has no scalar twin: no board trains.

import { instantiate } from "@assemblyscript/loader";
import { hasSimd } from "../core/core.ts";
import type { Address, CoreExports } from "../core/exports.ts";
import { LiquidEdgeError } from "../errors.ts";

/** What train.wasm exports; assembly/train/index.ts lists the same names. */
export interface TrainExports extends Omit<CoreExports, "stepLayer"> {
  /**
   * Time steps from the arena's state, with a tape for `backward`; a `StepStatus`, nothing has run unless it is OK. `states`
   * [steps, both states]: what the state is set to before each step; 0: it goes on.
   */
  forward(
    image: Address,
    arena: Address,
    inputs: Address,
    timespans: Address,
    outputs: Address,
    tape: Address,
    steps: number,
    states: Address,
  ): number;
  /** The same steps in reverse: adds to the gradient image, turns the adjoint of the final state into the initial one's. */
  backward(
    image: Address,
    gradient: Address,
    adjoint: Address,
    timespans: Address,
    outputGradients: Address,
    inputGradients: Address,
    tapeEnd: Address,
    work: Address,
    steps: number,
  ): void;
  tapeStepBytes(image: Address): number;
  workBytes(image: Address): number;
}

/** An instance of the training core and its memory, which grows. */
export interface TrainCore {
  exports: TrainExports;
  memory: WebAssembly.Memory;
}

const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

let loading: Promise<WebAssembly.Module> | undefined;

/**
 * A fresh instance with one page of memory. The module is compiled once.
 * @throws LiquidEdgeError `unavailable` where the host has no SIMD
 */
export async function loadTrainCore(): Promise<TrainCore> {
  if (!hasSimd())
    throw new LiquidEdgeError("unavailable", "training: expected a host with WebAssembly SIMD, found none");
  loading ??= import("#core/train").then(({ bytes }) => WebAssembly.compile(bytes()));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = await instantiate<Record<string, unknown>>(await loading, { env: { memory } });
  return { exports: exports as unknown as TrainExports, memory };
}

/**
 * Makes sure that the memory has `bytes` bytes. Views of it that exist are detached when it grows.
 * @throws LiquidEdgeError `unavailable`
 */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
  if (missing <= 0) return;
  try {
    if (pages > MAX_PAGES) throw new RangeError(`${pages} pages`);
    memory.grow(missing);
  } catch (cause) {
    const mib = Math.ceil(bytes / 2 ** 20);
    throw new LiquidEdgeError(
      "unavailable",
      `training: ${mib} MiB of memory for network and tape, found less`,
      {
        cause,
      },
    );
  }
}
