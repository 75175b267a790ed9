// Asks what is behind a serial port.

import { DeviceSession } from "../../../bindings/device/device-session.ts";
import { MlperfSession } from "../../../bindings/device/mlperf-session.ts";
import { LiquidEdgeError } from "../../../bindings/errors.ts";
import { openSerial } from "../../serial/serial-link.ts";

export interface PortAnswer {
  /** Id of the board whose firmware answered; null when it was not ours. */
  board: string | null;
  /** What it is, or why nothing is known. */
  text: string;
}

/** Ours first, then any device that speaks MLPerf Tiny's text. Never throws for a port that cannot be opened. */
export async function identify(path: string): Promise<PortAnswer> {
  try {
    const link = await openSerial(path);
    try {
      const hello = await orSilent(new DeviceSession(link).hello());
      if (hello !== null) return { board: hello.board, text: `firmware ${hello.version} of ${hello.board}` };
      const name = await orSilent(new MlperfSession(link).name());
      return { board: null, text: name === null ? "no answer" : `MLPerf Tiny device "${name}"` };
    } finally {
      await link.close();
    }
  } catch (error) {
    if (error instanceof LiquidEdgeError)
      return { board: null, text: error.message.replace(`${path}: `, "") };
    throw error;
  }
}

/** Null where nobody answers. */
async function orSilent<T>(question: Promise<T>): Promise<T | null> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof LiquidEdgeError && error.code === "device-silent") return null;
    throw error;
  }
}
