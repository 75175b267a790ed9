// Writes docs/pictures/wiring-<board>.svg, the wiring of a bench for each board of docs/board-bench.md, with the pins that the firmware
// in boards/ has. Run: npx tsx scripts/make-wiring.ts

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { benchesOf } from "./wiring/benches.ts";
import { drawBench } from "./wiring/draw.ts";
import { readPins } from "./wiring/pins.ts";

const PICTURES = fileURLToPath(new URL("../docs/pictures/", import.meta.url));

for (const bench of benchesOf(readPins())) {
  const path = `${PICTURES}wiring-${bench.id}.svg`;
  writeFileSync(path, drawBench(bench));
  console.log(path);
}
