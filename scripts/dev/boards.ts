// Checks boards/ and writes build/boards.js, in a process of its own: a schema that was changed is loaded anew.

import { join } from "node:path";
import { buildBoards } from "../build-boards.ts";

process.once("message", async () => {
  try {
    await buildBoards(join(import.meta.dirname, "../../build/boards.js"));
    process.send!(null);
  } catch (error) {
    process.send!((error as Error).message);
  }
  process.disconnect();
});
