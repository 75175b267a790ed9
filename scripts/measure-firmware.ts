// Builds the firmware of every board that the installed compiler builds for and writes its sizes to boards/firmware.json, so that
// estimates need no compiler:
//
//   npx tsx scripts/measure-firmware.ts && npm run build

import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytes as coreBytes } from "#core/scalar";
import type { FirmwareRecord } from "../bindings/board/firmware.ts";
import { crc32 } from "../bindings/image/crc32.ts";
import { buildFirmware } from "../cli/firmware/build-firmware.ts";
import { compilerVersion } from "../cli/firmware/ready-firmware.ts";
import { boardsFolder } from "../cli/package-folder.ts";
import manifest from "../package.json" with { type: "json" };

/** Sizes of the firmware of one board as it is built here. */
export async function measureFirmware(board: string): Promise<FirmwareRecord> {
  const folder = join(boardsFolder(), board);
  const out = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    const { sizes, portKernels } = await buildFirmware(board, { out });
    const { core } = JSON.parse(await readFile(join(folder, "board.json"), "utf8"));
    const script = await readFile(join(folder, "memory.ld"), "utf8");
    const { flashBytes, codeBytes, tablesBytes, ramBytes, stackBytes, poolBytes } = sizes!;
    return {
      board,
      core: core.name,
      compiler: await compilerVersion(),
      coreCrc: crc32(coreBytes()).toString(16).padStart(8, "0"),
      version: manifest.version,
      portKernels,
      codeIn: script.includes('REGION_ALIAS("CODE", RAM)') ? "ram" : "flash",
      codeBytes,
      tablesBytes,
      dataBytes: flashBytes - codeBytes - tablesBytes,
      variablesBytes: ramBytes,
      stackBytes,
      poolBytes,
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const boards = (await readdir(boardsFolder()))
    .filter((id) => existsSync(join(boardsFolder(), id, "board.mk")))
    .sort();
  const records: FirmwareRecord[] = [];
  for (const board of boards) records.push(await measureFirmware(board));
  const file = join(boardsFolder(), "firmware.json");
  await writeFile(
    file,
    `${JSON.stringify({ command: "npx tsx scripts/measure-firmware.ts", records }, null, 2)}\n`,
  );
  for (const { board, codeBytes, tablesBytes, variablesBytes, stackBytes } of records)
    console.log(
      `${board}: code ${codeBytes}, tables ${tablesBytes}, variables ${variablesBytes}, stack ${stackBytes}`,
    );
}
