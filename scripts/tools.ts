// Tools that npm cannot bring. `npm test` installs them when it runs as root on Debian; elsewhere it says what to install,
// and the tests that need them are skipped aloud. With CI=true a missing tool is a failure.

import { execFileSync } from "node:child_process";

export interface Tool {
  command: string;
  /** One, or several separated by spaces. */
  debianPackage: string;
  neededFor: string;
}

export const TOOLS: readonly Tool[] = [
  {
    command: "wasm-interp",
    debianPackage: "wabt",
    neededFor: "checking operation counts against an independent executor",
  },
  {
    command: "wasm2c",
    debianPackage: "wabt",
    neededFor: "building firmware",
  },
  { command: "make", debianPackage: "make", neededFor: "building firmware" },
  {
    command: "arm-none-eabi-gcc",
    debianPackage: "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    neededFor: "building firmware",
  },
  {
    command: "gcc",
    // Which installs without what it recommends, the C library's headers.
    debianPackage: "gcc libc6-dev",
    neededFor: "the firmware's protocol and exported networks on this machine",
  },
  { command: "cmake", debianPackage: "cmake", neededFor: "the CMake file of exported networks" },
  {
    command: "qemu-system-arm",
    debianPackage: "qemu-system-arm",
    neededFor: "running firmware on emulated boards",
  },
  {
    command: "python3",
    debianPackage: "python3",
    neededFor: "devices on serial ports that are pseudo-terminals",
  },
  {
    command: "pdftotext",
    debianPackage: "poppler-utils",
    neededFor: "reading reports in PDF as others do",
  },
  {
    command: "chromium",
    debianPackage: "chromium",
    neededFor: "running the library, the explorer, reports and documents in a browser",
  },
  { command: "redis-server", debianPackage: "redis-server", neededFor: "sweeps on a queue" },
];

/** Path of a command, or undefined when it is not installed. */
export function findCommand(command: string): string | undefined {
  try {
    return execFileSync("/bin/sh", ["-c", 'command -v "$1"', "sh", command], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/**
 * For `describe.skipIf(missing("wasm-interp"))`: whether one of the tools is absent. Says so, and fails when CI=true.
 */
export function missing(...commands: string[]): boolean {
  const command = commands.find((name) => findCommand(name) === undefined);
  if (command === undefined) return false;
  const tool = TOOLS.find((t) => t.command === command);
  const what = `${command} is not installed (Debian package ${tool?.debianPackage ?? command})`;
  if (process.env.CI === "true") throw new Error(what);
  console.warn(`SKIPPED: ${what}; it is needed for ${tool?.neededFor ?? "this test"}`);
  return true;
}
