// A board for tests: an emulated one, or the real one behind the port that BOARD_PORT names.

import { McuConnection } from "../bindings/device/mcu-connection.ts";
import { linkTo } from "../cli/actions/board/link-to.ts";
import { findTarget } from "../cli/actions/board/targets.ts";
import { BUILD_TOOLS } from "../cli/firmware/build-tools.ts";
import { findOnPath } from "../cli/firmware/find-on-path.ts";
import { QEMU } from "../cli/firmware/qemu.ts";

/** A board, or what stands in for it. */
export interface BoardOptions {
  /** Its serial port, tcp:HOST:PORT or unix:PATH; default: the environment's BOARD_PORT. */
  port?: string | undefined;
  /** What runs without a port, e.g. `qemu-m4f` or `rp2040js`. */
  emulated: string;
}

/**
 * Connects to the board, or starts the emulated one with firmware that is built for it. Close it, or `await using` it.
 * @throws LiquidEdgeError `bad-tool` where firmware cannot be built or emulated; `device-lost`, `device-silent`
 */
export async function connectBoard({
  port = process.env.BOARD_PORT,
  emulated,
}: BoardOptions): Promise<McuConnection> {
  const target = findTarget(emulated, true);
  const io = {
    progress: () => {},
    warn: (line: string) => console.warn(line),
    serialPorts: async () => [],
  };
  return McuConnection.open(await linkTo(io, target, port === undefined || port === "" ? {} : { port }));
}

/**
 * Commands that an emulated board needs and that are not on the path; none where BOARD_PORT names a real one. For
 * `it.skipIf(missingTools("qemu-m4f").length > 0)`.
 */
export function missingTools(emulated: string): string[] {
  if ((process.env.BOARD_PORT ?? "") !== "") return [];
  const { emulated: board } = findTarget(emulated, true);
  // The package brings what wasm2c would make.
  const tools = Object.keys(BUILD_TOOLS).filter((command) => command !== "wasm2c");
  return [...tools, ...(board?.emulator.kind === "qemu" ? [QEMU] : [])].filter((tool) => !findOnPath(tool));
}
