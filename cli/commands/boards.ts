// `boards`: the platforms, and everything about one of them with sources and grades.

import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type CommonOptions, withCommon } from "../options.ts";

export interface BoardsOptions extends CommonOptions {
  boardFile?: string;
}

const EXAMPLES = ["boards", "boards nrf52840", "boards --board-file my-board.json", "boards --json"];

export function addBoards(program: Command, io: Io): void {
  const command = program
    .command("boards")
    .summary("list the platforms, or print one with its figures, sources and grades")
    .description(
      "Lists the platforms, or prints one with all its figures, their sources and grades. Grades: A read in an " +
        "official document, B in an opened secondary source, C inferred, scaled or from memory.",
    )
    .argument("[id]", "platform to print in full")
    .option("--board-file <file>", "check a board file of your own and print it")
    .action(async (id: string | undefined, options: BoardsOptions) => {
      const { boards } = await import("../actions/boards.ts");
      await boards(io, id, options);
    });
  withCommon(command, EXAMPLES);
}
