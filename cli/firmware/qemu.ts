// Firmware on a board that QEMU emulates; its UART is QEMU's standard input and output.

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { EmulatedBoard } from "../../bindings/board/emulated.ts";
import type { Link } from "../../bindings/device/link.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { StreamLink } from "./stream-link.ts";

/** QEMU takes one byte in each round of its main loop: 3 to 6 kB a second were measured. */
const UART_BYTES_PER_SECOND = 2000;

/** Characters of what QEMU says that are kept: its last words. */
const MAX_COMPLAINT = 2000;

export const QEMU = "qemu-system-arm";

export type QemuBoard = EmulatedBoard & { emulator: { kind: "qemu" } };

/** What QEMU is started with, apart from the firmware and where its UART goes. */
export function qemuMachine({ emulator }: QemuBoard): string[] {
  return [
    "-M",
    emulator.machine,
    "-display",
    "none",
    // The clock goes on by 2^shift ns an instruction, so that the firmware's timer counts instructions.
    "-icount",
    `shift=${emulator.icountShift}`,
  ];
}

/** Starts the firmware. */
export async function startQemu(board: QemuBoard, elf: string): Promise<Link> {
  const args = [...qemuMachine(board), "-monitor", "none", "-serial", "stdio", "-kernel", elf];
  const child = spawn(QEMU, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint = (complaint + String(chunk)).slice(-MAX_COMPLAINT);
  });
  // Where it cannot be started `once` fails with the child's error.
  await once(child, "spawn").catch((error: NodeJS.ErrnoException) => {
    const found = error.code === "ENOENT" ? "none" : error.message;
    throw new LiquidEdgeError(
      "bad-tool",
      `${QEMU}: expected the command on the path, found ${found} (Debian, Ubuntu: apt-get install ${QEMU})`,
    );
  });
  // It must not outlive this process.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const ended = once(child, "exit");
  return new StreamLink(child.stdout, child.stdin, {
    name: `${board.id} (QEMU)`,
    lastWords: () => complaint,
    bytesPerSecond: UART_BYTES_PER_SECOND,
    close: async () => {
      process.removeListener("exit", end);
      child.kill("SIGKILL");
      await ended;
    },
  });
}

/** Executed instructions, from ticks of the firmware's timer. */
export function instructionsOf(ticks: number, tickHz: number, icountShift: number): number {
  return Math.round((ticks * 1e9) / tickHz / 2 ** icountShift);
}
