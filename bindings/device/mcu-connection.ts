// The front door to a device that runs our firmware: send it a network, step it, ask for the time.

import { StepStatus } from "../core/exports.ts";
import { IntegerIo } from "../core/integer-io.ts";
import { complain } from "../errors.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import { crc32 } from "../image/crc32.ts";
import { DeviceSession, type DeviceSessionOptions } from "./device-session.ts";
import type { Hello } from "./hello.ts";
import type { Link } from "./link.ts";
import { MlperfSession } from "./mlperf-session.ts";
import { Region } from "./protocol.ts";
import { encodeRow, recordLayout } from "./records.ts";

/** One time step on the device. */
export interface DeviceInference {
  /** [nOutputs] */
  output: Float32Array;
  /** Of the device's counter: cycles, or instructions on an emulator that counts these. */
  ticks: number;
  /** Null on an emulator, whose time is nobody's. */
  latencyUs: number | null;
}

/** A device and the network on it. */
export class McuConnection {
  /** What the device said of itself when the connection was made. */
  readonly hello: Hello;
  readonly #link: Link;
  readonly #session: DeviceSession;
  #network: CompiledNetwork | null = null;

  private constructor(link: Link, session: DeviceSession, hello: Hello) {
    this.#link = link;
    this.#session = session;
    this.hello = hello;
  }

  /**
   * Greets the device. The link is closed when that fails.
   * @throws LiquidEdgeError `device-silent`, `device-lost`, or `device-refused` for firmware of another protocol or core
   */
  static async open(link: Link, options: DeviceSessionOptions = {}): Promise<McuConnection> {
    const session = new DeviceSession(link, options);
    try {
      const hello = await session.hello();
      await expectSameCore(hello, link.name);
      return new McuConnection(link, session, hello);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Requests that had to be sent again so far. */
  get retransmissions(): number {
    return this.#session.retransmissions;
  }

  /**
   * Sends a network to the running firmware and resets its state. The device forgets the one it had.
   * @throws LiquidEdgeError `device-refused` when it does not fit, or needs floats that the device does not get right
   */
  async flashModel(
    { compiled }: { compiled: CompiledNetwork },
    onProgress?: (sentBytes: number, totalBytes: number) => void,
  ): Promise<void> {
    if (!this.hello.floatOk && compiled.integer === undefined) {
      throw complain("device-refused", this.#link.name, {
        expected: "a float unit that passes the self-test",
        found: `hash ${this.hello.floatHash.toString(16)}`,
        hint: "networks of integers run there",
      });
    }
    this.#network = null;
    await this.#session.upload(compiled.image, compiled.arenaBytes, onProgress);
    this.#network = compiled;
  }

  /** State to zero. */
  async reset(): Promise<void> {
    this.#expectNetwork();
    await this.#session.run(0, { reset: true });
  }

  /**
   * One time step; the state stays on the device.
   * @param input [nInputs]
   * @param elapsed time since the previous step, in the unit the network was trained with
   * @throws RangeError on a wrong width, a non-finite input or an elapsed time that is not positive
   */
  async runInference(input: ArrayLike<number>, elapsed = 1): Promise<DeviceInference> {
    const network = this.#expectNetwork();
    const features = network.input.length;
    if (input.length !== features)
      throw new RangeError(`"input" expected length ${features}, got ${input.length}`);
    if (!Array.from(input).every(Number.isFinite)) throw new RangeError(`"input" expected finite numbers`);
    if (!(elapsed > 0 && elapsed < Number.POSITIVE_INFINITY))
      throw new RangeError(`"elapsed" expected a positive finite number, got ${elapsed}`);
    const { records } = encodeRow(
      network,
      {
        batch: 1,
        steps: 1,
        features,
        input: Float32Array.from(input),
        timespans: Float32Array.of(elapsed),
        initialH: null,
        initialC: null,
      },
      0,
    );
    const { outputAt, stride } = recordLayout(network);
    await this.#session.write(Region.DATA, 0, records.subarray(0, outputAt));
    const { status, mostTicks: ticks } = await this.#session.run(1);
    if (status !== StepStatus.OK) throw new RangeError(`"input" expected a step that the core accepts`);
    const bytes = await this.#session.read(Region.DATA, outputAt, stride - outputAt);
    const latencyUs = this.hello.emulated ? null : (ticks * 1e6) / this.hello.tickHz;
    return { output: realOutput(network, bytes), ticks, latencyUs };
  }

  /** The device's clock, microseconds modulo 2^32; null for firmware that marks time by a pin. */
  timestamp(): Promise<number | null> {
    return new MlperfSession(this.#link).timestamp();
  }

  /** The marker pin, for an instrument that records it. */
  mark(high: boolean): Promise<void> {
    return this.#session.mark(high);
  }

  /** Gives the link back. */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** Closes, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #expectNetwork(): CompiledNetwork {
    if (this.#network !== null) return this.#network;
    throw complain("device-refused", this.#link.name, {
      expected: "a network on the device",
      found: "none",
      hint: "flashModel first",
    });
  }
}

/** Throws when the firmware was made from another core than this library's. */
export async function expectSameCore({ coreCrc, version }: Hello, source: string): Promise<void> {
  const { bytes } = await import("#core/scalar");
  const own = crc32(bytes());
  if (own === coreCrc) return;
  const hex = (crc: number) => crc.toString(16).padStart(8, "0");
  throw complain("device-refused", source, {
    expected: `firmware with this version's core ${hex(own)}`,
    found: `core ${hex(coreCrc)} of version ${version}`,
    hint: "board build and flash it again",
  });
}

/** The output part of a record as real numbers. */
function realOutput(network: CompiledNetwork, bytes: Uint8Array): Float32Array {
  const arena = new Uint8Array(network.arenaBytes);
  const { integer, output } = network;
  const width = integer === undefined ? 4 : 2;
  arena.set(bytes.subarray(0, width * output.length), output.at);
  return integer === undefined
    ? new Float32Array(arena.buffer, output.at, output.length)
    : new IntegerIo(network, integer, arena.buffer, 0).readOutput();
}
