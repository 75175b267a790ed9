// Elapsed time as u16 in units of 2^-e (docs/integers.md).

import { complain } from "../errors.ts";
import type { IntNetwork } from "../image/lowered-integer.ts";
import { power2 } from "./elementary.ts";
import { roundHalfUp } from "./tables.ts";

/** Elapsed times that the network is made for, in the network's unit; `exponent` e of 2^-e, chosen where absent. */
export interface TimeRange {
  exponent?: number;
  min: number;
  max: number;
}

/** Format of the elapsed time, and the time itself where there is only one. */
export interface TimeFormat {
  time: IntNetwork["time"];
  constant: number | null;
  /** The longest and shortest elapsed time, exactly as the integers have them. */
  min: number;
  max: number;
}

const EXPONENT_MAX = 16;
const UNITS_MAX = 65_535;
/** The unit is chosen so that the longest time stays below it: half a u16, which no product overflows. */
const COMFORTABLE_MAX = 32_767;
/** Of a network that does not look at the time: 1/256 to 255, nothing is clamped. */
const ANY: TimeFormat = {
  time: { exponent: 8, min: 1, max: UNITS_MAX },
  constant: 1,
  min: 1 / 256,
  max: UNITS_MAX / 256,
};

/**
 * The format for elapsed times of `min` to `max`. A constant time has the largest unit that holds it exactly, if one does.
 * @throws LiquidEdgeError `bad-input` when no unit holds both
 */
export function timeFormat({ exponent, min, max }: TimeRange, usesTime: boolean, source: string): TimeFormat {
  const wrong = (expected: string, found: string, hint?: string) =>
    complain("bad-input", source, {
      field: "timespans",
      expected,
      found,
      ...(hint === undefined ? {} : { hint }),
    });
  if (!usesTime) return ANY;
  if (!(min > 0 && max >= min && Number.isFinite(max))) {
    throw wrong("elapsed times 0 < min <= max", `${min} to ${max}`);
  }
  if (exponent !== undefined && !(Number.isInteger(exponent) && exponent >= 0 && exponent <= EXPONENT_MAX)) {
    throw wrong(`a time unit 2^-e with e from 0 to ${EXPONENT_MAX}`, `e = ${exponent}`);
  }
  const e = exponent ?? chooseExponent(min, max);
  const [low, high] = [roundHalfUp(min * power2(e)), roundHalfUp(max * power2(e))];
  if (low < 1 || high > UNITS_MAX) {
    const hint = "scale the time, or give the range that matters";
    throw wrong(`elapsed times from ${power2(-e)} to ${UNITS_MAX * power2(-e)}`, `${min} to ${max}`, hint);
  }
  return {
    time: { exponent: e, min: low, max: high },
    constant: min === max ? min : null,
    min: low * power2(-e),
    max: high * power2(-e),
  };
}

function chooseExponent(min: number, max: number): number {
  let e = 0;
  const isExact = () => min === max && Number.isInteger(min * power2(e));
  while (e < EXPONENT_MAX && !isExact() && max * power2(e + 1) <= COMFORTABLE_MAX) e++;
  return e;
}
