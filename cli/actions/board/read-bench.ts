import { complain } from "../../../bindings/errors.ts";
import { type HardwareBoard, nameOf, parseHardware } from "../../../bindings/record/hardware.ts";
import type { Io } from "../../io.ts";
import { fileName } from "../../read-text.ts";
import { readYaml } from "../../read-yaml.ts";
import { findTarget } from "./targets.ts";

/**
 * The boards of a bench that are made of silicon, or the one called `only`; every kind of board is known. An emulated one has
 * no connections.
 * @throws LiquidEdgeError `bad-record`
 */
export async function readBench(io: Io, path: string, only?: string): Promise<HardwareBoard[]> {
  const { boards } = parseHardware(await readYaml(io, path, "bad-record"), fileName(path));
  const silicon = boards.filter(({ board, emulated }) => findTarget(board, emulated).emulated === null);
  if (only === undefined && silicon.length > 0) return silicon;
  const chosen = silicon.filter((board) => nameOf(board) === only);
  if (chosen.length > 0) return chosen;
  throw complain("bad-record", fileName(path), {
    field: "boards",
    expected: only === undefined ? "one that is not emulated" : `one called "${only}"`,
    found: silicon.length === 0 ? "none" : silicon.map(nameOf).join(", "),
  });
}
