// The programs that make firmware, which npm cannot bring.

import { execFile } from "node:child_process";
import { LiquidEdgeError } from "../../bindings/errors.ts";

/** The tools of a firmware build, by command. */
export const BUILD_TOOLS: Readonly<Record<string, string>> = {
  wasm2c: "wabt",
  make: "make",
  "arm-none-eabi-gcc": "gcc-arm-none-eabi",
};

/** Runs a tool of the build and returns what it prints. */
export function runBuildTool(command: string, args: readonly string[]): Promise<string> {
  return new Promise((settle, reject) => {
    execFile(command, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) return settle(stdout);
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const debianPackage = BUILD_TOOLS[command] ?? command;
      const message = missing
        ? `expected the command on the path, found none (Debian, Ubuntu: apt-get install ${debianPackage})`
        : `expected it to succeed, found ${lastError(`${stderr}${stdout}`) ?? error.message}`;
      reject(new LiquidEdgeError("bad-tool", `${command}: ${message}`));
    });
  });
}

/** The first line that says what is wrong. */
function lastError(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /error|No such|cannot|\*\*\*/i.test(line)) ?? lines[0];
}
