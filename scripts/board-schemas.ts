// Writes boards/board.schema.json, boards/emulated-board.schema.json and boards/cores/core.schema.json, by which editors check and complete board files.
// A test compares them with bindings/board/schema.ts.
//
//   npx tsx scripts/board-schemas.ts && npx biome check --write boards

import { writeFileSync } from "node:fs";
import { boardJsonSchema, coreTableJsonSchema, emulatedBoardJsonSchema } from "../bindings/board/schema.ts";

const SCHEMAS = {
  "board.schema.json": boardJsonSchema(),
  "emulated-board.schema.json": emulatedBoardJsonSchema(),
  "cores/core.schema.json": coreTableJsonSchema(),
};

for (const [file, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(new URL(`../boards/${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
