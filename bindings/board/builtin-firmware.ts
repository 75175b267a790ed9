// The firmware sizes that are built in. Apart from firmware.ts, so that who brings a board does not load all that are built in.

import { firmwareRecords } from "#boards";
import type { Board } from "./board.ts";
import { type Firmware, type FirmwareRecord, firmwareFrom } from "./firmware.ts";

/** All sizes that were measured, in the order of the boards' ids. */
export function builtinFirmware(): readonly FirmwareRecord[] {
  return firmwareRecords;
}

/**
 * The firmware of a platform: as measured; else that of a board with the same core, silicon before emulated ones; else the
 * one with the largest code of all.
 */
export function firmwareOf({ id, core }: Pick<Board, "id" | "core">): Firmware {
  const own = firmwareRecords.find(({ board }) => board === id);
  if (own !== undefined) return firmwareFrom(own, "measured");
  const sameCore = firmwareRecords.filter((record) => record.core === core.name);
  const silicon = sameCore.find(({ board }) => !/^qemu-|js$/.test(board));
  const largest = firmwareRecords.reduce((a, b) => (b.codeBytes > a.codeBytes ? b : a));
  return firmwareFrom(silicon ?? sameCore[0] ?? largest, "estimated");
}
