// The Markdown pages of the repository, and where the site has them.

import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";

/** Pages whose third headings are the library's public names. */
export const REFERENCE = "docs/reference/";

/** What is built, installed, or a fixture. */
const NO_DOCUMENTS = new Set(["node_modules", "build", "dist", "coverage", "golden"]);

/** Paths from the root with forward slashes: every page beside package.json and in docs/, and every README of a folder. */
export async function markdownPages(root: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith(".") && !NO_DOCUMENTS.has(entry.name))
        await walk(path);
      else if (/^([^/]+|docs\/.+|.+\/README)\.md$/.test(path)) found.push(path);
    }
  };
  await walk("");
  return found.sort();
}

/** Where the site has a file of the repository: a page as HTML, a folder's README as its index, pictures where they are. */
export function sitePath(path: string): string {
  if (/(^|\/)README\.md$/.test(path)) return path.replace(/README\.md$/, "index.html");
  if (path.endsWith(".md")) return path.replace(/\.md$/, ".html");
  return isPicture(path) ? path : `${path}.html`;
}

export function isPicture(path: string): boolean {
  return /\.(svg|png)$/.test(path);
}

/** The relative link from one file to another. */
export function linkBetween(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to) || posix.basename(to);
}
