import type { Io } from "../../io.ts";
import type { CommonOptions } from "../../options.ts";
import { table } from "../../text.ts";
import { firmwareTargets } from "./targets.ts";

/** Lists the boards that there is firmware for. */
export async function boardList(io: Io, { json }: CommonOptions): Promise<void> {
  const boards = firmwareTargets().map(({ id, name, core, emulated }) => ({
    id,
    name,
    core,
    emulated: emulated !== null,
    counts: emulated?.counts ?? "cycles",
  }));
  if (json) {
    io.print(JSON.stringify(boards));
    return;
  }
  io.print(
    [
      table(
        [{ title: "board" }, { title: "core" }, { title: "" }, { title: "counts" }, { title: "name" }],
        boards.map(({ id, core, emulated, counts, name }) => [
          id,
          core,
          emulated ? { text: "emulated", style: "yellow" } : "",
          counts,
          name,
        ]),
        io.colour,
      ),
      "",
      "An emulated board executes the firmware and counts instructions or cycles; no silicon is measured.",
    ].join("\n"),
  );
}
