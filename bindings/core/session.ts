// Runs a compiled network on an engine: one image, one arena, one sequence at a time.

import { LiquidEdgeError } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { Control, FLAG_NON_FINITE } from "../image/format.ts";
import type { ArenaVector } from "../image/lowered.ts";
import { REJECT_TEXTS } from "../image/reject-codes.ts";
import { type Core, type Engine, hasSimd, loadCore } from "./core.ts";
import { type Address, StepStatus } from "./exports.ts";
import { IntegerIo } from "./integer-io.ts";
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

/** What a session runs on. */
export interface SessionOptions {
  /** Default: `simd` where the host has it, else `scalar`. */
  engine?: Engine;
}

/** A network on an engine, with its state. All engines give the same bits. */
export class Session {
  /** The build of the core that runs here. */
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
  /** Of an integer image; the float views are then empty. */
  readonly #integer: IntegerIo | null;
  readonly #widths: Record<"input" | "output" | "hidden" | "cell", number>;

  private constructor(compiled: CompiledNetwork, core: Core, image: Address, arena: Address) {
    this.engine = core.engine;
    this.#core = core;
    this.#image = image;
    this.#arena = arena;
    const { buffer } = core.memory;
    const { integer, input, output, hidden, cell } = compiled;
    this.#integer = integer === undefined ? null : new IntegerIo(compiled, integer, buffer, arena);
    this.#widths = {
      input: input.length,
      output: output.length,
      hidden: hidden.length,
      cell: cell.length,
    };
    const view = ({ at, length }: ArenaVector) =>
      integer === undefined ? new Float32Array(buffer, arena + at, length) : new Float32Array(0);
    this.#input = view(compiled.input);
    this.#output = view(compiled.output);
    this.#hidden = view(compiled.hidden);
    this.#cell = view(compiled.cell);
    this.#control = new DataView(buffer, arena);
  }

  /**
   * A session in a memory of its own, its state at zero.
   * @throws LiquidEdgeError `image-rejected` when the core refuses the image
   */
  static async create(compiled: CompiledNetwork, options: SessionOptions = {}): Promise<Session> {
    const { memoryBytes } = placeNetwork(compiled);
    const core = await loadCore(options.engine ?? (hasSimd() ? "simd" : "scalar"), memoryBytes);
    return Session.on(core, compiled);
  }

  /** On a core of the caller's, in the place of the session before: a core holds one. Its memory must be large enough. */
  static on(core: Core, compiled: CompiledNetwork): Session {
    const { image, arena } = placeNetwork(compiled);
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
    return this.#integer?.readHidden() ?? this.#hidden.slice();
  }

  /** A copy of the second state, [units] or, without one, [0]. */
  get cellState(): Float32Array {
    return this.#integer?.readCell() ?? this.#cell.slice();
  }

  /** State to zero. */
  reset(): void {
    if (this.#integer !== null) this.#integer.clippedInputs = 0;
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
    this.#checkWidth(input);
    if (this.#integer !== null) return this.#stepInteger(this.#integer, input, elapsed);
    this.#input.set(input);
    this.#control.setFloat32(Control.ELAPSED, elapsed, true);
    const status = this.#core.exports.step(this.#image, this.#arena);
    if (status === StepStatus.BAD_INPUT) throw new RangeError(`"input" expected finite float32 numbers`);
    if (status === StepStatus.BAD_TIME)
      throw new RangeError(`"elapsed" expected a positive finite number, got ${elapsed}`);
    return this.#output.slice();
  }

  #checkWidth({ length }: ArrayLike<number>): void {
    const expected = this.#widths.input;
    if (length !== expected) throw new RangeError(`"input" expected length ${expected}, got ${length}`);
  }

  /** `step` in real numbers on an integer image. */
  #stepInteger(io: IntegerIo, input: ArrayLike<number>, elapsed: number): Float32Array {
    for (let i = 0; i < input.length; i++) {
      if (!Number.isFinite(input[i])) throw new RangeError(`"input" expected finite float32 numbers`);
    }
    if (!(elapsed > 0 && elapsed < Number.POSITIVE_INFINITY))
      throw new RangeError(`"elapsed" expected a positive finite number, got ${elapsed}`);
    io.writeInput(input);
    this.#control.setUint32(Control.ELAPSED, io.unitsOf(elapsed), true);
    this.#core.exports.step(this.#image, this.#arena);
    return io.readOutput();
  }

  /**
   * One time step of an integer network as a board does it.
   * @param raw [nInputs] counts of the sensor
   * @param elapsedUnits time since the previous step in units of 2^-e, 1 to 65535 (docs/integers.md)
   * @returns a copy of the output, [nOutputs]
   * @throws RangeError on a float network, a wrong width, or an elapsed time that is not positive; the state is kept
   */
  stepRaw(raw: Int16Array, elapsedUnits?: number): Int16Array {
    const io = this.#integer;
    if (io === null) throw new RangeError("stepRaw expected an integer network, got one of floats");
    this.#checkWidth(raw);
    const units = elapsedUnits ?? io.unitsOf(1);
    if (!(Number.isInteger(units) && units > 0 && units <= 65535))
      throw new RangeError(`"elapsedUnits" expected a whole number from 1 to 65535, got ${units}`);
    io.input.set(raw);
    this.#control.setUint32(Control.ELAPSED, units, true);
    this.#core.exports.step(this.#image, this.#arena);
    return io.output.slice();
  }

  /** Steps of an integer network since the last `reset` whose elapsed time lay outside of the image's range. */
  get clampedSteps(): number {
    return this.#integer === null ? 0 : this.#control.getUint32(Control.CLAMPED, true);
  }

  /** Values since the last `reset` that `step` clipped to the range of raw counts; 0 for a float network. */
  get clippedInputs(): number {
    return this.#integer?.clippedInputs ?? 0;
  }

  /** What the last step of an integer network read: raw counts [nInputs] and units of elapsed time; null for floats. */
  get rawStep(): { input: Int16Array; elapsedUnits: number } | null {
    if (this.#integer === null) return null;
    return { input: this.#integer.input, elapsedUnits: this.#control.getUint32(Control.ELAPSED, true) };
  }

  /** Sets states, in real numbers; null: as it is. */
  setStates(hidden: Float32Array | null, cell: Float32Array | null): void {
    if (this.#integer !== null) {
      this.#integer.writeStates(hidden, cell);
      return;
    }
    if (hidden !== null) this.#hidden.set(hidden);
    if (cell !== null) this.#cell.set(cell);
  }

  /** Runs a batch of sequences, each from its own initial state. The session's state afterwards is the last row's. */
  run(sequence: Sequence, onStep?: (done: number, total: number) => void): SequenceResult {
    const { batch, steps, features, input, timespans, initialH, initialC } = sequence;
    const { output: nOutputs, hidden: units, cell: cells } = this.#widths;
    const output = new Float32Array(batch * steps * nOutputs);
    const finalH = new Float32Array(batch * units);
    const finalC = new Float32Array(batch * cells);
    let sawNonFinite = false;
    for (let row = 0; row < batch; row++) {
      this.reset();
      this.setStates(
        initialH?.subarray(row * units, (row + 1) * units) ?? null,
        initialC?.subarray(row * cells, (row + 1) * cells) ?? null,
      );
      for (let t = 0; t < steps; t++) {
        const at = row * steps + t;
        const y = this.step(
          input.subarray(at * features, (at + 1) * features),
          timespans === null ? 1 : timespans[at]!,
        );
        output.set(y, at * nOutputs);
        onStep?.(at + 1, batch * steps);
      }
      finalH.set(this.state, row * units);
      finalC.set(this.cellState, row * cells);
      sawNonFinite ||= this.sawNonFinite;
    }
    return {
      output: { shape: [batch, steps, nOutputs], data: output },
      finalH: { shape: [batch, units], data: finalH },
      finalC: cells === 0 ? null : { shape: [batch, cells], data: finalC },
      sawNonFinite,
    };
  }
}
