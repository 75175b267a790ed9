import { describe, expect, it } from "vitest";
import { findPoint } from "../../bindings/board/find.ts";
import { builtinBoards, findBoard, parseBoardFile } from "../../bindings/board/load.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { readBoards, readCoreTables } from "../../scripts/build-boards.ts";

function errorOf(action: () => unknown): LiquidEdgeError {
  try {
    action();
  } catch (error) {
    if (error instanceof LiquidEdgeError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("built-in boards", () => {
  it("are those of boards/, tables resolved", async () => {
    const read = await readBoards(await readCoreTables());
    const same = JSON.stringify(builtinBoards()) === JSON.stringify(read);
    expect(same, "build/boards.js is older than boards/ (npm run build)").toBe(true);
  });

  it("share one table where it is the same", () => {
    expect(findBoard("nrf52840").cycles).toBe(findBoard("stm32f407").cycles);
  });
});

describe("findBoard", () => {
  it("names the nearest platform when there is none", () => {
    const error = errorOf(() => findBoard("stm32h734"));
    expect(error.code).toBe("unknown-name");
    expect(error.message).toMatch(
      /^platform: expected one of esp32c3, .*, found "stm32h734" \(did you mean "stm32h743"\?\)$/,
    );
  });
});

describe("findPoint", () => {
  it("gives the default point, or the one asked for", () => {
    const board = findBoard("nrf52840");
    expect(findPoint(board).id).toBe("64mhz-dcdc");
    expect(findPoint(board, "64mhz-ldo").activeCurrentMa.typ).toBe(6.3);
  });

  it("names board and points when there is none", () => {
    const error = errorOf(() => findPoint(findBoard("nrf52840"), "64mhz"));
    expect(error.code).toBe("unknown-name");
    expect(error.message).toBe(
      'board nrf52840: expected operating point 64mhz-dcdc, 64mhz-ldo, found "64mhz"',
    );
  });
});

describe("parseBoardFile", () => {
  it("reads a board that refers to a shared table", async () => {
    const { cycles, ...rest } = findBoard("nrf52840");
    const file = JSON.stringify({ ...rest, id: "my-board", cycles: { table: cycles.id } });
    const board = await parseBoardFile(file, "my-board.json");
    expect(board.id).toBe("my-board");
    expect(board.cycles).toEqual(cycles);
  });

  it("refuses text that is no JSON in one line", async () => {
    await expect(parseBoardFile("{\n  id:", "my-board.json")).rejects.toThrow(
      /^my-board\.json: expected JSON, found [^\n]+$/,
    );
  });
});
