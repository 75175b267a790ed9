import { describe, expect, it } from "vitest";
import type { BoardMemory } from "../../bindings/board/board.ts";
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
});
