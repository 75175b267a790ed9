// Runs one command line: what goes wrong becomes one line on standard error and an exit code.

import { CommanderError } from "commander";
import { type ErrorCode, LiquidEdgeError } from "../bindings/errors.ts";
import { oneLine } from "../bindings/network/printable.ts";
import { ExitCode, RunFailure } from "./exit.ts";
import type { Io } from "./io.ts";
import { buildProgram } from "./program.ts";
import { shownBy } from "./terminal.ts";
import { usageLine, withHelpOption } from "./usage.ts";

const NAME = "liquid-edge";

/** The exit code of `args`, the words behind the command's name. */
export async function execute(args: readonly string[], terminal: Io): Promise<number> {
  const io = shownBy(terminal);
  const program = buildProgram(io, args[0]);
  try {
    await program.parseAsync(withHelpOption(program, args), { from: "user" });
    return ExitCode.DONE;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.DONE;
    const { code, line } =
      error instanceof CommanderError
        ? { code: ExitCode.USAGE, line: usageLine(error, program, args) }
        : explain(error);
    io.progress(null);
    if (line !== "") io.warn(`${NAME}: ${oneLine(line)}`);
    if (args.includes("--debug") && error instanceof Error) io.warn(error.stack ?? String(error));
    return code;
  }
}

/** Errors of a run that was asked for correctly. */
const RUN_FAILURES: readonly ErrorCode[] = ["device-lost", "device-silent"];

/** Whose fault an error is, and the line that says it. */
function explain(error: unknown): { code: number; line: string } {
  if (error instanceof RunFailure) return { code: error.exitCode, line: error.message };
  if (error instanceof LiquidEdgeError && RUN_FAILURES.includes(error.code)) {
    return { code: ExitCode.FAILED, line: error.message };
  }
  if (error instanceof LiquidEdgeError && error.code !== "image-rejected") {
    return { code: ExitCode.USAGE, line: error.message };
  }
  // The library's own range errors name the argument first; the engine's are faults of ours.
  if (error instanceof RangeError && /^"\S+" expected /.test(error.message)) {
    return { code: ExitCode.USAGE, line: error.message };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: ExitCode.FAULT,
    line: `internal error, ${message} (a fault of ours: please report it with the command line and what --debug adds)`,
  };
}
