import { existsSync } from "node:fs";
import { join } from "node:path";
import { builtinBoards } from "../../bindings/board/load.ts";
import { hasSimd } from "../../bindings/core/core.ts";
import manifest from "../../package.json" with { type: "json" };
import { RunFailure } from "../exit.ts";
import { shippedIndex } from "../firmware/ready-firmware.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { boardsFolder } from "../package-folder.ts";
import { PDF_PACKAGES } from "../report/pdf.ts";
import { type Cell, table } from "../text.ts";
import { checkEngines } from "./check-engines.ts";

/** An optional program. */
export interface OptionalTool {
  command: string;
  /** Prints its version. */
  versionArgs: readonly string[];
  neededFor: string;
  debianPackage: string;
  /** Only the tests of a checkout need it. */
  forTests?: true;
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
    neededFor: "the same, for Cortex-M",
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
    forTests: true,
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
    forTests: true,
  },
  {
    command: "wasm-interp",
    versionArgs: ["--version"],
    neededFor: "the test of operation counts against an independent executor",
    debianPackage: "wabt",
    forTests: true,
  },
  {
    command: "pdftotext",
    versionArgs: ["-v"],
    neededFor: "the tests of reports in PDF",
    debianPackage: "poppler-utils",
    forTests: true,
  },
  {
    command: "chromium",
    versionArgs: ["--version"],
    neededFor: "the tests of the library, the explorer and reports in a browser",
    debianPackage: "chromium",
    forTests: true,
  },
  {
    command: "redis-server",
    versionArgs: ["--version"],
    neededFor: "a queue that several machines work at (`sweep --engine bullmq`)",
    debianPackage: "redis-server",
  },
];

/** What npm may have left out: each is compiled code, or an optional dependency. */
interface OptionalPackages {
  names: readonly (keyof typeof manifest.optionalDependencies)[];
  neededFor: string;
  load: () => Promise<unknown>;
}

const OPTIONAL_PACKAGES: readonly OptionalPackages[] = [
  {
    names: ["serialport"],
    neededFor: "boards and instruments at serial ports",
    load: async () => (await import("../serial/serial-port.ts")).loadSerialPort(),
  },
  {
    names: PDF_PACKAGES,
    neededFor: "report --pdf",
    load: async () => (await import("../report/pdf.ts")).loadTypst(),
  },
  {
    names: ["bullmq", "ioredis"],
    neededFor: "sweep --engine bullmq, sweep worker",
    load: async () => (await import("../sweep/redis.ts")).loadBullMq(),
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
  const [engines, tools, packages, firmware] = await Promise.all([
    checkEngines(),
    Promise.all(OPTIONAL_TOOLS.map((tool) => find(io, tool))),
    Promise.all(OPTIONAL_PACKAGES.map(tryToLoad)),
    shippedIndex(),
  ]);
  const boards = builtinBoards().length;
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
    firmware: firmware === null ? null : { boards: firmware.boards, compiler: firmware.compiler },
    packages,
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

async function tryToLoad({ names, neededFor, load }: OptionalPackages) {
  const loads = await load().then(
    () => true,
    () => false,
  );
  const versions = manifest.optionalDependencies;
  return { names, loads, neededFor, install: names.map((name) => `${name}@${versions[name]}`).join(" ") };
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
    firmware: { boards: readonly string[]; compiler: string } | null;
    packages: readonly { names: readonly string[]; loads: boolean; neededFor: string; install: string }[];
  },
  tools: readonly ToolReport[],
  colour: boolean,
): string {
  const state = (ok: boolean): Cell =>
    ok ? { text: "ok", style: "green" } : { text: "NOT OK", style: "red" };
  const { node, engines, firmware } = report;
  // Who installed the package has no tests to run.
  const shown = tools.filter(({ forTests }) => !forTests || isCheckout());
  const absent = report.packages.filter(({ loads }) => !loads);
  const missing = shown.filter(({ version }) => version === null);
  const remedies = [
    ...(absent.length === 0 ? [] : [`npm install ${absent.map(({ install }) => install).join(" ")}`]),
    ...(missing.length === 0
      ? []
      : [
          `apt-get install ${[...new Set(missing.map(({ debianPackage }) => debianPackage))].join(" ")}   # Debian, Ubuntu`,
        ]),
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
        [
          "firmware",
          firmware === null ? { text: "none", style: "yellow" } : state(true),
          firmware === null
            ? "none compiled for this version: board run and board flash compile it first"
            : `compiled for ${firmware.boards.length} boards by ${firmware.compiler}`,
        ],
      ],
      colour,
    ),
    "",
    table(
      [{ title: "optional npm packages" }, { title: "" }, { title: "needed for" }],
      report.packages.map(({ names, loads, neededFor }) => [
        names.join(", "),
        loads ? state(true) : { text: "missing", style: "yellow" },
        neededFor,
      ]),
      colour,
    ),
    "",
    table(
      [{ title: "optional program" }, { title: "version" }, { title: "needed for" }],
      shown.map(({ command, version, neededFor }) => [
        command,
        version === null
          ? { text: "missing", style: "yellow" }
          : { text: /\d+(\.\d+)+/.exec(version)?.[0] ?? "ok", style: "green" },
        neededFor,
      ]),
      colour,
    ),
    ...(remedies.length === 0 ? [] : ["", "To get what is missing, for what you need:"]),
    ...remedies.map((line) => `  ${line}`),
    "",
    RP2040_WIRING,
  ].join("\n");
}

/** Whether this is the repository, and not the package. */
function isCheckout(): boolean {
  return existsSync(join(boardsFolder(), "..", "tests"));
}
