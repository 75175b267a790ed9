import { describe, expect, it } from "vitest";
import type { BoardMemory } from "../../bindings/board/board.ts";
import type { Firmware } from "../../bindings/board/firmware.ts";
import { MemoryProfiler, type StaticMemory } from "../../bindings/estimate/memory-profiler.ts";

const MEMORY: StaticMemory = {
  imageBytes: 300,
  arenaBytes: 100,
  sections: { weights: 200, tables: 20, header: 64, state: 16, io: 12, scratch: 40 },
};
const board = (flashBytes: number, ramBytes: number): BoardMemory => ({
  flashBytes,
  ramBytes,
  flash: "internal",
  source: "HAND",
  grade: "C",
});

const firmware = (rest: Partial<Firmware> = {}): Firmware => ({
  board: "hand",
  compiler: "cc",
  codeIn: "flash",
  codeBytes: 1000,
  tablesBytes: 100,
  dataBytes: 10,
  variablesBytes: 50,
  stackBytes: 30,
  basis: "measured",
  poolBytes: null,
  ...rest,
});

describe("MemoryProfiler", () => {
  it("lists sections that add up to image and arena", () => {
    const { staticSections } = new MemoryProfiler(MEMORY);
    const sum = (place: string) =>
      staticSections.filter((s) => s.place === place).reduce((bytes, s) => bytes + s.bytes, 0);
    expect(sum("image")).toBe(300);
    expect(sum("arena")).toBe(100);
    expect(staticSections).toContainEqual({ section: "other", place: "image", bytes: 16 });
    expect(staticSections).toContainEqual({ section: "other", place: "arena", bytes: 32 });
  });

  it("runs from RAM where image and arena just fit, and keeps the image in flash all the same", () => {
    expect(new MemoryProfiler(MEMORY).on(board(300, 400))).toMatchObject({
      imageIn: "ram",
      imageInReason: "image and arena fit into RAM",
      flashBytes: 300,
      ramBytes: 400,
      fits: { flash: true, ram: true, ramLimit: null },
    });
  });

  it("runs from flash where they do not fit, by the board or by the limit", () => {
    expect(new MemoryProfiler(MEMORY).on(board(300, 399))).toMatchObject({
      imageIn: "flash",
      imageInReason: "image and arena do not fit into 399 bytes of RAM",
      ramBytes: 100,
      fits: { flash: true, ram: true },
    });
    expect(new MemoryProfiler(MEMORY).on(board(300, 1000), { ramLimitBytes: 399 })).toMatchObject({
      imageIn: "flash",
      fits: { ramLimit: true },
    });
  });

  it("puts the image where it is told to and says when it does not fit there", () => {
    expect(
      new MemoryProfiler(MEMORY).on(board(299, 399), { imageIn: "ram", ramLimitBytes: 350 }),
    ).toMatchObject({
      imageIn: "ram",
      imageInReason: "as asked",
      ramBytes: 400,
      fits: { flash: false, ram: false, ramLimit: false },
    });
  });

  it("keeps the largest linear memory that was recorded", () => {
    const profiler = new MemoryProfiler(MEMORY);
    expect(profiler.peak).toBeNull();
    for (const bytes of [65_536, 131_072, 65_536]) profiler.recordLinearMemory(bytes);
    expect(profiler.peak).toBe(131_072);
    expect(profiler.on(board(300, 400)).peakBytes).toBe(131_072);
    expect(() => profiler.recordLinearMemory(-1)).toThrow(RangeError);
  });

  it("refuses sizes that contradict each other", () => {
    const refuse = (changes: Partial<StaticMemory>) => () => new MemoryProfiler({ ...MEMORY, ...changes });
    expect(refuse({ imageBytes: 283 })).toThrow(
      '"imageBytes" expected at least the sum of its sections 284, got 283',
    );
    expect(refuse({ arenaBytes: 67 })).toThrow(
      '"arenaBytes" expected at least the sum of its sections 68, got 67',
    );
    expect(refuse({ sections: { ...MEMORY.sections, state: 0.5 } })).toThrow(
      '"sections.state" expected a whole number',
    );
  });

  it("says all there is to say of a board", () => {
    expect(new MemoryProfiler(MEMORY).on(board(1000, 450), { ramLimitBytes: 420 })).toEqual({
      imageIn: "ram",
      imageInReason: "image and arena fit into RAM",
      flashBytes: 300,
      ramBytes: 400,
      boardFlashBytes: 1000,
      boardRamBytes: 450,
      ramLimitBytes: 420,
      firmware: null,
      totalFlashBytes: 300,
      totalRamBytes: 400,
      ramForNetworkBytes: 450,
      fits: { flash: true, ram: true, ramLimit: true },
      sections: [
        { section: "header", place: "image", bytes: 64 },
        { section: "weights", place: "image", bytes: 200 },
        { section: "tables", place: "image", bytes: 20 },
        { section: "other", place: "image", bytes: 16 },
        { section: "io", place: "arena", bytes: 12 },
        { section: "state", place: "arena", bytes: 16 },
        { section: "scratch", place: "arena", bytes: 40 },
        { section: "other", place: "arena", bytes: 32 },
      ],
      peakBytes: null,
    });
  });

  it("leaves to the network what the firmware does not take", () => {
    const on = (flashBytes: number, ramBytes: number, rest: Partial<Firmware> = {}) =>
      new MemoryProfiler(MEMORY).on(board(flashBytes, ramBytes), { firmware: firmware(rest) });
    // 1110 bytes of flash, 80 of RAM.
    expect(on(1410, 480)).toMatchObject({
      imageIn: "ram",
      totalFlashBytes: 1410,
      totalRamBytes: 480,
      ramForNetworkBytes: 400,
      firmware: firmware(),
      fits: { flash: true, ram: true },
    });
    expect(on(1409, 479)).toMatchObject({
      imageIn: "flash",
      imageInReason: "image and arena do not fit into 399 bytes of RAM",
      totalRamBytes: 180,
      fits: { flash: false, ram: true },
    });
    expect(on(1410, 179).fits.ram).toBe(false);
    expect(on(1410, 60)).toMatchObject({ ramForNetworkBytes: 0, fits: { ram: false } });
    // What the linker left is known where the firmware was built for this board.
    expect(on(2000, 5000, { poolBytes: 399 })).toMatchObject({ imageIn: "flash", ramForNetworkBytes: 399 });
    expect(on(2000, 5000, { poolBytes: 400 })).toMatchObject({ imageIn: "ram", fits: { ram: true } });
    expect(on(2000, 5000, { poolBytes: 99 }).fits.ram).toBe(false);
  });

  it("puts the image into RAM where the firmware runs from there, whether it fits or not", () => {
    const options = { firmware: firmware({ codeIn: "ram" }) };
    // 1180 bytes of RAM for code, constants, variables and stack; initial values lie in the variables.
    expect(new MemoryProfiler(MEMORY).on(board(300, 1579), options)).toMatchObject({
      imageIn: "ram",
      imageInReason: "the firmware takes images into RAM only",
      ramBytes: 400,
      ramForNetworkBytes: 399,
      totalFlashBytes: 300,
      totalRamBytes: 1580,
      fits: { flash: true, ram: false },
    });
    expect(new MemoryProfiler(MEMORY).on(board(300, 1580), options)).toMatchObject({
      imageInReason: "image and arena fit into RAM",
      fits: { ram: true },
    });
  });

  it("takes sections that leave no padding, and nothing negative", () => {
    const made = (changes: Partial<StaticMemory>) => new MemoryProfiler({ ...MEMORY, ...changes });
    expect(made({ imageBytes: 284, arenaBytes: 68 }).staticSections).toContainEqual({
      section: "other",
      place: "image",
      bytes: 0,
    });
    const message = (name: string, bytes: number) =>
      `"${name}" expected a whole number of bytes, got ${bytes}`;
    expect(() => made({ imageBytes: 300.5 })).toThrow(new RangeError(message("imageBytes", 300.5)));
    expect(() => made({ arenaBytes: Number.NaN })).toThrow(new RangeError(message("arenaBytes", Number.NaN)));
    for (const name of ["weights", "tables", "header", "state", "io", "scratch"] as const) {
      expect(() => made({ sections: { ...MEMORY.sections, [name]: -1 } })).toThrow(
        new RangeError(message(`sections.${name}`, -1)),
      );
    }
  });

  it("records whole bytes of linear memory, none included", () => {
    const profiler = new MemoryProfiler(MEMORY);
    profiler.recordLinearMemory(0);
    expect(profiler.peak).toBe(0);
    expect(() => profiler.recordLinearMemory(-1)).toThrow('"bytes" expected a whole number of bytes, got -1');
    expect(() => profiler.recordLinearMemory(0.5)).toThrow(RangeError);
  });
});
