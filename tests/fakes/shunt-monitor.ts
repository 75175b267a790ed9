// An INA226, INA219 or INA228 at the level of its I2C registers (TI SBOS547, SBOS448, SLYS021): big-endian on the wire, 16 bits
// each; of the INA228, those of voltages have 24, the number in the upper 20.

import type { Current } from "./current.ts";

export interface FakeMonitorOptions {
  chip: "INA226" | "INA219" | "INA228";
  current: Current;
  shuntOhm: number;
  supplyMv: number;
  /** Seconds now. */
  now: () => number;
}

/** Conversion times of an INA228 by the code in ADC_CONFIG, microseconds. */
const INA228_TIMES_US = [50, 84, 150, 280, 540, 1052, 2074, 4120];
/** Its register ADC_CONFIG after a reset. */
const INA228_RESET = 0xfb68;

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

  /** The bytes of the register, the highest first. */
  read(): number {
    if (this.#reading === 0) this.#bytes = this.#registerBytes();
    return this.#bytes[this.#reading++ % this.#bytes.length]!;
  }

  #bytes: number[] = [];

  #registerBytes(): number[] {
    if (this.#options.chip === "INA228" && (this.#pointer === 4 || this.#pointer === 5)) {
      const value = this.#ina228Voltage() << 4;
      return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
    }
    const value = this.#options.chip === "INA228" ? this.#ina228Value() : this.#registerValue();
    return [(value >> 8) & 255, value & 255];
  }

  #cycleSeconds(): number {
    if (this.#options.chip === "INA226") return 728e-6;
    if (this.#options.chip === "INA219") return 1064e-6;
    // Mode in bits 15 to 12: bus, shunt and temperature by bits 0 to 2; their times in three bits each.
    const config = this.registers.get(1) ?? INA228_RESET;
    const times = [9, 6, 3].map((bit, i) =>
      config & (1 << (12 + i)) ? INA228_TIMES_US[(config >> bit) & 7]! : 0,
    );
    return times.reduce((sum, time) => sum + time) / 1e6;
  }

  #cycle(): number {
    return Math.floor(this.#options.now() / this.#cycleSeconds());
  }

  /** A conversion is a mean over its time. */
  #shuntVolts(): number {
    const { current, shuntOhm } = this.#options;
    const [cycle, seconds] = [this.#cycle(), this.#cycleSeconds()];
    return (current.charge((cycle - 1) * seconds, cycle * seconds) / seconds) * shuntOhm;
  }

  #ina228Voltage(): number {
    if (this.#pointer === 5) return Math.round((this.#options.supplyMv * 1000) / 195.3125);
    // Bit 4 of CONFIG: the range of 40.96 mV instead of 163.84 mV.
    const fullVolts = ((this.registers.get(0) ?? 0) & 16) !== 0 ? 0.04096 : 0.16384;
    const counts = Math.round((this.#shuntVolts() / fullVolts) * 2 ** 19);
    return Math.max(-(2 ** 19), Math.min(2 ** 19 - 1, counts));
  }

  #ina228Value(): number {
    if (this.#pointer === 0x3e) return 0x5449;
    if (this.#pointer === 0x3f) return 0x2281;
    if (this.#pointer === 1) return this.registers.get(1) ?? INA228_RESET;
    if (this.#pointer === 0xb) {
      // Without the latch, bit 15, the flag is gone before anyone can read it.
      const set = this.registers.get(0xb) ?? 1;
      const ready = this.#cycle() > this.#seenCycle && (set & 0x8000) !== 0;
      if (ready) this.#seenCycle = this.#cycle();
      return (set & 0xf000) | (ready ? 2 : 0) | 1;
    }
    return this.registers.get(this.#pointer) ?? 0;
  }

  #registerValue(): number {
    const isIna226 = this.#options.chip === "INA226";
    const { supplyMv } = this.#options;
    const cycle = this.#cycle();
    const ready = cycle > this.#seenCycle;
    if (this.#pointer === 0xfe) return isIna226 ? 0x5449 : 0;
    if (this.#pointer === 1) {
      const counts = Math.round(this.#shuntVolts() / (isIna226 ? 2.5e-6 : 10e-6));
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
