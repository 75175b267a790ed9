import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoardBuildOptions } from "../../commands/board.ts";
import { buildFirmware, type Firmware } from "../../firmware/build-firmware.ts";
import type { Io } from "../../io.ts";
import { usageError } from "../../options.ts";
import { compiledFor, readNetwork } from "../../read-network.ts";
import { bytes, table } from "../../text.ts";
import { findTarget } from "./targets.ts";

/** Boards whose firmware runs from SRAM, or takes no image at build time. */
const NO_FLASH: readonly string[] = ["esp32s3", "rp2040", "rp2040js"];

/** Builds the firmware of a board and prints its sizes. */
export async function boardBuild(io: Io, id: string, options: BoardBuildOptions): Promise<void> {
  const { id: board, board: platform } = findTarget(id);
  const { out, image, imageIn, config, precision, mlperfId, energyMode, portKernels, json } = options;
  if (imageIn === "flash" && image === undefined)
    throw usageError("--image-in flash: expected --image FILE, found none");
  if (imageIn === "ram" && image !== undefined)
    throw usageError("--image: expected --image-in flash with it, found ram (uploaded while it runs)");
  if (imageIn === "flash") refuseWithoutFlash(board);
  const network =
    image === undefined ? null : await compiledFor(await readNetwork(io, image, config, precision), platform);
  const firmware = await withImageFile(network?.compiled.image, (file) =>
    buildFirmware(board, {
      ...(out === undefined ? {} : { out }),
      ...(file === undefined ? {} : { image: file }),
      ...(mlperfId === undefined ? {} : { mlperfId }),
      ...(energyMode === undefined ? {} : { energyMode }),
      ...(portKernels ? {} : { portKernels: [] }),
    }),
  );
  io.print(json ? JSON.stringify(reportOf(firmware)) : describe(firmware, io.colour));
}

/** Throws a usage error for a board that has no flash for an image. */
export function refuseWithoutFlash(board: string): void {
  if (NO_FLASH.includes(board))
    throw usageError(`--image-in: expected ram on ${board}, which takes none into flash, found flash`);
}

/** Calls `build` with a file that holds the image, while it lasts. */
export async function withImageFile<T>(
  image: Uint8Array | undefined,
  build: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (image === undefined) return build(undefined);
  const folder = await mkdtemp(join(tmpdir(), "liquid-edge-"));
  try {
    const file = join(folder, "image.bin");
    await writeFile(file, image);
    return await build(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportOf({ board, elf, out, uf2, portKernels, sizes, next }: Firmware) {
  return { board, elf, out, uf2, portKernels, ...sizes, next };
}

function describe({ board, elf, out, uf2, portKernels, sizes, next }: Firmware, colour: boolean): string {
  if (sizes === null) return [`${board}: sources in ${out}; to build the firmware:`, `  ${next}`].join("\n");
  const rows: [string, number, string][] = [
    ["code", sizes.codeBytes, ""],
    ["tables", sizes.tablesBytes, "constants"],
    ["firmware", sizes.flashBytes, "code, tables, initial values of variables"],
    ["image", sizes.imageBytes, sizes.imageBytes === 0 ? "none linked in: it is uploaded" : "linked in"],
    ["variables", sizes.ramBytes, "RAM"],
    ["stack", sizes.stackBytes, "RAM"],
    ["pool", sizes.poolBytes, "RAM for image, arena and data"],
  ];
  return [
    `${board}: ${elf}${uf2 === null ? "" : `, ${uf2}`}`,
    "",
    table(
      [{ title: "section" }, { title: "bytes", align: "right" }, { title: "" }],
      rows.map(([name, size, what]) => [name, bytes(size), what]),
      colour,
    ),
    ...(portKernels.length === 0 ? [] : ["", `Kernels of the port: ${portKernels.join(", ")}`]),
  ].join("\n");
}
