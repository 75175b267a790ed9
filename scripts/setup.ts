// Runs before the tests: sees to the tools that npm cannot bring.

import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildCoreC } from "./build-core-c.ts";
import { findCommand, TOOLS } from "./tools.ts";

const absent = TOOLS.filter(({ command }) => findCommand(command) === undefined);
if (absent.length > 0) {
  const packages = [...new Set(absent.flatMap(({ debianPackage }) => debianPackage.split(" ")))];
  const mayInstall = process.getuid?.() === 0 && existsSync("/etc/debian_version") && findCommand("apt-get");
  if (mayInstall) {
    console.log(`installing ${packages.join(", ")} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const quiet: ExecFileSyncOptions = { stdio: ["ignore", "ignore", "inherit"], env };
    try {
      execFileSync("apt-get", ["-qq", "update"], quiet);
      execFileSync("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...packages], quiet);
    } catch (error) {
      console.error(`could not install ${packages.join(", ")}: ${(error as Error).message}`);
    }
  } else {
    console.log("Some tests need tools that are not installed and will be skipped:");
    for (const { command, debianPackage, neededFor } of absent) {
      console.log(
        `  ${command.padEnd(12)} ${neededFor} (Debian and Ubuntu: apt-get install ${debianPackage})`,
      );
    }
  }
}

// The build came before the tools.
const root = join(import.meta.dirname, "..");
if (existsSync(join(root, "dist")) && !existsSync(join(root, "dist/core.wasm2c.c"))) await buildCoreC(root);
