// Builds the firmware of a board: core.wasm → wasm2c → C → gcc, by the Makefile of boards/.

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { bytes as coreBytes } from "#core/scalar";
import manifest from "../../package.json" with { type: "json" };
import { boardsFolder } from "./boards-folder.ts";
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
  /** Another main, of tests, and macros for it. */
  main?: { file: string; defines: string; extraSources?: string; poolLimit?: string };
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
async function uf2FamilyOf(folder: string): Promise<number | null> {
  const makefile = await readFile(join(folder, "board.mk"), "utf8");
  const family = /^UF2_FAMILY\s*:=\s*(0x[0-9a-f]{8})$/m.exec(makefile)?.[1];
  return family === undefined ? null : Number(family);
}

/** Builds the firmware of `board`. Throws `bad-tool` when a tool is missing or fails. */
export async function buildFirmware(board: string, options: FirmwareOptions = {}): Promise<Firmware> {
  const boards = boardsFolder();
  const out = resolve(options.out ?? join("build", "firmware", board));
  await mkdir(out, { recursive: true });
  const wasm = coreBytes();
  const portKernels = options.portKernels ?? (await portKernelsOf(join(boards, board)));
  const { source, header } = coreSource(await coreAsC(), wasm, {
    ...options,
    portKernels,
  });
  await writeFile(join(out, "core.c"), source);
  await writeFile(join(out, "core.h"), header);
  if (isIdfProject(join(boards, board))) {
    const next =
      `idf.py -C ${join(boards, board)} -B ${join(out, "idf")} -D CORE_DIR=${out} ` +
      `-D FIRMWARE_VERSION=${manifest.version} build`;
    return { board, elf: null, out, uf2: null, portKernels: [], sizes: null, next };
  }
  const { image, mlperfId, energyMode, main } = options;
  await runBuildTool("make", [
    "-s",
    `-j${availableParallelism()}`,
    "-C",
    boards,
    // Options are no files, so make would not notice that they changed.
    "-B",
    `BOARD=${board}`,
    `OUT=${out}`,
    `VERSION=${manifest.version}`,
    `PORT_KERNELS=${portKernels.join(" ")}`,
    ...(image === undefined ? [] : [`IMAGE=${resolve(image)}`]),
    ...(mlperfId === undefined ? [] : [`MLPERF_ID=${mlperfId}`]),
    ...(energyMode === true ? ["ENERGY=1"] : []),
    ...(main === undefined
      ? []
      : [
          `MAIN=${main.file}`,
          `EXTRA_DEFINES=${main.defines}`,
          `EXTRA_SOURCES=${main.extraSources ?? ""}`,
          `POOL_LIMIT=${main.poolLimit ?? ""}`,
        ]),
  ]);
  const elf = join(out, "firmware.elf");
  const family = await uf2FamilyOf(join(boards, board));
  const uf2 = family === null ? null : join(out, "firmware.uf2");
  if (family !== null) await writeFile(uf2!, uf2Of(await readSegments(elf), family));
  const sizes = await readSizes(elf);
  return { board, elf, out, uf2, portKernels: [...portKernels], sizes, next: null };
}
