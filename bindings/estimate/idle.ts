// Which way of waiting an estimate assumes between two inferences.

import type { Board, Figure, IdleMode, OperatingPoint } from "../board/board.ts";
import { complain } from "../errors.ts";

export interface IdleChoice {
  mode: IdleMode;
  reason: string;
  description: string;
  currentMa: Figure;
  wakeUs: Figure;
}

/** Modes in the order in which they are tried; all of them keep RAM. */
const PREFERRED = ["wfi", "stop"] as const;

/**
 * The idle mode that was asked for, or the default: `wfi` where the operating point has a sourced current for it, else
 * `stop`, else `run`, busy waiting at the active current. Throws `unavailable` when the mode asked for has no figure.
 */
export function chooseIdle(board: Board, point: OperatingPoint, asked?: IdleMode): IdleChoice {
  const sourced = PREFERRED.filter((mode) => point.idle[mode] !== undefined);
  const mode = asked ?? sourced[0] ?? "run";
  const reason =
    asked !== undefined
      ? "as asked"
      : mode === "wfi"
        ? "default: the operating point has a sourced figure"
        : mode === "stop"
          ? "default: no sourced figure for wfi"
          : "default: no sourced figure for wfi or stop";
  if (mode === "run") {
    return {
      mode,
      reason,
      description: "busy waiting at the active current",
      currentMa: point.activeCurrentMa,
      wakeUs: {
        typ: 0,
        min: 0,
        max: 0,
        source: point.activeCurrentMa.source,
        grade: point.activeCurrentMa.grade,
      },
    };
  }
  const state = point.idle[mode];
  if (state === undefined) {
    throw complain("unavailable", `board ${board.id}`, {
      field: `operatingPoints.${point.id}.idle`,
      expected: ["run", ...sourced].join(" or "),
      found: mode,
      hint: "no sourced current for this idle mode",
    });
  }
  const { description, currentMa, wakeUs } = state;
  return { mode, reason, description, currentMa, wakeUs };
}
