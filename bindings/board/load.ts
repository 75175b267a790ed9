// The platforms that come with the library, and a user's own board file. The built-in ones were checked when they were
// built, so that this file costs no schema at start-up.

import { boards, coreTables } from "#boards";
import { complain, nearestName } from "../errors.ts";
import { printable } from "../network/printable.ts";
import { parseJson } from "../parse-json.ts";
import type { Board, OperatingPoint } from "./board.ts";

/** All platforms of boards/, in the order of their ids. */
export function builtinBoards(): readonly Board[] {
  return boards;
}

/** The built-in platform `id`. Throws `unknown-name` with the nearest id. */
export function findBoard(id: string): Board {
  return findById(boards, id, "platform");
}

/** The operating point `pointId` of a board, or its default one. Throws `unknown-name` with the nearest id. */
export function findPoint(board: Board, pointId: string = board.defaultPoint): OperatingPoint {
  return findById(board.operatingPoints, pointId, "operating point", `board ${board.id}`);
}

/**
 * A board from the text of a user's board file, which may refer to the shared cycle tables; `source` is the file's
 * name for messages. Throws `bad-board`.
 */
export async function parseBoardFile(text: string, source: string): Promise<Board> {
  const json = parseJson(text, source, "bad-board");
  const { parseBoard } = await import("./schema.ts");
  return parseBoard(json, coreTables, source);
}

function findById<T extends { id: string }>(
  items: readonly T[],
  id: string,
  kind: string,
  where?: string,
): T {
  const found = items.find((item) => item.id === id);
  if (found !== undefined) return found;
  const ids = items.map((item) => item.id);
  const nearest = nearestName(id, ids);
  throw complain("unknown-name", where ?? kind, {
    expected: where === undefined ? `one of ${ids.join(", ")}` : `${kind} ${ids.join(", ")}`,
    found: `"${printable(id)}"`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}
