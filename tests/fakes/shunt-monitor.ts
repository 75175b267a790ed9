// An INA226 or INA219 at the level of its I2C registers (TI SBOS547, SBOS448): 16 bits each, big-endian on the wire.

import type { Current } from "./current.ts";

export interface FakeMonitorOptions {
  chip: "INA226" | "INA219";
  current: Current;
  shuntOhm: number;
  supplyMv: number;
  /** Seconds now. */
  now: () => number;
}

const CYCLE_SECONDS = { INA226: 728e-6, INA219: 1064e-6 };

export class FakeShuntMonitor {
  readonly #options: FakeMonitorOptions;
  #pointer = 0;
  #written: number[] = [];
  #reading = 0;
  /** The cycle whose result was read last. */
  #seenCycle = 0;
  readonly registers = new Map<number, number>();

  constructor(options: FakeMonitorOptions) {
    this.#options = options;
  }

  /** A transfer begins: the next byte that is written is the register's number. */
  begin(): void {
    this.#written = [];
    this.#reading = 0;
  }

  write(byte: number): void {
    this.#written.push(byte);
    const [register, high, low] = this.#written;
    this.#pointer = register!;
    if (low !== undefined) this.registers.set(register!, 256 * high! + low);
  }

  /** The high byte of the register, then the low one. */
  read(): number {
    if (this.#reading++ % 2 === 1) return this.#value & 255;
    this.#value = this.#registerValue();
    return this.#value >> 8;
  }

  #value = 0;

  #registerValue(): number {
    const { chip, current, shuntOhm, supplyMv, now } = this.#options;
    const cycleSeconds = CYCLE_SECONDS[chip];
    const cycle = Math.floor(now() / cycleSeconds);
    const ready = cycle > this.#seenCycle;
    const isIna226 = chip === "INA226";
    if (this.#pointer === 0xfe) return isIna226 ? 0x5449 : 0;
    if (this.#pointer === 1) {
      // A conversion is a mean over its time.
      const amperes = current.charge((cycle - 1) * cycleSeconds, cycle * cycleSeconds) / cycleSeconds;
      const counts = Math.round((amperes * shuntOhm) / (isIna226 ? 2.5e-6 : 10e-6));
      return Math.max(-32768, Math.min(32767, counts)) & 0xffff;
    }
    if (this.#pointer === 2 && isIna226) return Math.round(supplyMv / 1.25);
    if (this.#pointer === 2) return (Math.round(supplyMv / 4) << 3) | (ready ? 2 : 0);
    if (this.#pointer === 6) {
      if (ready) this.#seenCycle = cycle;
      return ready ? 8 : 0;
    }
    if (this.#pointer === 3) {
      this.#seenCycle = cycle;
      return 0;
    }
    return this.registers.get(this.#pointer) ?? 0;
  }
}
