// Currents that the fake instruments measure.

import { repeating } from "../fakes/current.ts";

/** Sleeps, wakes, infers and sends: from 5 µA to 300 mA, through every range of an instrument that has several. */
export const DUTY = repeating([
  { seconds: 0.02, amperes: 6e-6, ripple: { amperes: 1e-6, hertz: 1300 } },
  { seconds: 0.01, amperes: 180e-6, ripple: { amperes: 60e-6, hertz: 2100 } },
  { seconds: 0.03, amperes: 2.2e-3, ripple: { amperes: 0.7e-3, hertz: 900 } },
  { seconds: 0.05, amperes: 21e-3, ripple: { amperes: 6e-3, hertz: 1700 } },
  { seconds: 0.02, amperes: 0.3, ripple: { amperes: 0.05, hertz: 800 } },
]);

/** A steady level with some ripple, as a microcontroller that computes. */
export function steady(amperes: number) {
  return repeating([{ seconds: 0.1, amperes, ripple: { amperes: 0.13 * amperes, hertz: 70 } }]);
}
