// A second microcontroller that reads a shunt monitor and prints lines:
//
//   # liquid-edge-meter v1 dev=INA219 shunt_ohm=0.1 fs=1700
//   t_us,shunt_uV,bus_mV,trig
//   1000588,4560,3296,1          a sample
//   E,1000731,1                  an edge of the marker pin, at its exact time
//
// The clock is a 32-bit microsecond counter that wraps.

import type { Current } from "./current.ts";

export type Chip = "INA219" | "INA226" | "INA228";

/** Of the registers, from the data sheets: SBOS448G, SBOS547B, SLYS022. */
const RESOLUTION: Readonly<Record<Chip, { shuntUv: number; busMv: number; limitUv: number }>> = {
  INA219: { shuntUv: 10, busMv: 4, limitUv: 320_000 },
  INA226: { shuntUv: 2.5, busMv: 1.25, limitUv: 81_920 },
  INA228: { shuntUv: 0.3125, busMv: 0.1953125, limitUv: 163_840 },
};

export interface FakeMeterOptions {
  chip: Chip;
  current: Current;
  shuntOhm: number;
  samplesPerSecond: number;
  supplyMv: number;
  /** Added to every reading of the shunt. */
  offsetUv?: number;
  trigger?: (seconds: number) => boolean;
  /** Where the microsecond counter starts. */
  startUs?: number;
  /** Indices of lines that are not printed. */
  missing?: readonly number[];
  lineEnd?: "\n" | "\r\n";
  /** The host opened the port in the middle of a line. */
  halfFirstLine?: boolean;
}

/** What it prints in `seconds`. */
export function meterText(options: FakeMeterOptions, seconds: number): string {
  const { chip, current, shuntOhm, samplesPerSecond, supplyMv, offsetUv = 0, missing = [] } = options;
  const { trigger = () => false, startUs = 0, lineEnd = "\n", halfFirstLine = false } = options;
  const resolution = RESOLUTION[chip];
  const lines = [
    `# liquid-edge-meter v1 dev=${chip} shunt_ohm=${shuntOhm} fs=${samplesPerSecond}`,
    "t_us,shunt_uV,bus_mV,trig",
  ];
  if (halfFirstLine) lines.unshift("88,4560,32");
  const stamp = (time: number) => (startUs + Math.round(time * 1e6)) % 2 ** 32;
  let level = trigger(0);
  for (let k = 0; k < seconds * samplesPerSecond; k++) {
    const time = k / samplesPerSecond;
    // The interrupt comes between two samples; a microsecond is the finest that its stamp tells.
    for (let us = Math.ceil((time - 1 / samplesPerSecond) * 1e6); k > 0 && us <= time * 1e6; us++) {
      if (trigger(us / 1e6) === level) continue;
      level = !level;
      lines.push(`E,${stamp(us / 1e6)},${level ? 1 : 0}`);
    }
    if (missing.includes(k)) continue;
    const uv = current.at(time) * shuntOhm * 1e6 + offsetUv;
    if (Math.abs(uv) > resolution.limitUv) {
      lines.push(`${stamp(time)},ovf,${busOf(supplyMv, resolution.busMv)},${level ? 1 : 0}`);
      continue;
    }
    const shunt = Math.round(uv / resolution.shuntUv) * resolution.shuntUv;
    lines.push(`${stamp(time)},${shunt},${busOf(supplyMv, resolution.busMv)},${level ? 1 : 0}`);
  }
  return lines.join(lineEnd) + lineEnd;
}

function busOf(supplyMv: number, stepMv: number): number {
  return Math.round(supplyMv / stepMv) * stepMv;
}
