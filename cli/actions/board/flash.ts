import { copyFile, readdir, stat, writeFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { basename, join, resolve } from "node:path";
import { complain } from "../../../bindings/errors.ts";
import type { BoardFlashOptions } from "../../commands/board.ts";
import { RunFailure } from "../../exit.ts";
import { uf2FamilyOf } from "../../firmware/build-firmware.ts";
import { readSegments } from "../../firmware/elf.ts";
import { FLASH_METHODS, type FlashMethod, INSTALL_HINTS, VERSION_ARGS } from "../../firmware/flash-tools.ts";
import { intelHexOf } from "../../firmware/intel-hex.ts";
import { readyFirmware } from "../../firmware/ready-firmware.ts";
import { uf2Of } from "../../firmware/uf2.ts";
import type { Io } from "../../io.ts";
import { usageError } from "../../options.ts";
import { boardsFolder } from "../../package-folder.ts";
import { quoted } from "../../text.ts";
import { findTarget } from "./targets.ts";

/** Files of a drive by which a board in its boot loader is known. */
const UF2_MARKER = "INFO_UF2.TXT";

/** Puts firmware on a board. Throws RunFailure when the tool fails. */
export async function boardFlash(io: Io, id: string, options: BoardFlashOptions): Promise<void> {
  const { id: board } = findTarget(id);
  const methods = FLASH_METHODS[board];
  if (methods === undefined)
    throw usageError(`board flash: expected a board of silicon, found "${board}", which is emulated`);
  const { method, drive } = await methodFor(io, board, methods, options);
  const file =
    options.firmware === undefined ? await ownFirmware(io, board, method) : resolve(options.firmware);
  if (options.firmware !== undefined && !(await stat(file).catch(() => null))?.isFile())
    throw complain("bad-file", options.firmware, { expected: "a file of firmware", found: "none there" });
  // In braces Tcl takes everything for what it is, but braces and a backslash in front of one or of a line end.
  if (method.tool === "openocd" && /[{}]|\\(\n|$)/.test(file))
    throw complain("bad-file", file, {
      expected: "a path without braces, and without a backslash at the end of a line, for openocd",
      found: "one with them",
    });
  const commands = method.commands(file, options.port);
  const shown =
    drive === null
      ? commands.map((command) => command.map(quoted).join(" "))
      : [`copy ${quoted(file)} to ${quoted(drive)}`];
  if (options.json) io.print(JSON.stringify({ board, tool: method.tool, file, drive, commands }));
  else io.print(shown.join("\n"));
  if (options.dryRun) return;
  if (drive !== null) {
    await copyFile(file, join(drive, basename(file)));
    return;
  }
  for (const [command, ...args] of commands) {
    const code = await io.streamTool(command, args);
    if (code !== 0) throw new RunFailure(`${command}: expected exit code 0, found ${code}`);
  }
}

/** The tool that was asked for, or the first that is there; for UF2 the drive as well. */
async function methodFor(
  io: Io,
  board: string,
  methods: readonly FlashMethod[],
  { tool }: BoardFlashOptions,
): Promise<{ method: FlashMethod; drive: string | null }> {
  const candidates = methods.filter((method) => tool === undefined || method.tool === tool);
  if (candidates.length === 0) {
    const names = methods.map((method) => method.tool).join(", ");
    throw usageError(`--tool: expected one of ${names} for ${board}, found "${tool}"`);
  }
  for (const method of candidates) {
    if (method.tool === "uf2") {
      const drive = await uf2Drive();
      if (drive !== null) return { method, drive };
    } else if ((await io.runTool(method.tool, VERSION_ARGS[method.tool])) !== null) {
      return { method, drive: null };
    }
  }
  throw complain("bad-tool", "board flash", {
    expected: `one of ${candidates.map((method) => method.tool).join(", ")}`,
    found: "none",
    hint: candidates.map((method) => `${method.tool}: ${INSTALL_HINTS[method.tool]}`).join("; "),
  });
}

/** The drive of a board that waits for a UF2 file; null: none is mounted. */
async function uf2Drive(): Promise<string | null> {
  const user = userInfo().username;
  const places = ["/Volumes", "/media", `/media/${user}`, `/run/media/${user}`, join(homedir(), "media")];
  for (const place of places) {
    for (const name of await readdir(place).catch(() => [])) {
      const drive = join(place, name);
      if (/^RPI-RP2/.test(name) && (await readdir(drive).catch((): string[] => [])).includes(UF2_MARKER))
        return drive;
    }
  }
  return null;
}

/** The package's firmware in the form that the method takes, in the build folder where it has to be made. */
async function ownFirmware(io: Io, board: string, { tool, takes }: FlashMethod): Promise<string> {
  if (takes === "bin") {
    throw usageError(
      `--firmware: expected the merged binary of "idf.py merge-bin" for ${tool}, found none; "board build ${board}" prints ` +
        "how to build it",
    );
  }
  const out = resolve("build", "firmware", board);
  const elf = await readyFirmware(board, out, () => io.progress(`building the firmware of ${board}`));
  io.progress(null);
  if (takes === "elf") return elf;
  const segments = await readSegments(elf);
  await io.makeFolder(out);
  const file = join(out, `firmware.${takes}`);
  const content =
    takes === "hex"
      ? intelHexOf(segments)
      : uf2Of(segments, (await uf2FamilyOf(join(boardsFolder(), board)))!);
  await writeFile(file, content);
  return file;
}
