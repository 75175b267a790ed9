// Looking up by id, without the built-in platforms.

import { complain, nearestName } from "../errors.ts";
import { printable } from "../network/printable.ts";
import type { Board, OperatingPoint } from "./board.ts";

/** The operating point `pointId` of a board, or its default one. Throws `unknown-name` with the nearest id. */
export function findPoint(board: Board, pointId: string = board.defaultPoint): OperatingPoint {
  return findById(board.operatingPoints, pointId, "operating point", `board ${board.id}`);
}

/** The item of that id. Throws `unknown-name` with the nearest id. */
export function findById<T extends { id: string }>(
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
