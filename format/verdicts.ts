// What an estimate says of a board in a word or two.

import type { Estimate } from "../bindings/estimate/estimate.ts";
import { percent } from "./numbers.ts";

export interface Verdict {
  text: string;
  level: "good" | "doubtful" | "bad";
}

/** Whether an inference ends before the next one begins, and how much of the period it takes. */
export function inTime({ realTime }: Estimate): Verdict {
  const { ok, okTypical, utilisation } = realTime;
  const share = percent(utilisation.typ);
  if (ok) return { text: `yes ${share}`, level: "good" };
  return okTypical ? { text: `likely ${share}`, level: "doubtful" } : { text: `no ${share}`, level: "bad" };
}

/** Whether the board has room for the network. Only for estimates that know its bytes. */
export function fits({ memory }: Estimate): Verdict {
  const { flash, ram, ramLimit } = memory!.fits;
  if (!flash) return { text: "no: flash", level: "bad" };
  if (!ram) return { text: "no: RAM", level: "bad" };
  return ramLimit === false ? { text: "no: limit", level: "bad" } : { text: "yes", level: "good" };
}

/** The part that tells cores apart: "M4F", "LX7", "RV32IMC". */
export function shortCore(name: string): string {
  return name.replace(/^(Arm Cortex-|Tensilica Xtensa |RISC-V )/, "");
}
