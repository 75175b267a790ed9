// `npm run build`: everything that is built and never committed. Runs at install (`prepare`).
//
//   build/   the core in its three forms, the training core, the boards as a module
//   dist/    the library, its types, the command

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBoards } from "./build-boards.ts";
import { buildCli } from "./build-cli.ts";
import { buildCore } from "./build-core.ts";
import { buildLibrary } from "./build-library.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const started = performance.now();
const sizes = await buildCore(root);
await buildBoards(join(root, "build", "boards.js"));
await rm(join(root, "dist"), { recursive: true, force: true });
await Promise.all([buildLibrary(root), buildCli(root)]);

const bytes = (n: number) => `${n.toLocaleString("en")} bytes`;
console.log(
  `core.wasm ${bytes(sizes.scalar)}, SIMD ${bytes(sizes.simd)}, counted ${bytes(sizes.counted)}, ` +
    `train.wasm ${bytes(sizes.train)}; built in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
