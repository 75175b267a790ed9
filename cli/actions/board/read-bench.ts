import { complain } from "../../../bindings/errors.ts";
import { type BenchBoard, parseHardware } from "../../../bindings/record/hardware.ts";
import type { Io } from "../../io.ts";
import { fileName } from "../../read-text.ts";
import { readYaml } from "../../read-yaml.ts";
import { findTarget } from "./targets.ts";

/** The boards of a bench, or the one called `only`; every kind of board is known. Throws `bad-config`. */
export async function readBench(io: Io, path: string, only?: string): Promise<BenchBoard[]> {
  const { boards } = parseHardware(await readYaml(io, path, "bad-config"), fileName(path));
  for (const { board } of boards) findTarget(board);
  if (only === undefined) return boards;
  const chosen = boards.filter(({ id }) => id === only);
  if (chosen.length > 0) return chosen;
  throw complain("bad-config", fileName(path), {
    field: "boards",
    expected: `one called "${only}"`,
    found: boards.map(({ id }) => id).join(", "),
  });
}
