import type { Board } from "../../bindings/board/board.ts";
import type { BoardsOptions } from "../commands/boards.ts";
import type { Io } from "../io.ts";
import { findPlatforms } from "../platforms.ts";
import { digits, exact, table, whole } from "../text.ts";
import { boardPage } from "./board-page.ts";

/** Lists the platforms, or prints one. */
export async function boards(
  io: Io,
  id: string | undefined,
  { boardFile, json }: BoardsOptions,
): Promise<void> {
  const all = await findPlatforms(io, id ?? (boardFile === undefined ? "all" : undefined), boardFile);
  if (id === undefined && boardFile === undefined) {
    io.print(json ? JSON.stringify(all) : list(all, io.colour));
    return;
  }
  const board = all[0]!;
  if (json) io.print(JSON.stringify(board));
  else io.print(boardPage(board, io.colour));
}

/** One line a platform, at its default operating point. */
function list(boards: readonly Board[], colour: boolean): string {
  const right = "right" as const;
  const rows = boards.map((board) => {
    const point = board.operatingPoints.find(({ id }) => id === board.defaultPoint)!;
    const { activeCurrentMa: current, supplyV } = point;
    return [
      board.id,
      board.core.name,
      point.id,
      exact(point.clockHz / 1e6),
      exact(supplyV),
      digits(current.typ),
      digits(current.typ * supplyV),
      current.grade,
      whole(board.memory.ramBytes / 1024),
      whole(board.memory.flashBytes / 1024),
      whole(board.operatingPoints.length),
    ];
  });
  return [
    table(
      [
        { title: "platform" },
        { title: "core" },
        { title: "default point" },
        { title: "MHz", align: right },
        { title: "V", align: right },
        { title: "mA", align: right },
        { title: "mW", align: right },
        { title: "grade" },
        { title: "RAM kB", align: right },
        { title: "flash kB", align: right },
        { title: "points", align: right },
      ],
      rows,
      colour,
    ),
    "",
    "Active current and power are typical; the grade is the current's: A official, B secondary, C inferred.",
    "All figures of a platform with their sources: liquid-edge boards <platform>",
  ].join("\n");
}
