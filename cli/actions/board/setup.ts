// `board setup`: firmware onto every board of a bench, and each greeted afterwards.

import { DeviceSession } from "../../../bindings/device/device-session.ts";
import { LiquidEdgeError } from "../../../bindings/errors.ts";
import type { Instrument } from "../../../bindings/measure/instrument.ts";
import { type HardwareBoard, nameOf } from "../../../bindings/record/hardware.ts";
import type { BoardSetupOptions } from "../../commands/board.ts";
import { RunFailure } from "../../exit.ts";
import { openLink } from "../../firmware/open-link.ts";
import { feedsBoard, openInstrument, settingsOf } from "../../instruments/open-instrument.ts";
import type { Io } from "../../io.ts";
import { count } from "../../text.ts";
import { greet } from "./connect.ts";
import { boardFlash } from "./flash.ts";
import { portOf } from "./link-to.ts";
import { readBench } from "./read-bench.ts";

/** A board starts anew after it was flashed, and its port with it. */
const START_MS = 2000;

interface Done {
  id: string;
  board: string;
  /** Null: it was flashed and answers; else what went wrong. */
  problem: string | null;
}

/** Flashes and greets every board of the bench. Throws RunFailure when one of them does not answer afterwards. */
export async function boardSetup(io: Io, { config, only, dryRun, json }: BoardSetupOptions): Promise<void> {
  const bench = await readBench(io, config, only);
  const done: Done[] = [];
  for (const entry of bench) done.push(await setUp(io, entry, dryRun === true, json === true));
  const failed = done.filter(({ problem }) => problem !== null);
  if (json) io.print(JSON.stringify({ config, dryRun: dryRun === true, boards: done }));
  else if (failed.length > 0) io.print(failed.map(({ id, problem }) => `${id}: ${problem}`).join("\n"));
  else if (!dryRun)
    io.print(
      `${count(done.length, "board")} ready; "board verify --config ${config}" checks what is wired to them`,
    );
  if (failed.length > 0)
    throw new RunFailure(`${config}: ${failed.length} of ${count(done.length, "board")} not set up`);
}

async function setUp(io: Io, entry: HardwareBoard, dryRun: boolean, json: boolean): Promise<Done> {
  const { board, port, tool, baudRate, instrument: settings } = entry;
  const id = nameOf(entry);
  let instrument: Instrument | null = null;
  // What the flashing tool prints belongs to standard error where standard output is JSON.
  const quiet: Io = json ? { ...io, print: (text) => io.warn(text) } : io;
  try {
    if (!json) io.print(`${id} (${board}):`);
    if (!dryRun && settings !== undefined && feedsBoard(settings))
      instrument = await openInstrument(io, settingsOf(settings));
    await boardFlash(quiet, board, {
      ...(tool === undefined ? {} : { tool }),
      ...(port === undefined ? {} : { port }),
      ...(dryRun ? { dryRun } : {}),
    });
    if (dryRun) return { id, board, problem: null };
    io.progress(`waiting for ${id}`);
    await new Promise((resolve) => setTimeout(resolve, START_MS));
    const link = await openLink(
      port ?? (await portOf(io, board)),
      baudRate === undefined ? {} : { baudRate },
    );
    const session = new DeviceSession(link);
    try {
      await greet(session, board);
    } finally {
      await session.close();
    }
    return { id, board, problem: null };
  } catch (error) {
    // One board that fails must not keep the others from being set up; a usage error is that of the file.
    if (!(error instanceof LiquidEdgeError || error instanceof RunFailure)) throw error;
    return { id, board, problem: error.message };
  } finally {
    io.progress(null);
    await instrument?.close().catch(() => {});
  }
}
