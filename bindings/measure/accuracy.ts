// How wrong an instrument may be, and what that makes of an energy.
//
// A maker's limit ±a says nothing of where in it a device lies, so its standard uncertainty is a / sqrt(3) (GUM, JCGM
// 100:2008, 4.3.7). The components are independent and add in squares:
//
//   u² = (offset V T)² + (gain E)² + (shunt E)² + (voltage E)² + (edges P)² + noise² + missing²
//
// An interval is E ± 1.645 u: 90 %, as all intervals of this library.

import { complain, nearestName } from "../errors.ts";
import { type Interval, Z90 } from "../estimate/interval.ts";
import data from "./instruments.json" with { type: "json" };

/** Limits of error: ± of the value. */
export interface Accuracy {
  /** The instrument, and the conditions that the limits hold for. */
  name: string;
  /** Limit of error of the current at zero, amperes. */
  offsetA: number;
  /** Of the current or power, relative. */
  gain: number;
  /** Of the shunt resistor, relative; 0 where the maker's gain has it in. */
  shunt: number;
  /** Of the supply voltage where the instrument measures it, relative. */
  voltage: number;
  /** Whether a capture at zero current takes the offset out. */
  zeroCapture: boolean;
  /** The maker's document, as a reader finds it. */
  source: string;
}

interface InstrumentRow {
  name: string;
  offsetUv?: number;
  offsetUa?: number;
  gain: number;
  voltage: number;
  zeroCapture: boolean;
  source: string;
}

const INSTRUMENTS: Readonly<Record<string, InstrumentRow>> = /* @__PURE__ */ (() => data.instruments)();
export const INSTRUMENT_IDS = /* @__PURE__ */ Object.keys(INSTRUMENTS);

/** Whether the shunt is part of the instrument, as of an INA260, so that nobody has to state its resistance; false of an unknown one. */
export function hasOwnShunt(id: string): boolean {
  const name = id.toLowerCase();
  return Object.hasOwn(INSTRUMENTS, name) && INSTRUMENTS[name]!.offsetUv === undefined;
}

/** Of a resistor without a stated tolerance: what modules with these chips carry. */
const DEFAULT_SHUNT_TOLERANCE = 0.01;

/**
 * What the maker says of an instrument.
 * @param shuntOhm of a shunt monitor; its offset is one of voltage
 * @throws LiquidEdgeError `unknown-name`, `bad-config` when the shunt is missing
 */
export function accuracyOf(
  id: string,
  shuntOhm?: number,
  shuntTolerance = DEFAULT_SHUNT_TOLERANCE,
): Accuracy {
  const name = id.toLowerCase();
  const row = Object.hasOwn(INSTRUMENTS, name) ? INSTRUMENTS[name] : undefined;
  if (row === undefined) {
    const near = nearestName(id, INSTRUMENT_IDS);
    throw complain("unknown-name", "instrument", {
      expected: INSTRUMENT_IDS.join(", "),
      found: `"${id}"`,
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  const { offsetUv, offsetUa = 0, ...limits } = row;
  if (offsetUv === undefined) return { ...limits, offsetA: offsetUa * 1e-6, shunt: 0 };
  if (shuntOhm === undefined) {
    throw complain("bad-config", `instrument ${id}`, {
      expected: "the resistance of its shunt",
      found: "none",
    });
  }
  return { ...limits, offsetA: (offsetUv * 1e-6) / shuntOhm, shunt: shuntTolerance };
}

/** Standard uncertainties of an energy, in microjoules. */
export interface ErrorBudget {
  /** Of the current at zero. */
  offset: number;
  /** Of the current or power. */
  gain: number;
  /** Of the shunt resistor. */
  shunt: number;
  /** Of the supply voltage where the instrument measures it. */
  voltage: number;
  /** The times at which the window starts and ends. */
  edges: number;
  /** From sample to sample. */
  noise: number;
  /** Samples that are missing and were bridged. */
  missing: number;
}

export interface BudgetFacts {
  energyUj: number;
  durationSeconds: number;
  /** Each edge lies within ± this. */
  edgeSeconds: number;
  /** Root mean square of the change from sample to sample, in watts. */
  stepW: number;
  samples: number;
  volts: number;
  bridgedSeconds: number;
  /** Between the highest and the lowest power in the window. */
  spanW: number;
  /** The offset is the same in what was subtracted, and gone. */
  offsetCancels: boolean;
}

const LIMIT_TO_STANDARD = 1 / /* @__PURE__ */ Math.sqrt(3);

export function errorBudget(accuracy: Accuracy, facts: BudgetFacts): ErrorBudget {
  const { energyUj, durationSeconds, edgeSeconds, stepW, samples, volts, offsetCancels } = facts;
  const meanUw = Math.abs(energyUj) / durationSeconds;
  const offsetUj = offsetCancels ? 0 : accuracy.offsetA * volts * durationSeconds * 1e6;
  return {
    offset: offsetUj * LIMIT_TO_STANDARD,
    gain: accuracy.gain * Math.abs(energyUj) * LIMIT_TO_STANDARD,
    shunt: accuracy.shunt * Math.abs(energyUj) * LIMIT_TO_STANDARD,
    voltage: accuracy.voltage * Math.abs(energyUj) * LIMIT_TO_STANDARD,
    edges: Math.SQRT2 * edgeSeconds * meanUw * LIMIT_TO_STANDARD,
    // A step holds the noise of two samples.
    noise: ((stepW * 1e6) / Math.SQRT2 / Math.sqrt(samples)) * durationSeconds,
    missing: (facts.bridgedSeconds * facts.spanW * 1e6 * LIMIT_TO_STANDARD) / 2,
  };
}

/** The 90 % interval of an energy. */
export function energyInterval(energyUj: number, budget: ErrorBudget): Interval {
  const u = Math.hypot(...Object.values(budget));
  return { typ: energyUj, min: energyUj - Z90 * u, max: energyUj + Z90 * u };
}
