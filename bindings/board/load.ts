// The platforms that come with the library, and a user's own board file. The built-in ones were checked when they were
// built, so that this file costs no schema at start-up.

import { boards, coreTables } from "#boards";
import { parseJson } from "../parse-json.ts";
import type { Board } from "./board.ts";
import { findById } from "./find.ts";

let parser: Promise<typeof import("./parse-board.ts")> | undefined;

/** All platforms of boards/, in the order of their ids. */
export function builtinBoards(): readonly Board[] {
  return boards;
}

/** The built-in platform `id`. Throws `unknown-name` with the nearest id. */
export function findBoard(id: string): Board {
  return findById(boards, id, "platform");
}

/**
 * A board from the text of a user's board file, which may refer to the shared cycle tables; `source` is the file's
 * name for messages. Throws `bad-board`.
 */
export async function parseBoardFile(text: string, source: string): Promise<Board> {
  const json = parseJson(text, source, "bad-board");
  parser ??= import("./parse-board.ts");
  const { parseBoard } = await parser;
  return parseBoard(json, coreTables, source);
}
