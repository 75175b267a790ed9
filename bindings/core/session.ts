// Runs a compiled network on an engine: one image, one arena, one sequence at a time.

import { LiquidEdgeError } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { Control, FLAG_NON_FINITE } from "../image/format.ts";
import type { ArenaVector } from "../image/lowered.ts";
import { REJECT_TEXTS } from "../image/reject-codes.ts";
import { type Core, type Engine, hasSimd, loadCore } from "./core.ts";
import { type Address, StepStatus } from "./exports.ts";
import type { Sequence, SequenceResult } from "./sequence.ts";

/** Images start here rather than at 0, aligned for every load there is. */
const IMAGE_AT: Address = 64;

/** Where image and arena of a network go in a memory of their own. */
export function placeNetwork(compiled: CompiledNetwork): {
  image: Address;
  arena: Address;
  memoryBytes: number;
} {
  const arena = (IMAGE_AT + compiled.image.length + 63) & ~63;
  // The core wants both to end well before the end of the address space, not of the memory: no padding needed.
  return { image: IMAGE_AT, arena, memoryBytes: arena + compiled.arenaBytes };
}

/**
 * Copies a network into a core's memory and has the core check it.
 * @throws LiquidEdgeError `image-rejected`
 */
export function installNetwork(core: Core, compiled: CompiledNetwork, image: Address, arena: Address): void {
  new Uint8Array(core.memory.buffer).set(compiled.image, image);
  const code = core.exports.check(image, compiled.image.length, arena, compiled.arenaBytes);
  if (code !== 0)
    throw new LiquidEdgeError("image-rejected", `image: ${REJECT_TEXTS[code] ?? `reject code ${code}`}`);
  core.exports.reset(image, arena);
}

export interface SessionOptions {
  /** Default: `simd` where the host has it, else `scalar`. */
  engine?: Engine;
}

/** A network on an engine, with its state. All engines give the same bits. */
export class Session {
  readonly engine: Engine;
  readonly #core: Core;
  readonly #image: Address;
  readonly #arena: Address;
  // The memory never grows, so views stay valid.
  readonly #input: Float32Array;
  readonly #output: Float32Array;
  readonly #hidden: Float32Array;
  readonly #cell: Float32Array;
  readonly #control: DataView;

  private constructor(compiled: CompiledNetwork, core: Core, image: Address, arena: Address) {
    this.engine = core.engine;
    this.#core = core;
    this.#image = image;
    this.#arena = arena;
    const { buffer } = core.memory;
    const view = ({ at, length }: ArenaVector) => new Float32Array(buffer, arena + at, length);
    this.#input = view(compiled.input);
    this.#output = view(compiled.output);
    this.#hidden = view(compiled.hidden);
    this.#cell = view(compiled.cell);
    this.#control = new DataView(buffer, arena);
  }

  static async create(compiled: CompiledNetwork, options: SessionOptions = {}): Promise<Session> {
    const { image, arena, memoryBytes } = placeNetwork(compiled);
    const core = await loadCore(options.engine ?? (hasSimd() ? "simd" : "scalar"), memoryBytes);
    installNetwork(core, compiled, image, arena);
    return new Session(compiled, core, image, arena);
  }

  /** Bytes of linear memory that image and arena take while running, as the engine holds them. */
  get memoryBytes(): number {
    return this.#core.memory.buffer.byteLength;
  }

  /** Whether any step since the last `reset` produced a value that is infinite or NaN. */
  get sawNonFinite(): boolean {
    return (this.#control.getUint32(Control.FLAGS, true) & FLAG_NON_FINITE) !== 0;
  }

  /** A copy of the state, [units]. */
  get state(): Float32Array {
    return this.#hidden.slice();
  }

  /** State to zero. */
  reset(): void {
    this.#core.exports.reset(this.#image, this.#arena);
  }

  /**
   * One time step.
   * @param input [nInputs]
   * @param elapsed time since the previous step, in the unit the network was trained with
   * @returns a copy of the output, [nOutputs]
   * @throws RangeError on a wrong width, a non-finite input or an elapsed time that is not positive; the state is kept
   */
  step(input: ArrayLike<number>, elapsed = 1): Float32Array {
    if (input.length !== this.#input.length) {
      throw new RangeError(`"input" expected length ${this.#input.length}, got ${input.length}`);
    }
    this.#input.set(input);
    this.#control.setFloat32(Control.ELAPSED, elapsed, true);
    const status = this.#core.exports.step(this.#image, this.#arena);
    if (status === StepStatus.BAD_INPUT) throw new RangeError(`"input" expected finite float32 numbers`);
    if (status === StepStatus.BAD_TIME)
      throw new RangeError(`"elapsed" expected a positive finite number, got ${elapsed}`);
    return this.#output.slice();
  }

  /** Runs a batch of sequences, each from its own initial state. The session's state afterwards is the last row's. */
  run(sequence: Sequence, onStep?: (done: number, total: number) => void): SequenceResult {
    const { batch, steps, features, input, timespans, initialH, initialC } = sequence;
    const nOutputs = this.#output.length;
    const units = this.#hidden.length;
    const output = new Float32Array(batch * steps * nOutputs);
    const finalH = new Float32Array(batch * units);
    const finalC = new Float32Array(batch * this.#cell.length);
    let sawNonFinite = false;
    for (let row = 0; row < batch; row++) {
      this.reset();
      if (initialH !== null) this.#hidden.set(initialH.subarray(row * units, (row + 1) * units));
      if (initialC !== null) this.#cell.set(initialC.subarray(row * units, (row + 1) * units));
      for (let t = 0; t < steps; t++) {
        const at = row * steps + t;
        const y = this.step(
          input.subarray(at * features, (at + 1) * features),
          timespans === null ? 1 : timespans[at]!,
        );
        output.set(y, at * nOutputs);
        onStep?.(at + 1, batch * steps);
      }
      finalH.set(this.#hidden, row * units);
      finalC.set(this.#cell, row * this.#cell.length);
      sawNonFinite ||= this.sawNonFinite;
    }
    return {
      output: { shape: [batch, steps, nOutputs], data: output },
      finalH: { shape: [batch, units], data: finalH },
      finalC: this.#cell.length === 0 ? null : { shape: [batch, this.#cell.length], data: finalC },
      sawNonFinite,
    };
  }
}
