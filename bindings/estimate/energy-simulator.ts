// The simulator by the name of a platform. Apart from the one of a given board, so that who brings a board does not load all
// that are built in.

import type { Board } from "../board/board.ts";
import { firmwareOf } from "../board/builtin-firmware.ts";
import { findBoard } from "../board/load.ts";
import { BoardSimulator, type BoardSimulatorOptions } from "./board-simulator.ts";

/** Platform, and how a network is used on it. */
export interface EnergySimulatorOptions extends Omit<BoardSimulatorOptions, "firmware"> {
  /** Id of a built-in platform, or a board from elsewhere. */
  platform: string | Board;
  /** Whether the platform's firmware counts for what fits, beside the network; default true. */
  firmware?: boolean;
}

/** Estimates networks on one platform at one operating point. */
export class EnergySimulator extends BoardSimulator {
  /** Throws `unknown-name` for a platform, point or option that does not exist, `unavailable` for an idle mode without figures. */
  constructor({ platform, firmware = true, ...options }: EnergySimulatorOptions) {
    const board = typeof platform === "string" ? findBoard(platform) : platform;
    super(board, firmware ? { ...options, firmware: firmwareOf(board) } : options);
  }
}
