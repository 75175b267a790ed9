// Firmware on an emulator, whichever it is.

import type { EmulatedBoard } from "../../bindings/board/emulated.ts";
import type { Link } from "../../bindings/device/link.ts";
import { instructionsOf, type QemuBoard, startQemu } from "./qemu.ts";

/** Starts the firmware; closing the link ends the emulator. */
export async function startEmulator(board: EmulatedBoard, elf: string): Promise<Link> {
  if (board.emulator.kind === "qemu") return startQemu(board as QemuBoard, elf);
  const { startRp2040js } = await import("./rp2040js.ts");
  return startRp2040js(board, elf);
}

/** What the emulator counts (`board.counts`), from ticks of the firmware's counter. */
export function ticksToCount({ emulator }: EmulatedBoard, ticks: number, tickHz: number): number {
  return emulator.kind === "qemu" ? instructionsOf(ticks, tickHz, emulator.icountShift) : ticks;
}
