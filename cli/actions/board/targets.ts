// The boards that there is firmware for.

import { join } from "node:path";
import type { Board } from "../../../bindings/board/board.ts";
import { type EmulatedBoard, emulatedBoards, findEmulatedBoard } from "../../../bindings/board/emulated.ts";
import { builtinBoards } from "../../../bindings/board/load.ts";
import { complain, nearestName } from "../../../bindings/errors.ts";
import { hasPort } from "../../firmware/build-firmware.ts";
import { boardsFolder } from "../../package-folder.ts";

export interface Target {
  id: string;
  name: string;
  core: string;
  /** Null on silicon. */
  emulated: EmulatedBoard | null;
  /** Null on an emulator. */
  board: Board | null;
}

/** Emulators that stand for a silicon board, by its id. */
const EMULATOR_OF: Readonly<Record<string, string>> = { rp2040: "rp2040js" };

/** Boards with a port, emulated ones first. */
export function firmwareTargets(): Target[] {
  const folder = boardsFolder();
  const silicon = builtinBoards().filter(({ id }) => hasPort(join(folder, id)));
  return [
    ...emulatedBoards().map((emulated) => ({
      id: emulated.id,
      name: emulated.name,
      core: emulated.core.name,
      emulated,
      board: null,
    })),
    ...silicon.map((board) => ({
      id: board.id,
      name: board.name,
      core: board.core.name,
      emulated: null,
      board,
    })),
  ];
}

/** The board `id`, or the emulator that stands for it. Throws `unknown-name`, or `unavailable` without an emulator. */
export function findTarget(id: string, onEmulator = false): Target {
  const targets = firmwareTargets();
  const target = targets.find((candidate) => candidate.id === id);
  if (target === undefined) {
    const ids = targets.map((candidate) => candidate.id);
    const expected = `one of ${ids.join(", ")}`;
    const estimated = builtinBoards().find((board) => board.id === id);
    if (estimated !== undefined) {
      throw complain("unknown-name", "board", {
        expected,
        found: `"${id}", which is estimated and has no firmware`,
        hint: emulatorHint(estimated),
      });
    }
    const nearest = nearestName(id, ids);
    throw complain("unknown-name", "board", {
      expected,
      found: `"${id}"`,
      ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
    });
  }
  if (!onEmulator || target.emulated !== null) return target;
  const emulator = targets.find((candidate) => candidate.id === EMULATOR_OF[id]);
  if (emulator !== undefined) return emulator;
  throw complain("unavailable", "--emulated", {
    expected: `a board with an emulator (${[...Object.keys(EMULATOR_OF)].join(", ")})`,
    found: `"${id}"`,
    hint: emulatorHint(target.board!),
  });
}

/** The emulated board `id`. Throws `unknown-name`, for a silicon board with the emulator of its core. */
export function findEmulated(id: string): EmulatedBoard {
  const silicon = builtinBoards().find((board) => board.id === id);
  if (silicon === undefined) return findEmulatedBoard(id);
  throw complain("unknown-name", "board", {
    expected: `one of ${emulatedBoards()
      .map((board) => board.id)
      .join(", ")}`,
    found: `"${id}", which no emulator executes`,
    hint: emulatorHint(silicon),
  });
}

/** What stands for a silicon board where there is none. */
export function emulatorHint({ id, core }: Board): string {
  const same = emulatedBoards().filter((emulated) => emulated.core.name === core.name);
  return same.length === 0
    ? `no emulated board has its core, ${core.name}`
    : `${same.map((emulated) => emulated.id).join(" and ")} ${EMULATOR_OF[id] === undefined ? "has its core" : "stands for it"}, ${core.name}`;
}
