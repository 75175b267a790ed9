// `doctor`: whether this machine can do what the commands need, and how to get what is missing.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, withCommon } from "../options.ts";

const EXAMPLES = ["doctor", "doctor --json"];

export function addDoctor(program: Command, io: Io): void {
  const command = program
    .command("doctor")
    .summary("check this machine: engine, versions, optional tools")
    .description("Checks this machine: Node.js, WebAssembly, the core's three builds, and optional tools.")
    .action(async (options: CommonOptions) => {
      const { doctor } = await import("../actions/doctor.ts");
      await doctor(io, options);
    });
  withCommon(command, EXAMPLES);
}
