// Builds the firmware of a board: core.wasm → wasm2c → C → gcc, by the Makefile of boards/.

import { existsSync } from "node:fs";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bytes as coreBytes } from "#core/scalar";
import { complain } from "../../bindings/errors.ts";
import { printable } from "../../bindings/network/printable.ts";
import manifest from "../../package.json" with { type: "json" };
import { makeFolder } from "../io.ts";
import { boardsFolder } from "../package-folder.ts";
import { quoted } from "../text.ts";
import { runBuildTool } from "./build-tools.ts";
import { coreAsC } from "./core-c.ts";
import { type CoreSourceOptions, coreSource } from "./core-source.ts";
import { type FirmwareSizes, readSegments, readSizes } from "./elf.ts";
import { uf2Of } from "./uf2.ts";

export interface FirmwareOptions extends CoreSourceOptions {
  /** Where the built files go; default `build/firmware/<board>` under the current directory. */
  out?: string;
  /** File of an image that is linked into flash. */
  image?: string;
  /** What the MLPerf command `profile` answers: kws01, vww01, ic01, ad01 … */
  mlperfId?: string;
  /** Timestamps as edges on the marker pin instead of text. */
  energyMode?: boolean;
  /** Another main, of tests, macros for it, and flags of the compiler for all. */
  main?: { file: string; defines: string; flags?: string; extraSources?: string; poolLimit?: string };
}

export interface Firmware {
  board: string;
  /** Null for a board whose firmware other tools build from the sources in `out`. */
  elf: string | null;
  out: string;
  /** For boards that take it by copying a file. */
  uf2: string | null;
  /** Kernels of the port instead of the core's. */
  portKernels: string[];
  /** Null where `elf` is. */
  sizes: FirmwareSizes | null;
  /** The command that builds the firmware from the sources in `out`, where other tools have to. */
  next: string | null;
}

/** The image that is linked in, in the folder of the build. */
const IMAGE_FILE = "image.bin";

/** Whether ESP-IDF builds the firmware, whose compiler this package does not call. */
function isIdfProject(folder: string): boolean {
  return existsSync(join(folder, "CMakeLists.txt"));
}

/** Whether there is firmware for the board of that folder. */
export function hasPort(folder: string): boolean {
  return existsSync(join(folder, "board.mk")) || isIdfProject(folder);
}

/** Kernels that a port supplies: the names in its board.mk. */
async function portKernelsOf(folder: string): Promise<string[]> {
  if (isIdfProject(folder)) return [];
  const makefile = await readFile(join(folder, "board.mk"), "utf8");
  return (
    /^PORT_KERNELS\s*:=(.*)$/m
      .exec(makefile)?.[1]
      ?.split(/\s+/)
      .filter((name) => name !== "") ?? []
  );
}

/** Family id of a board that takes UF2 files: the one in its board.mk. */
export async function uf2FamilyOf(folder: string): Promise<number | null> {
  const makefile = await readFile(join(folder, "board.mk"), "utf8");
  const family = /^UF2_FAMILY\s*:=\s*(0x[0-9a-f]{8})$/m.exec(makefile)?.[1];
  return family === undefined ? null : Number(family);
}

/** Builds the firmware of `board`. Throws `bad-tool` when a tool is missing or fails. */
export async function buildFirmware(board: string, options: FirmwareOptions = {}): Promise<Firmware> {
  const boards = boardsFolder();
  const out = resolve(options.out ?? join("build", "firmware", board));
  const { mlperfId } = options;
  if (mlperfId !== undefined && !/^[\w.-]+$/.test(mlperfId)) {
    throw complain("bad-config", "--mlperf-id", {
      expected: "letters, digits, dots and hyphens",
      found: `"${printable(mlperfId)}"`,
    });
  }
  await makeFolder(out);
  const wasm = coreBytes();
  const portKernels = options.portKernels ?? (await portKernelsOf(join(boards, board)));
  const { source, header } = coreSource(await coreAsC(), wasm, {
    ...options,
    portKernels,
  });
  const write = (folder: string) =>
    Promise.all([writeFile(join(folder, "core.c"), source), writeFile(join(folder, "core.h"), header)]);
  if (isIdfProject(join(boards, board))) {
    await write(out);
    const next = [
      ...["idf.py", "-C", join(boards, board), "-B", join(out, "idf")],
      ...["-D", `CORE_DIR=${out}`, "-D", `FIRMWARE_VERSION=${manifest.version}`, "build"],
    ]
      .map(quoted)
      .join(" ");
    return { board, elf: null, out, uf2: null, portKernels: [], sizes: null, next };
  }
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    await write(folder);
    if (options.image !== undefined) await copyFile(options.image, join(folder, IMAGE_FILE));
    await make(board, folder, portKernels, options);
    await cp(folder, out, { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const elf = join(out, "firmware.elf");
  const family = await uf2FamilyOf(join(boards, board));
  const uf2 = family === null ? null : join(out, "firmware.uf2");
  if (family !== null) await writeFile(uf2!, uf2Of(await readSegments(elf), family));
  const sizes = await readSizes(elf);
  return { board, elf, out, uf2, portKernels: [...portKernels], sizes, next: null };
}

/**
 * Has make build in `folder`, where core.c and core.h are. make hands its rules to a shell and splits lists at spaces, so that no
 * name of the user's may come into them: what is built is copied to where the user wants it.
 */
async function make(
  board: string,
  folder: string,
  portKernels: readonly string[],
  { image, mlperfId, energyMode, main }: FirmwareOptions,
): Promise<void> {
  if (!/^[\w./:\\+-]+$/.test(folder)) {
    throw complain("bad-tool", "make", {
      expected: "a folder for temporary files without spaces and special characters in its name",
      found: `"${printable(folder)}"`,
      hint: "TMPDIR says where it is",
    });
  }
  await runBuildTool("make", [
    "-s",
    `-j${availableParallelism()}`,
    "-C",
    boardsFolder(),
    // Options are no files, so make would not notice that they changed.
    "-B",
    `BOARD=${board}`,
    `OUT=${folder}`,
    `VERSION=${manifest.version}`,
    `PORT_KERNELS=${portKernels.join(" ")}`,
    ...(image === undefined ? [] : [`IMAGE=${join(folder, IMAGE_FILE)}`]),
    ...(mlperfId === undefined ? [] : [`MLPERF_ID=${mlperfId}`]),
    ...(energyMode === true ? ["ENERGY=1"] : []),
    ...(main === undefined
      ? []
      : [
          `MAIN=${main.file}`,
          `EXTRA_DEFINES=${main.defines}`,
          `EXTRA_FLAGS=${main.flags ?? ""}`,
          `EXTRA_SOURCES=${main.extraSources ?? ""}`,
          `POOL_LIMIT=${main.poolLimit ?? ""}`,
        ]),
  ]);
}
