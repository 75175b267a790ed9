// Types of the generated module `#boards` (build/boards.js, written by scripts/build-boards.ts).

import type { Board, CycleTable } from "./board.ts";
import type { EmulatedBoard } from "./emulated.ts";
import type { FirmwareRecord } from "./firmware.ts";

/** The platforms of boards/, cycle tables resolved, in the order of their ids. */
export const boards: Board[];

/** The shared cycle tables of boards/cores/ by id, to which a board file of one's own may refer. */
export const coreTables: Record<string, CycleTable>;

/** The emulated boards of boards/, in the order of their ids. */
export const emulatedBoards: EmulatedBoard[];

/** Sizes of firmware, boards/firmware.json, in the order of the boards' ids. */
export const firmwareRecords: FirmwareRecord[];
