import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Calibration, EmulatedBoard } from "../../bindings/board/emulated.ts";
import { parseCalibration } from "../../bindings/board/parse-board.ts";
import { parseJson } from "../../bindings/parse-json.ts";
import { boardsFolder } from "../package-folder.ts";

/** Where the calibration of a board lies. */
export function calibrationFile({ id }: Pick<EmulatedBoard, "id">): string {
  return join(boardsFolder(), id, "calibration.json");
}

/** The calibration in the package's folder, which `--calibrate` may have written after the package was built; null: none. */
export async function readCalibration(board: EmulatedBoard): Promise<Calibration | null> {
  const file = calibrationFile(board);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return null;
  }
  return parseCalibration(parseJson(text, file, "bad-board"), file);
}
