// A board without silicon: an emulator that runs the firmware. What it executes is what a board would execute; how long
// that takes, and what energy, it cannot say. So it has no operating points, and no estimate takes it for a platform.

import { emulatedBoards as builtin } from "#boards";
import { complain, nearestName } from "../errors.ts";
import type { Board } from "./board.ts";

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

export interface EmulatedBoard {
  id: string;
  name: string;
  core: Board["core"];
  emulator: QemuEmulator | Rp2040jsEmulator;
  /** What the firmware's counter counts: executed instructions are no cycles. */
  counts: "instructions" | "cycles";
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
