// Whether the links of Markdown pages lead where they say.

import { existsSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import type { Page } from "./markdown.ts";

/** What is there only after an installation or a build. */
const NOT_COMMITTED = /^(node_modules|build|dist)\//;

/** The file that a page links to and the anchor in it, "" without; null for a link to elsewhere. */
export function fileOf(page: string, href: string): { path: string; anchor: string } | null {
  if (/^[a-z]+:/i.test(href)) return null;
  const [path = "", anchor] = href.split("#");
  return {
    path: path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path)),
    anchor: anchor === undefined ? "" : `#${anchor}`,
  };
}

/** A line for each link that leads nowhere. */
export function brokenLinks(root: string, pages: readonly Page[]): string[] {
  const anchors = new Map(
    pages.map(({ path, headings }) => [path, [...headings.values()].map(({ id }) => id)]),
  );
  return pages.flatMap(({ path: page, links }) =>
    links.flatMap((href) => {
      const file = fileOf(page, href);
      const problem = file === null ? externalProblem(href) : fileProblem(root, file, anchors);
      return problem === "" ? [] : [`${page}: ${href}: ${problem}`];
    }),
  );
}

function fileProblem(
  root: string,
  { path, anchor }: { path: string; anchor: string },
  anchors: ReadonlyMap<string, readonly string[]>,
): string {
  if (path.startsWith("../") || path.startsWith("/")) return "expected a file of this repository";
  if (NOT_COMMITTED.test(path)) return "expected a file that is committed";
  const file = join(root, path);
  if (!existsSync(file)) return "expected a file, found none";
  if (!statSync(file).isFile()) return "expected a file, found a folder";
  if (path.endsWith(".md") && !anchors.has(path)) return "expected a page of the documents";
  if (anchor === "" || anchors.get(path)?.includes(anchor.slice(1))) return "";
  return `expected a heading of ${path}, found none`;
}

/** Addresses elsewhere are not asked for; they have to be well-formed. */
function externalProblem(href: string): string {
  const url = URL.canParse(href) ? new URL(href) : null;
  const holds =
    url?.protocol === "https:" && /^([a-z\d-]+\.)+[a-z]{2,}$/.test(url.hostname) && url.username === "";
  return holds ? "" : "expected an https address";
}
