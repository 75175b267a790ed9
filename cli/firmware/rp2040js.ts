// Firmware on rp2040js, an emulator of the RP2040 in this process. It runs while somebody waits for bytes, and the time of
// the link is the emulated one, so that a slow machine changes nothing.

import { setImmediate } from "node:timers/promises";
import { ConsoleLogger, LogLevel, Simulator } from "rp2040js";
import type { EmulatedBoard } from "../../bindings/board/emulated.ts";
import type { Link } from "../../bindings/device/link.ts";
import { readSegments, type Segment } from "./elf.ts";

const SRAM = 0x20000000;
const UART_BYTES_PER_SECOND = 11520;
const NANOS_PER_BYTE = 1e9 / UART_BYTES_PER_SECOND;
/** Between two looks at the event loop. */
const INSTRUCTIONS_A_SLICE = 200_000;

/** Loads the firmware and starts it. */
export async function startRp2040js({ id }: EmulatedBoard, elf: string): Promise<Rp2040jsLink> {
  return new Rp2040jsLink(`${id} (rp2040js)`, await readSegments(elf));
}

export class Rp2040jsLink implements Link {
  readonly name: string;
  readonly bytesPerSecond = UART_BYTES_PER_SECOND;
  readonly #simulator = new Simulator();
  readonly #clock = this.#simulator.clock;
  readonly #chip = this.#simulator.rp2040;
  #sent: number[] = [];
  #toSend: number[] = [];
  /** When the UART has received the next byte. */
  #nextByteNanos = 0;

  constructor(name: string, segments: readonly Segment[]) {
    this.name = name;
    this.#chip.logger = new ConsoleLogger(LogLevel.Error);
    for (const { address, bytes } of segments) this.#chip.sram.set(bytes, address - SRAM);
    this.#chip.uart[0]!.onByte = (byte) => this.#sent.push(byte);
    // As the boot ROM starts a program in SRAM: at its first byte, in Thumb state.
    this.#chip.core.PC = SRAM;
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (this.#toSend.length === 0) this.#nextByteNanos = this.#clock.nanos + NANOS_PER_BYTE;
    this.#toSend.push(...bytes);
  }

  async receive(timeoutMs: number): Promise<Uint8Array> {
    const deadline = this.#clock.nanos + 1e6 * timeoutMs;
    while (this.#sent.length === 0 && this.#clock.nanos < deadline) {
      this.#run(deadline);
      await setImmediate();
    }
    const bytes = Uint8Array.from(this.#sent);
    this.#sent = [];
    return bytes;
  }

  nowMs(): number {
    return this.#clock.nanos / 1e6;
  }

  async close(): Promise<void> {}

  /** A slice of instructions, or until something was sent or the deadline has passed. */
  #run(deadline: number): void {
    const chip = this.#chip;
    const clock = this.#clock;
    const { core } = chip;
    for (let i = 0; i < INSTRUCTIONS_A_SLICE && this.#sent.length === 0 && clock.nanos < deadline; i++) {
      clock.tick((core.executeInstruction() * 1e9) / chip.clkSys);
      if (this.#toSend.length > 0 && clock.nanos >= this.#nextByteNanos) {
        chip.uart[0]!.feedByte(this.#toSend.shift()!);
        this.#nextByteNanos += NANOS_PER_BYTE;
      }
    }
  }
}
