// Firmware on an emulator, whichever it is.

import type { EmulatedBoard } from "../../bindings/board/emulated.ts";
import type { Link } from "../../bindings/device/link.ts";
import { instructionsOf, type QemuBoard, startQemu } from "./qemu.ts";

/** Starts the firmware; closing the link ends the emulator, and calls `onClose`. */
export async function startEmulator(
  board: EmulatedBoard,
  elf: string,
  onClose: () => Promise<void> = async () => {},
): Promise<Link> {
  const link =
    board.emulator.kind === "qemu"
      ? await startQemu(board as QemuBoard, elf)
      : await (await import("./rp2040js.ts")).startRp2040js(board, elf);
  const close = link.close.bind(link);
  link.close = async () => {
    await close();
    await onClose();
  };
  return link;
}

/** What the emulator counts (`board.counts`), from ticks of the firmware's counter. */
export function ticksToCount({ emulator }: EmulatedBoard, ticks: number, tickHz: number): number {
  return emulator.kind === "qemu" ? instructionsOf(ticks, tickHz, emulator.icountShift) : ticks;
}
