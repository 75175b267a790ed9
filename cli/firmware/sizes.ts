// What a firmware takes of flash and RAM, from the section headers and symbols of its ELF file.

import { readFile } from "node:fs/promises";
import { LiquidEdgeError } from "../../bindings/errors.ts";

export interface FirmwareSizes {
  /** Code, constants and initial values, without the image. */
  flashBytes: number;
  /** The image that is linked in; 0 when there is none. */
  imageBytes: number;
  /** Variables. */
  ramBytes: number;
  stackBytes: number;
  /** What is left for image, arena and data. */
  poolBytes: number;
}

const SECTION_HEADER_BYTES = 40;

/** @throws LiquidEdgeError `bad-file` when it is no 32-bit ELF file */
export async function readSizes(elf: string): Promise<FirmwareSizes> {
  const sections = sectionSizes(await readFile(elf), elf);
  const bytes = (name: string) => sections.get(name) ?? 0;
  return {
    flashBytes: bytes(".text") + bytes(".data"),
    imageBytes: bytes(".image"),
    ramBytes: bytes(".data") + bytes(".bss"),
    stackBytes: bytes(".stack"),
    poolBytes: bytes(".pool"),
  };
}

function sectionSizes(file: Buffer, name: string): Map<string, number> {
  const isElf32 = file.length >= 52 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 1;
  if (!isElf32)
    throw new LiquidEdgeError("bad-file", `${name}: expected a 32-bit ELF file, found another one`);
  const headers = file.readUInt32LE(32);
  const count = file.readUInt16LE(48);
  const names = file.readUInt32LE(headers + file.readUInt16LE(50) * SECTION_HEADER_BYTES + 16);
  const sizes = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const header = headers + i * SECTION_HEADER_BYTES;
    const nameAt = names + file.readUInt32LE(header);
    sizes.set(file.toString("latin1", nameAt, file.indexOf(0, nameAt)), file.readUInt32LE(header + 20));
  }
  return sizes;
}
