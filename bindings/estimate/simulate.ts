// Energy, power and idle shares from cycles, currents and times: at typical values, as 90 % intervals from a Monte Carlo,
// and at the corners.

import type { Draws } from "./draws.ts";
import type { Corner } from "./estimate.ts";
import { type Interval, intervalOf, type Spread, valueAt, Z90 } from "./interval.ts";
import type { PricedProfile } from "./price.ts";

/** What the result depends on beside the cycles. */
export interface Conditions {
  clockMhz: number;
  supplyV: number;
  periodUs: number;
  steps: number;
  activeMa: Spread;
  idleMa: Spread;
  wakeUs: Spread;
  /** Busy waiting draws the active current, so the idle current must not vary on its own. */
  idleIsActive: boolean;
}

export interface Simulated {
  energyUj: Interval;
  averagePowerUw: Interval;
  /** Typical share of the period's energy that waiting takes, 0 to 1. */
  idleEnergyShare: number;
}

/** Typical values from the typical coefficients, bounds from the draws. */
export function simulate(priced: PricedProfile, conditions: Conditions, draws: Draws): Simulated {
  const { clockMhz, supplyV, periodUs, steps, activeMa, idleMa, wakeUs } = conditions;
  const n = draws.cycles.length;
  const zIdle = conditions.idleIsActive ? draws.activeCurrent : draws.idleCurrent;
  const cyclesAt = priced.tabulated();
  const energyUj = new Float64Array(n);
  const averagePowerUw = new Float64Array(n);
  // The formulas of `outcomeOf`, spelled out: a command runs this loop once, before any compiler has warmed to it.
  for (let i = 0; i < n; i++) {
    const latencyUs = (steps * cyclesAt(draws.cycles[i]!)) / clockMhz;
    const active = valueAt(activeMa, draws.activeCurrent[i]!) * supplyV;
    const idle = valueAt(idleMa, zIdle[i]!) * supplyV;
    const busy = Math.min(1, (valueAt(wakeUs, draws.wake[i]!) + latencyUs) / periodUs);
    energyUj[i] = (latencyUs * active) / 1000;
    averagePowerUw[i] = (active * busy + idle * (1 - busy)) * 1000;
  }
  const typ = outcomeOf(conditions, steps * priced.at(0), activeMa.typ, idleMa.typ, wakeUs.typ);
  return {
    energyUj: intervalOf(typ.energyUj, energyUj),
    averagePowerUw: intervalOf(typ.averagePowerUw, averagePowerUw),
    idleEnergyShare: typ.idleEnergyShare,
  };
}

/** The extremes over all combinations of coefficients at either end of their ranges. */
export function cornerOf(priced: PricedProfile, conditions: Conditions): Corner {
  const { steps, clockMhz, activeMa, idleMa, wakeUs } = conditions;
  const corner: Corner = {
    cycles: emptyRange(),
    latencyUs: emptyRange(),
    energyUj: emptyRange(),
    averagePowerUw: emptyRange(),
  };
  const ends = [-Z90, Z90];
  for (const zCycles of ends) {
    const cycles = steps * priced.at(zCycles);
    widen(corner.cycles, cycles);
    widen(corner.latencyUs, cycles / clockMhz);
    for (const zActive of ends) {
      const active = valueAt(activeMa, zActive);
      for (const zIdle of conditions.idleIsActive ? [zActive] : ends) {
        for (const zWake of ends) {
          const idle = valueAt(idleMa, zIdle);
          const outcome = outcomeOf(conditions, cycles, active, idle, valueAt(wakeUs, zWake));
          widen(corner.energyUj, outcome.energyUj);
          widen(corner.averagePowerUw, outcome.averagePowerUw);
        }
      }
    }
  }
  return corner;
}

/** Upper ends of latency and wake-up added, lower ends too: a verdict on a deadline had better be cautious. */
export function utilisationOf(latencyUs: Interval, wakeUs: Interval, periodUs: number): Interval {
  return {
    typ: (wakeUs.typ + latencyUs.typ) / periodUs,
    min: (wakeUs.min + latencyUs.min) / periodUs,
    max: (wakeUs.max + latencyUs.max) / periodUs,
  };
}

/** Share of the period that is left for waiting; none when the inference does not fit. */
export function idleShareOf(utilisation: number): number {
  return Math.max(0, 1 - utilisation);
}

/** What follows from one value of each quantity. Milliamperes times volts are milliwatts, times microseconds nanojoules. */
function outcomeOf(conditions: Conditions, cycles: number, activeMa: number, idleMa: number, wakeUs: number) {
  const { supplyV, clockMhz, periodUs } = conditions;
  const latencyUs = cycles / clockMhz;
  const idleShare = idleShareOf((wakeUs + latencyUs) / periodUs);
  const idlePowerUw = idleMa * idleShare * supplyV * 1000;
  const averagePowerUw = activeMa * (1 - idleShare) * supplyV * 1000 + idlePowerUw;
  return {
    energyUj: (latencyUs * activeMa * supplyV) / 1000,
    averagePowerUw,
    idleEnergyShare: averagePowerUw === 0 ? 0 : idlePowerUw / averagePowerUw,
  };
}

function emptyRange(): { min: number; max: number } {
  return { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

function widen(range: { min: number; max: number }, value: number): void {
  range.min = Math.min(range.min, value);
  range.max = Math.max(range.max, value);
}
