// The firmware of every board, for the package (`prepack`): dist/firmware. Takes half a minute, and nothing where it is there already.
// Needs wasm2c, make and gcc for Arm.

import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFirmware } from "../cli/firmware/build-firmware.ts";
import {
  compilerVersion,
  FIRMWARE_FOLDER,
  FIRMWARE_INDEX,
  type FirmwareIndex,
  firmwareSources,
} from "../cli/firmware/ready-firmware.ts";
import { boardsFolder } from "../cli/package-folder.ts";

/** Throws `bad-tool` without the tools. */
export async function buildShippedFirmware(root: string): Promise<FirmwareIndex> {
  const folder = join(root, FIRMWARE_FOLDER);
  const sources = await firmwareSources();
  const text = await readFile(join(folder, FIRMWARE_INDEX), "utf8").catch(() => "null");
  const present: FirmwareIndex | null = JSON.parse(text);
  if (present?.sources === sources) return present;
  const boards = (await readdir(boardsFolder()))
    .filter((id) => existsSync(join(boardsFolder(), id, "board.mk")))
    .sort();
  const scratch = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const board of boards) {
      const { elf } = await buildFirmware(board, { out: join(scratch, board) });
      await copyFile(elf!, join(folder, `${board}.elf`));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const index: FirmwareIndex = { sources, compiler: await compilerVersion(), boards };
  // The index last and at once: without it there is no firmware.
  const draft = join(folder, `${FIRMWARE_INDEX}.part`);
  await writeFile(draft, `${JSON.stringify(index, null, 2)}\n`);
  await rename(draft, join(folder, FIRMWARE_INDEX));
  return index;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { boards, compiler } = await buildShippedFirmware(fileURLToPath(new URL("..", import.meta.url)));
  // npm pack --json has standard output to itself.
  console.error(`${FIRMWARE_FOLDER}: ${boards.length} boards, ${compiler}`);
}
