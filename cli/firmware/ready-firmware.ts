// Firmware as it is in the package, so that neither an emulated board nor a real one needs a compiler. It is that of this very core and
// of these very sources, or it is built.

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { bytes as coreBytes } from "#core/scalar";
import manifest from "../../package.json" with { type: "json" };
import { boardsFolder, packageFolder } from "../package-folder.ts";
import { buildFirmware } from "./build-firmware.ts";
import { runBuildTool } from "./build-tools.ts";

const COMPILER = "arm-none-eabi-gcc";

/** Relative to the package: `<board>.elf`, and an index that says what each was made of. `npm pack` makes it. */
export const FIRMWARE_FOLDER = "dist/firmware";
export const FIRMWARE_INDEX = "index.json";

export interface FirmwareIndex {
  /** `firmwareSources()` at the time. */
  sources: string;
  compiler: string;
  boards: string[];
}

const SOURCE_SUFFIXES: readonly string[] = [".c", ".h", ".S", ".ld", ".mk"];

/**
 * SHA-256 of all that firmware of boards is built from: the core, the C of all boards, how it is compiled, the version that it tells. Other
 * firmware beside them, the meter's, is none of it.
 */
export async function firmwareSources(): Promise<string> {
  const boards = boardsFolder();
  const all = (await readdir(boards, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const isOfBoards = (name: string) => {
    const [folder] = name.split("/");
    return folder === "common" || all.includes(`${folder}/board.mk`);
  };
  const names = all
    .filter((name) => name === "Makefile" || (SOURCE_SUFFIXES.includes(extname(name)) && isOfBoards(name)))
    .sort();
  const hash = createHash("sha256").update(manifest.version).update(coreBytes());
  for (const name of names) hash.update(`\n${name}\n`).update(await readFile(join(boards, name)));
  return hash.digest("hex");
}

/** What `dist/firmware` holds; null where it is absent or made of something else. */
export async function shippedIndex(): Promise<FirmwareIndex | null> {
  const text = await readFile(join(shippedFolder(), FIRMWARE_INDEX), "utf8").catch(() => null);
  if (text === null) return null;
  const index: FirmwareIndex = JSON.parse(text);
  return index.sources === (await firmwareSources()) ? index : null;
}

const shippedFolder = () => join(packageFolder(), FIRMWARE_FOLDER);

/** The firmware of a board in `dist/firmware`, and the compiler's name and version. */
async function shippedFirmware(board: string): Promise<{ elf: string; compiler: string } | null> {
  const index = await shippedIndex();
  if (index === null || !index.boards.includes(board)) return null;
  const elf = join(shippedFolder(), `${board}.elf`);
  return (await stat(elf).catch(() => null)) === null ? null : { elf, compiler: index.compiler };
}

/**
 * ELF file of the firmware of a board without an image: the package's, or one that is built in `out` after `beforeBuild` was called. Throws
 * `bad-tool` when it has to be built and a tool is missing.
 */
export async function readyFirmware(board: string, out: string, beforeBuild: () => void): Promise<string> {
  const shipped = await shippedFirmware(board);
  if (shipped !== null) return shipped.elf;
  beforeBuild();
  return (await buildFirmware(board, { out })).elf!;
}

/** What `readyFirmware` of the board is compiled by. */
export async function firmwareCompiler(board: string): Promise<string> {
  return (await shippedFirmware(board))?.compiler ?? compilerVersion();
}

/** Name and version of the compiler that is installed. */
export async function compilerVersion(): Promise<string> {
  return `${COMPILER} ${(await runBuildTool(COMPILER, ["-dumpversion"])).trim()}`;
}
