// What is in the ELF file of a firmware: sizes of sections, and the bytes that go into the memory of a board.

import { readFile } from "node:fs/promises";
import { LiquidEdgeError } from "../../bindings/errors.ts";

export interface FirmwareSizes {
  /** Code, constants and initial values, without the image. */
  flashBytes: number;
  codeBytes: number;
  /** Constants: the core's tables, texts of the protocol. */
  tablesBytes: number;
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
  const sections = sectionSizes(await readElf(elf));
  const bytes = (name: string) => sections.get(name) ?? 0;
  return {
    flashBytes: bytes(".text") + bytes(".rodata") + bytes(".data"),
    codeBytes: bytes(".text"),
    tablesBytes: bytes(".rodata"),
    imageBytes: bytes(".image"),
    ramBytes: bytes(".data") + bytes(".bss"),
    stackBytes: bytes(".stack"),
    poolBytes: bytes(".pool"),
  };
}

function sectionSizes(file: Buffer): Map<string, number> {
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

/** A run of bytes and where it is loaded. */
export interface Segment {
  address: number;
  bytes: Uint8Array;
}

const PROGRAM_HEADER_BYTES = 32;
const LOADED = 1;

/** What has to be in memory before the firmware starts, in the order of the addresses. */
export async function readSegments(elf: string): Promise<Segment[]> {
  const file = await readElf(elf);
  const headers = file.readUInt32LE(28);
  const segments: Segment[] = [];
  for (let i = 0; i < file.readUInt16LE(44); i++) {
    const header = headers + i * PROGRAM_HEADER_BYTES;
    const at = file.readUInt32LE(header + 4);
    const length = file.readUInt32LE(header + 16);
    if (file.readUInt32LE(header) !== LOADED || length === 0) continue;
    segments.push({ address: file.readUInt32LE(header + 12), bytes: file.subarray(at, at + length) });
  }
  return segments.sort((a, b) => a.address - b.address);
}

async function readElf(name: string): Promise<Buffer> {
  const file = await readFile(name);
  const isElf32 = file.length >= 52 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 1;
  if (isElf32) return file;
  throw new LiquidEdgeError("bad-file", `${name}: expected a 32-bit ELF file, found another one`);
}
