// A board without silicon: an emulator that runs the firmware. What it executes is what a board would execute; how long
// that takes, and what energy, it cannot say. So it has no operating points; an estimate for it is
// one of counts.

import { emulatedBoards as builtin } from "#boards";
import { complain, nearestName } from "../errors.ts";
import type { Board, CycleTable } from "./board.ts";

interface Emulator {
  /** RAM that the firmware of tests does not use, for images and inputs, as a hexadecimal address. */
  testMemory: string;
}

export interface QemuEmulator extends Emulator {
  kind: "qemu";
  /** QEMU's name of the machine. */
  machine: string;
  /** The clock goes on by 2^shift ns an executed instruction. */
  icountShift: number;
}

export interface Rp2040jsEmulator extends Emulator {
  kind: "rp2040js";
}

/** boards/<id>/calibration.json, which `crosscheck --calibrate` writes. */
export interface Calibration {
  board: string;
  counts: "instructions" | "cycles";
  /** By kernel: what the estimate's count is multiplied by. `other`: what no kernel executes. */
  factors: Record<string, number>;
  /** Of kernels that no fitted network has, by what they compute with. */
  defaultFactors: Record<"float" | "integer" | "other", number>;
  /** Of each call of a kernel, beside its operations. */
  callOverhead: number;
  /** Standard deviation of what the fit leaves, relative. */
  relativeSpread: number;
  /** Ids of the networks. */
  fittedTo: string[];
  provenance: Record<string, string | number>;
}

export interface EmulatedBoard {
  id: string;
  name: string;
  core: Board["core"];
  emulator: QemuEmulator | Rp2040jsEmulator;
  /** What the firmware's counter counts: executed instructions are no cycles. */
  counts: "instructions" | "cycles";
  /** What each operation takes of what is counted. */
  costs: CycleTable;
  /** Kernels of the core that the firmware replaces, and the entry of `costs.kernels` that prices each. */
  portKernels: Record<string, string>;
  /** What measured networks made of these costs; null: nothing was fitted. */
  calibration: Calibration | null;
  memory: { codeBytes: number; ramBytes: number };
  notes: string[];
  sources: Record<string, string>;
}

/** All emulated boards of boards/, in the order of their ids. */
export function emulatedBoards(): readonly EmulatedBoard[] {
  return builtin;
}

/** The emulated board `id`. Throws `unknown-name` with the nearest id. */
export function findEmulatedBoard(id: string): EmulatedBoard {
  const found = builtin.find((board) => board.id === id);
  if (found !== undefined) return found;
  const ids = builtin.map((board) => board.id);
  const nearest = nearestName(id, ids);
  throw complain("unknown-name", "board", {
    expected: `one of ${ids.join(", ")}`,
    found: `"${id}"`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}
