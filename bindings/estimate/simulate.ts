// Energy, power and idle shares from cycles, currents and times: at typical values, as 90 % intervals from a Monte Carlo,
// and at the corners.

import { type Draws, STRATUM_Z } from "./draws.ts";
import type { Corner } from "./estimate.ts";
import { type Interval, intervalOf, type Spread, valueAt, valuesAt, Z90 } from "./interval.ts";
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
  const { clockMhz, supplyV, steps, periodUs, activeMa, idleMa, wakeUs } = conditions;
  const n = draws.cycles.length;
  const energyNj = new Float64Array(n);
  const averagePowerMw = new Float64Array(n);
  const strata: Strata = {
    latencyUs: priced.tabulated(STRATUM_Z, steps / clockMhz),
    activeMw: valuesAt(activeMa, STRATUM_Z, supplyV),
    idleMw: valuesAt(idleMa, STRATUM_Z, supplyV),
    wakeUs: valuesAt(wakeUs, STRATUM_Z, 1),
  };
  const idleDraws = conditions.idleIsActive ? draws.activeCurrent : draws.idleCurrent;
  sample(strata, draws, idleDraws, periodUs, energyNj, averagePowerMw);
  const typ = outcomeOf(conditions, steps * priced.at(0), activeMa.typ, idleMa.typ, wakeUs.typ);
  return {
    energyUj: intervalOf(typ.energyUj, energyNj, 1e-3),
    averagePowerUw: intervalOf(typ.averagePowerUw, averagePowerMw, 1e3),
    idleEnergyShare: typ.idleEnergyShare,
  };
}

/** What each stratum of each group of coefficients amounts to. */
interface Strata {
  latencyUs: Float64Array;
  activeMw: Float64Array;
  idleMw: Float64Array;
  wakeUs: Float64Array;
}

/** The formulas of `outcomeOf` for all draws, in a function of its own that a just-in-time compiler is quick to grasp. */
function sample(
  { latencyUs, activeMw, idleMw, wakeUs }: Strata,
  { cycles, activeCurrent, wake }: Draws,
  idle: Uint8Array,
  periodUs: number,
  energyNj: Float64Array,
  averagePowerMw: Float64Array,
): void {
  for (let i = 0; i < energyNj.length; i++) {
    const latency = latencyUs[cycles[i]!]!;
    const active = activeMw[activeCurrent[i]!]!;
    const busy = Math.min(1, (wakeUs[wake[i]!]! + latency) / periodUs);
    const waiting = idleMw[idle[i]!]!;
    energyNj[i] = latency * active;
    averagePowerMw[i] = waiting + (active - waiting) * busy;
  }
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
export function outcomeOf(
  conditions: Pick<Conditions, "periodUs" | "supplyV" | "clockMhz">,
  cycles: number,
  activeMa: number,
  idleMa: number,
  wakeUs: number,
) {
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
