// `npm run docs`: renews the pages that are generated, docs/cli.md and docs/reference/, and builds all documents into a site that
// needs no server, build/site/index.html. Build first: the reference is read from the declarations in dist/.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generatedPages } from "./docs/generated.ts";
import { buildSite } from "./docs/site.ts";

const root = join(import.meta.dirname, "..");
const started = performance.now();
for (const [path, text] of await generatedPages(root)) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
const { pages, bytes } = await buildSite(root, join(root, "build/site"));
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`build/site/index.html: ${pages} pages, ${(bytes / 1e6).toFixed(1)} MB, in ${seconds} s`);
