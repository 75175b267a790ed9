import { builtinBoards } from "../../bindings/board/load.ts";
import { hasSimd } from "../../bindings/core/core.ts";
import manifest from "../../package.json" with { type: "json" };
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { type Cell, styled, table } from "../text.ts";
import { checkEngines } from "./check-engines.ts";

/** An optional program. */
export interface OptionalTool {
  command: string;
  /** Prints its version. */
  versionArgs: readonly string[];
  neededFor: string;
  debianPackage: string;
}

export const OPTIONAL_TOOLS: readonly OptionalTool[] = [
  {
    command: "wasm2c",
    versionArgs: ["--version"],
    neededFor: "firmware and export in a checkout: the core as C (the npm package has it)",
    debianPackage: "wabt",
  },
  {
    command: "make",
    versionArgs: ["--version"],
    neededFor: "board build, an image linked into flash",
    debianPackage: "make",
  },
  {
    command: "arm-none-eabi-gcc",
    versionArgs: ["--version"],
    neededFor: "the same, for Cortex-M; with newlib also scripts/measure-softfloat",
    debianPackage: "gcc-arm-none-eabi libnewlib-arm-none-eabi",
  },
  {
    command: "qemu-system-arm",
    versionArgs: ["--version"],
    neededFor: "board run on the emulated boards qemu-*",
    debianPackage: "qemu-system-arm",
  },
  {
    command: "gcc",
    versionArgs: ["--version"],
    neededFor: "the tests of the firmware's protocol and of exported networks on this machine",
    debianPackage: "gcc libc6-dev",
  },
  {
    command: "cmake",
    versionArgs: ["--version"],
    neededFor: "building an exported network by its CMake file",
    debianPackage: "cmake",
  },
  {
    command: "python3",
    versionArgs: ["--version"],
    neededFor: "the tests and the benchmark of devices on serial ports",
    debianPackage: "python3",
  },
  {
    command: "wasm-interp",
    versionArgs: ["--version"],
    neededFor: "the test of operation counts against an independent executor",
    debianPackage: "wabt",
  },
  {
    command: "pdftotext",
    versionArgs: ["-v"],
    neededFor: "the tests of reports in PDF",
    debianPackage: "poppler-utils",
  },
  {
    command: "chromium",
    versionArgs: ["--version"],
    neededFor: "the tests of the library, the explorer and reports in a browser",
    debianPackage: "chromium",
  },
  {
    command: "redis-server",
    versionArgs: ["--version"],
    neededFor: "a queue that several machines work at (`sweep --engine bullmq`)",
    debianPackage: "redis-server",
  },
];

/** What surprises those who plug a Pico in. */
const RP2040_WIRING =
  "RP2040: its firmware talks on GP0 (TX) and GP1 (RX), not on USB: connect a debug probe with a UART or a USB-UART converter\n" +
  "  at 3.3 V (boards/README.md).";

/** The oldest Node.js that package.json admits. */
const LEAST_NODE_MAJOR = 20;

interface ToolReport extends OptionalTool {
  /** First line of what it says of its version; null when it is not installed. */
  version: string | null;
}

/** Prints what it finds; throws RunFailure when the command cannot work here. */
export async function doctor(io: Io, { json }: CommonOptions): Promise<void> {
  const simd = hasSimd();
  const [engines, boards, tools] = await Promise.all([
    checkEngines(),
    Promise.resolve(builtinBoards().length),
    Promise.all(OPTIONAL_TOOLS.map((tool) => find(io, tool))),
  ]);
  const node = {
    version: process.versions.node,
    expected: `>= ${LEAST_NODE_MAJOR}`,
    ok: nodeMajor() >= LEAST_NODE_MAJOR,
  };
  const ok = node.ok && engines.ok;
  const report = {
    ok,
    version: manifest.version,
    node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    wasmSimd: simd,
    engine: simd ? "simd" : "scalar",
    engines,
    boards,
    tools: tools.map(({ command, version, neededFor, debianPackage }) => ({
      command,
      version,
      neededFor,
      debianPackage,
    })),
  };
  io.print(json ? JSON.stringify(report) : describe(report, tools, io.colour));
  if (!ok) {
    throw new RunFailure(
      node.ok
        ? `engines: expected builds of the core that agree, found ${engines.problem}`
        : `Node.js: expected ${node.expected}, found ${node.version}`,
    );
  }
}

function nodeMajor(): number {
  return Number(process.versions.node.split(".")[0]);
}

async function find(io: Io, tool: OptionalTool): Promise<ToolReport> {
  const output = await io.runTool(tool.command, tool.versionArgs);
  return { ...tool, version: output === null ? null : (output.text.split("\n")[0] ?? "").trim() };
}

function describe(
  report: {
    version: string;
    node: { version: string; expected: string; ok: boolean };
    v8: string;
    platform: string;
    wasmSimd: boolean;
    engine: string;
    engines: { ok: boolean; checked: readonly string[]; problem: string | null };
    boards: number;
  },
  tools: readonly ToolReport[],
  colour: boolean,
): string {
  const state = (ok: boolean): Cell =>
    ok ? { text: "ok", style: "green" } : { text: "NOT OK", style: "red" };
  const { node, engines } = report;
  const missing = tools.filter(({ version }) => version === null);
  const missingLines =
    missing.length === 0
      ? []
      : [
          "",
          "To get what is missing (Debian, Ubuntu):",
          `  apt-get install ${[...new Set(missing.map(({ debianPackage }) => debianPackage))].join(" ")}`,
        ];
  return [
    table(
      [{ title: "check" }, { title: "" }, { title: "found" }],
      [
        ["liquid-edge", state(true), `${report.version}, ${report.boards} platforms`],
        [
          "Node.js",
          state(node.ok),
          `${node.version} (V8 ${report.v8}, ${report.platform}), needed ${node.expected}`,
        ],
        [
          "WebAssembly SIMD",
          report.wasmSimd ? state(true) : { text: "none", style: "yellow" },
          `engine in use: ${report.engine}`,
        ],
        ["core", state(engines.ok), engines.problem ?? `${engines.checked.join(", ")} give the same bits`],
      ],
      colour,
    ),
    "",
    styled(colour, "bold", "Optional tools, for boards and tests"),
    table(
      [{ title: "tool" }, { title: "version" }, { title: "needed for" }],
      tools.map(({ command, version, neededFor }) => [
        command,
        version === null
          ? { text: "missing", style: "yellow" }
          : { text: /\d+(\.\d+)+/.exec(version)?.[0] ?? "ok", style: "green" },
        neededFor,
      ]),
      colour,
    ),
    ...missingLines,
    "",
    RP2040_WIRING,
  ].join("\n");
}
