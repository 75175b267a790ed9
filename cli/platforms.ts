// Which platforms a command line means.

import type { Board } from "../bindings/board/board.ts";
import { builtinBoards, findBoard, parseBoardFile } from "../bindings/board/load.ts";
import type { Io } from "./io.ts";
import { usageError } from "./options.ts";
import { fileName, readText } from "./read-text.ts";

/**
 * The platforms of a list of ids or `all`. A board file of the user's adds one, stands in for the built-in platform of
 * the same id, and is the only one when no ids are given. Without either it is all of them.
 */
export async function findPlatforms(
  io: Io,
  ids: string | undefined,
  boardFile: string | undefined,
): Promise<readonly Board[]> {
  const own =
    boardFile === undefined
      ? undefined
      : await parseBoardFile(await readText(io, boardFile, "bad-board"), fileName(boardFile));
  if (own !== undefined && ids === undefined) return [own];
  if (ids === undefined || ids === "all") {
    const builtin = builtinBoards();
    return own === undefined ? builtin : [own, ...builtin.filter(({ id }) => id !== own.id)];
  }
  const names = ids.split(",").map((id) => id.trim());
  if (names.includes("")) throw usageError(`--platform: expected ids separated by commas, found "${ids}"`);
  return [...new Set(names)].map((id) => (id === own?.id ? own : findBoard(id)));
}
