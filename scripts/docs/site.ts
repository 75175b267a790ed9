// The static site: every Markdown page, the pictures and source files that pages link to, one style sheet, and the search. All
// links are relative, so that it works from a file, and nothing is asked of a network.

import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { BASE_STYLE } from "../../format/page.ts";
import { escapeHtml, highlight, languageOf } from "./highlight.ts";
import { pageHtml } from "./html.ts";
import { brokenLinks, fileOf } from "./links.ts";
import { type Page, readPage } from "./markdown.ts";
import { groupsOf } from "./navigation.ts";
import { isPicture, linkBetween, markdownPages, REFERENCE, sitePath } from "./pages.ts";
import { framed, type Site } from "./template.ts";

export interface Built {
  pages: number;
  bytes: number;
}

/** Builds the site anew. Throws where a link of a page leads nowhere. */
export async function buildSite(root: string, out: string): Promise<Built> {
  const pages = await readPages(root);
  const broken = brokenLinks(root, pages);
  if (broken.length > 0) throw new Error(broken.join("\n"));
  await rm(out, { recursive: true, force: true });
  const site = await describe(root, pages);
  const symbols = symbolsOf(pages);
  const linked = new Set<string>();
  let bytes = 0;
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(out, path)), { recursive: true });
    await writeFile(join(out, path), content);
    bytes += Buffer.byteLength(content);
  };

  for (const page of pages) {
    const at = sitePath(page.path);
    const body = pageHtml(page, {
      resolve: (href) => {
        const file = fileOf(page.path, href);
        if (file === null || href.startsWith("#")) return href;
        if (!file.path.endsWith(".md")) linked.add(file.path);
        return linkBetween(at, sitePath(file.path)) + file.anchor;
      },
      symbol: (name) => {
        const target = symbols.get(name);
        return target === undefined
          ? undefined
          : target.startsWith(`${at}#`)
            ? target.slice(at.length)
            : linkBetween(at, target);
      },
    });
    await write(at, framed(site, { at, title: page.title, body, headings: [...page.headings.values()] }));
  }
  for (const path of linked) {
    if (isPicture(path)) {
      await mkdir(dirname(join(out, path)), { recursive: true });
      await copyFile(join(root, path), join(out, path));
      bytes += (await stat(join(out, path))).size;
    } else await write(sitePath(path), sourcePage(site, path, await readFile(join(root, path), "utf8")));
  }
  const ownStyle = await readFile(join(import.meta.dirname, "style.css"), "utf8");
  await write("style.css", BASE_STYLE + ownStyle);
  await write("site.js", await clientScript());
  await write("search-index.js", searchIndex(pages));
  return { pages: pages.length, bytes };
}

export async function readPages(root: string): Promise<Page[]> {
  const paths = await markdownPages(root);
  return Promise.all(paths.map(async (path) => readPage(path, await readFile(join(root, path), "utf8"))));
}

async function describe(root: string, pages: readonly Page[]): Promise<Site> {
  const groups = groupsOf(pages.map(({ path }) => path));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const labels = new Map(
    groups.flatMap((group) => group.pages.map(([path, label]) => [path, label] as const)),
  );
  const titles = new Map(pages.map(({ path, title }) => [path, title]));
  return { version, groups, nameOf: (path) => labels.get(path) ?? titles.get(path)! };
}

/** Where the reference explains each public name, from the site's root. */
function symbolsOf(pages: readonly Page[]): Map<string, string> {
  const symbols = new Map<string, string>();
  for (const { path, headings } of pages.filter((page) => page.path.startsWith(REFERENCE)))
    for (const { depth, id, text } of headings.values())
      if (depth === 3 && !symbols.has(text)) symbols.set(text, `${sitePath(path)}#${id}`);
  return symbols;
}

function sourcePage(site: Site, path: string, text: string): string {
  const code = `<pre tabindex="0"><code>${highlight(text, languageOf(path))}</code></pre>\n`;
  return framed(site, {
    at: sitePath(path),
    title: path,
    body: `<h1>${escapeHtml(path)}</h1>\n${code}`,
    headings: [],
  });
}

async function clientScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "client.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

function searchIndex(pages: readonly Page[]): string {
  const entries = pages.flatMap(({ sections }, page) =>
    sections.map(({ heading, text }) => [page, heading.id, heading.text, text]),
  );
  const index = { pages: pages.map(({ path, title }) => [sitePath(path), title]), entries };
  return `window.searchIndex=${JSON.stringify(index)};\n`;
}
