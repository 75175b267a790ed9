// The frame of every page: search, navigation with what is on the page, the pages before and after.

import { headHtml } from "../../format/page.ts";
import { escapeHtml } from "./highlight.ts";
import type { Heading } from "./markdown.ts";
import type { Group } from "./navigation.ts";
import { linkBetween, sitePath } from "./pages.ts";

export interface Frame {
  /** Where the page lies in the site. */
  at: string;
  title: string;
  /** The page's own HTML. */
  body: string;
  headings: readonly Heading[];
}

export interface Site {
  version: string;
  groups: readonly Group[];
  /** What the navigation calls a page, by its path in the repository. */
  nameOf(path: string): string;
}

export function framed(site: Site, { at, title, body, headings }: Frame): string {
  const to = (path: string) => escapeHtml(linkBetween(at, path));
  const order = site.groups.flatMap(({ pages }) => pages.map(([path]) => path));
  const index = order.findIndex((path) => sitePath(path) === at);
  const neighbour = (path: string | undefined, rel: "prev" | "next", word: string) =>
    path === undefined
      ? ""
      : `<a rel="${rel}" href="${to(sitePath(path))}"><small>${word}</small> ${escapeHtml(site.nameOf(path))}</a>`;
  return `<!doctype html>
<html lang="en" data-root="${to("index.html").slice(0, -"index.html".length)}">
${headHtml({
  title: title === "Liquid Edge" ? title : `${title} · Liquid Edge`,
  rest: `<link rel="stylesheet" href="${to("style.css")}">
<script defer src="${to("site.js")}"></script>`,
})}
<body>
<a class="skip" href="#site-content">Skip to the page</a>
<header>
<button type="button" popovertarget="site-pages" class="menu">Contents</button>
<a class="home" href="${to("index.html")}">Liquid Edge</a>
<search hidden><label for="query">Search</label>
<input id="site-query" type="search" autocomplete="off" spellcheck="false" placeholder="Search  /">
<div id="site-results" hidden><p role="status"></p><ul></ul></div></search>
</header>
<div class="columns">
<nav id="site-pages" popover aria-label="Pages">
${site.groups.map((group) => navigationGroup(site, group, at, headings)).join("\n")}
</nav>
<main id="site-content">
<article>
${body}</article>
<nav class="neighbours" aria-label="Page before and after">${index < 0 ? "" : neighbour(order[index - 1], "prev", "Before")}${index < 0 ? "" : neighbour(order[index + 1], "next", "Next")}</nav>
</main>
</div>
<footer>Liquid Edge ${escapeHtml(site.version)}, Apache-2.0</footer>
</body>
</html>
`;
}

function navigationGroup(
  site: Site,
  { title, pages }: Group,
  at: string,
  headings: readonly Heading[],
): string {
  const items = pages.map(([path]) => {
    const here = sitePath(path) === at;
    const link = `<a href="${escapeHtml(linkBetween(at, sitePath(path)))}"${here ? ' aria-current="page"' : ""}>${escapeHtml(site.nameOf(path))}</a>`;
    return `<li>${link}${here ? contentsOf(headings) : ""}</li>`;
  });
  return `<h2>${escapeHtml(title)}</h2>\n<ul>${items.join("\n")}</ul>`;
}

function contentsOf(headings: readonly Heading[]): string {
  const items = headings
    .filter(({ depth }) => depth === 2)
    .map(({ id, text }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`);
  return items.length === 0 ? "" : `\n<ul>${items.join("\n")}</ul>`;
}
