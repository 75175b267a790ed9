// The documents: every link leads where it says, in the Markdown and in the site; every page stands in the navigation; what is
// generated is what the code says.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generatedPages } from "../../scripts/docs/generated.ts";
import { brokenLinks } from "../../scripts/docs/links.ts";
import { readPage } from "../../scripts/docs/markdown.ts";
import { misplaced } from "../../scripts/docs/navigation.ts";
import { markdownPages } from "../../scripts/docs/pages.ts";
import { buildSite, readPages } from "../../scripts/docs/site.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "site-"));
const site = join(folder, "site");

beforeAll(() => buildSite(root, site));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the pages", () => {
  it("stand in one group of scripts/docs/navigation.ts each", async () => {
    const pages = await markdownPages(root);
    expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/estimate.md", "boards/README.md"]));
    expect(misplaced(pages)).toEqual([]);
    expect(misplaced([...pages, "docs/new.md"])).toEqual(["docs/new.md"]);
  });

  it("that are generated are what the code says (`npm run docs` writes them)", async () => {
    const generated = await generatedPages(root);
    for (const [path, text] of generated) expect(readFileSync(join(root, path), "utf8"), path).toBe(text);
    const reference = readdirSync(join(root, "docs/reference")).map((name) => `docs/reference/${name}`);
    expect([...generated.keys()].sort()).toEqual(["docs/cli.md", ...reference].sort());
  });

  it("of the reference lead from each name to its own section", async () => {
    const reference = (await readPages(root)).filter(({ path }) => path.startsWith("docs/reference/"));
    for (const { path, headings } of reference) {
      const names = new Map([...headings.values()].map(({ id, text }) => [id, text]));
      const listed = readFileSync(join(root, path), "utf8").matchAll(/\[(\w+)\]\(#([\w-]+)\)/g);
      const links = [...listed].map(([, name, id]) => [name, names.get(id!)]);
      expect(links.length, path).toBeGreaterThan(3);
      expect(links.filter(([name, text]) => name !== text)).toEqual([]);
    }
  });

  it("have headings that go down one level at a time", async () => {
    const wrong = (await readPages(root)).flatMap(({ path, headings }) =>
      [...headings.values()].flatMap(({ depth, text }, i, all) =>
        i > 0 && depth > all[i - 1]!.depth + 1 ? [`${path}: ${text}`] : [],
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("have links that lead where they say", async () => {
    const pages = await readPages(root);
    expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(100);
    expect(brokenLinks(root, pages)).toEqual([]);
  });

  it("are there when the code names them", () => {
    const wrong = [
      "bindings",
      "cli",
      "explorer",
      "format",
      "scripts",
      "vitest",
      "assembly",
      "boards",
      "docs",
    ].flatMap((name) => mentions(name).filter(({ page }) => !exists(join(root, page))));
    expect(wrong).toEqual([]);
    expect(mentions("cli").length).toBeGreaterThan(5);
  });
});

function exists(path: string): boolean {
  return readdirSync(dirname(path)).includes(posix.basename(path));
}

/** Pages that the files of a folder name by their path from the root; the navigation names some that are still to be written. */
function mentions(name: string): { file: string; page: string }[] {
  return readdirSync(join(root, name), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(tsx?|md|c|h|json)$/.test(file) && !/node_modules|^docs.navigation.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(root, name, file), "utf8");
      return [...text.matchAll(/(?<![\w/.-])(?:docs|boards|baselines)\/[\w./-]+\.md\b/g)].map(([page]) => ({
        file: `${name}/${file}`,
        page,
      }));
    });
}

describe("the check of links", () => {
  const made = (files: Record<string, string>) => {
    const at = mkdtempSync(join(folder, "made-"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(at, path)), { recursive: true });
      writeFileSync(join(at, path), text);
    }
    const pages = Object.entries(files).filter(([path]) => path.endsWith(".md"));
    return brokenLinks(
      at,
      pages.map(([path, text]) => readPage(path, text)),
    );
  };

  it.each([
    "[a](docs/b.md)",
    "[a](docs/b.md#two-words-c)",
    "[a](#here)",
    "[a](docs/b.md#again-1)",
    "[a](https://example.org/x?y#z)",
    "![a](docs/p.svg)",
    "`[no link](nowhere.md)`",
  ])("takes %s", (link) => {
    const b = "# B\n\n## Two words: `c`\n\n## Again\n\n## Again\n";
    expect(
      made({ "README.md": `# A\n\n## Here\n\n${link}\n`, "docs/b.md": b, "docs/p.svg": "<svg/>" }),
    ).toEqual([]);
  });

  it.each([
    ["[a](docs/c.md)", "expected a file, found none"],
    ["[a](docs)", "expected a file, found a folder"],
    ["[a](docs/b.md#nowhere)", "expected a heading of docs/b.md, found none"],
    ["[a](#nowhere)", "expected a heading of README.md, found none"],
    ["[a](../b.md)", "expected a file of this repository"],
    ["[a](dist/index.js)", "expected a file that is committed"],
    ["![a](docs/p.png)", "expected a file, found none"],
    ["[a](http://example.org)", "expected an https address"],
    ["[a](https://example)", "expected an https address"],
    ["[a](javascript:alert)", "expected an https address"],
    ['<img src="docs/p.png">', "expected a file, found none"],
  ])("refuses %s", (link, problem) => {
    const href = /[("]([^()"]+)[)"]$/.exec(link.replace(/>$/, ""))![1];
    expect(made({ "README.md": `# A\n\n${link}\n`, "docs/b.md": "# B\n" })).toEqual([
      `README.md: ${href}: ${problem}`,
    ]);
  });
});

describe("the site", () => {
  const files = () =>
    readdirSync(site, { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.relative(site, join(entry.parentPath, entry.name)));
  const html = (path: string) => readFileSync(join(site, path), "utf8");
  const ids = new Map<string, Set<string>>();
  const hasAnchor = (path: string, anchor: string) => {
    if (!ids.has(path))
      ids.set(path, new Set([...html(path).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)));
    return ids.get(path)!.has(anchor);
  };

  it("has a page for every document, and all links of all pages lead where they say", async () => {
    const there = new Set(files());
    const pages = [...there].filter((path) => path.endsWith(".html"));
    expect(pages.length).toBeGreaterThan((await markdownPages(root)).length);
    const wrong: string[] = [];
    for (const page of pages) {
      for (const [, attribute, value] of html(page).matchAll(/<[^>]* (href|src|popovertarget)="([^"]*)"/g)) {
        const href = attribute === "popovertarget" ? `#${value}` : value!;
        if (/^(https:|data:,)/.test(href)) continue;
        const [path = "", anchor] = href.split("#");
        const target = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
        const leads = there.has(target) && (anchor === undefined || hasAnchor(target, anchor));
        if (!leads) wrong.push(`${page}: ${href}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has no id twice on a page: a heading may be called as anything of the frame", () => {
    for (const page of files().filter((path) => path.endsWith(".html"))) {
      const all = [...html(page).matchAll(/<[^>]* id="([^"]*)"/g)].map(([, id]) => id!);
      expect(all.filter((id, i) => all.indexOf(id) !== i)).toEqual([]);
    }
  });

  it("loads nothing from elsewhere", () => {
    for (const page of files().filter((path) => path.endsWith(".html"))) {
      const loads = [
        ...html(page).matchAll(/<(?:script|img|link|iframe|source)\b[^>]* (?:src|href)="([^"]*)"/g),
      ];
      expect(
        loads.map(([, url]) => url!).filter((url) => /^[a-z]+:|^\//.test(url) && url !== "data:,"),
      ).toEqual([]);
    }
    expect(readFileSync(join(site, "style.css"), "utf8")).not.toMatch(/url\(|@import/);
  });

  it("has an anchor for everything that the search may find", () => {
    const window: { searchIndex?: { pages: [string, string][]; entries: [number, string][] } } = {};
    new Function("window", readFileSync(join(site, "search-index.js"), "utf8"))(window);
    const { pages, entries } = window.searchIndex!;
    expect(entries.length).toBeGreaterThan(300);
    expect(entries.filter(([page, anchor]) => !hasAnchor(pages[page]![0], anchor))).toEqual([]);
  });

  it("leads from the first page to the last and back", () => {
    const order: string[] = [];
    const step = (page: string, rel: string) => {
      const href = new RegExp(`<a rel="${rel}" href="([^"]*)"`).exec(html(page))?.[1];
      return href === undefined ? undefined : posix.join(posix.dirname(page), href);
    };
    for (let page: string | undefined = "index.html"; page !== undefined; page = step(page, "next")) {
      expect(order).not.toContain(page);
      if (order.length > 0) expect(step(page, "prev")).toBe(order.at(-1));
      order.push(page);
    }
    expect(order.length).toBe(
      files().filter((path) => /(index|docs\/[^.]*|[A-Z]+|report)\.html$/.test(path)).length,
    );
  });
});
