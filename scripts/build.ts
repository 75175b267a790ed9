// `npm run build`: everything that is built and never committed. Runs at install (`prepare`).
//
//   build/   the core in its three forms, the batch core, the training core, the boards as a module
//   dist/    the library, its types, the command, the explorer; the core as C, where wasm2c (Debian package wabt) is installed

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBoards } from "./build-boards.ts";
import { buildCli } from "./build-cli.ts";
import { buildCore } from "./build-core.ts";
import { buildCoreC } from "./build-core-c.ts";
import { buildExplorer } from "./build-explorer.ts";
import { buildLibrary } from "./build-library.ts";

/** Firmware stays, which `prepack` makes: npm runs `prepare`, and with it this build, between `prepack` and packing. */
async function emptyDist(dist: string): Promise<void> {
  await mkdir(dist, { recursive: true });
  for (const name of await readdir(dist))
    if (name !== "firmware") await rm(join(dist, name), { recursive: true });
}

const root = fileURLToPath(new URL("..", import.meta.url));

const started = performance.now();
const sizes = await buildCore(root);
await buildBoards(join(root, "build", "boards.js"));
await emptyDist(join(root, "dist"));
const [page] = await Promise.all([buildExplorer(root), buildLibrary(root), buildCli(root)]);
const coreC = await buildCoreC(root);

const bytes = (n: number) => `${n.toLocaleString("en")} bytes`;
console.log(
  `core.wasm ${bytes(sizes.scalar)}, SIMD ${bytes(sizes.simd)}, counted ${bytes(sizes.counted)}, ` +
    `batch.wasm ${bytes(sizes.batch)}, train.wasm ${bytes(sizes.train)}; explorer ${bytes(page)}; built in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
if (!coreC)
  console.log(
    "no wasm2c (Debian package wabt): dist/ lacks the core as C, which firmware and `export` then need wasm2c for",
  );
