// What runs in a page: the search, which pages do without where no script runs. The index is a script, because a page opened from a file may not read other files.

type Entry = readonly [page: number, anchor: string, heading: string, text: string];

interface Index {
  /** Address from the site's root, and title. */
  pages: readonly (readonly [url: string, title: string])[];
  entries: readonly Entry[];
}

declare global {
  interface Window {
    searchIndex?: Index;
  }
}

const MOST = 24;
/** Characters of a text around what was found. */
const AROUND = 70;

const root = document.documentElement.dataset.root ?? "";
const form = document.querySelector("search") as HTMLElement;
const input = document.querySelector("#site-query") as HTMLInputElement;
const results = document.querySelector("#site-results") as HTMLElement;
const status = results.querySelector("p") as HTMLElement;
const list = results.querySelector("ul") as HTMLElement;

let loading: Promise<Index> | undefined;

function loadIndex(): Promise<Index> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}search-index.js`;
    script.onload = () => resolve(window.searchIndex as Index);
    script.onerror = () => reject(new Error("search-index.js is missing"));
    document.head.append(script);
  });
  return loading;
}

/** Higher is better; 0 where a word is missing. */
function score(words: readonly string[], title: string, heading: string, text: string): number {
  let sum = 0;
  for (const word of words) {
    const inHeading = heading.indexOf(word);
    if (inHeading === 0) sum += heading === word ? 60 : 30;
    else if (inHeading > 0) sum += 20;
    else if (title.includes(word)) sum += 8;
    else if (text.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

function found(index: Index, query: string): Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return index.entries
    .map((entry) => {
      const [page, , heading, text] = entry;
      const title = index.pages[page]![1];
      return {
        entry,
        points: score(words, title.toLowerCase(), heading.toLowerCase(), text.toLowerCase()),
      };
    })
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ entry }) => entry);
}

/** The text around the first word, with the words marked. */
function excerpt(text: string, query: string): (string | HTMLElement)[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const lower = text.toLowerCase();
  const at = Math.max(
    0,
    Math.min(...words.map((word) => lower.indexOf(word)).filter((i) => i >= 0), text.length),
  );
  const from = at === text.length || at < AROUND ? 0 : text.indexOf(" ", at - AROUND) + 1;
  const part = text.slice(from, from + 2.5 * AROUND);
  const pattern = new RegExp(
    `(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")})`,
    "giu",
  );
  const pieces = part.split(pattern).map((piece, i) => {
    if (i % 2 === 0) return piece;
    const mark = document.createElement("mark");
    mark.textContent = piece;
    return mark;
  });
  return [from > 0 ? "… " : "", ...pieces, from + part.length < text.length ? " …" : ""];
}

function show(index: Index, query: string): void {
  const entries = found(index, query);
  status.textContent =
    entries.length === 0
      ? `Nothing has “${query.trim()}”.`
      : entries.length > MOST
        ? `${entries.length} places, the best ${MOST}:`
        : `${entries.length} ${entries.length === 1 ? "place" : "places"}`;
  list.replaceChildren(
    ...entries.slice(0, MOST).map(([page, anchor, heading, text]) => {
      const [url, title] = index.pages[page]!;
      const link = document.createElement("a");
      link.href = `${root}${url}#${anchor}`;
      const name = document.createElement("strong");
      name.textContent = heading === title ? title : `${title} › ${heading}`;
      const words = document.createElement("span");
      words.append(...excerpt(text, query));
      link.append(name, words);
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
}

async function search(): Promise<void> {
  const query = input.value;
  results.hidden = query.trim() === "";
  if (results.hidden) return;
  try {
    const index = await loadIndex();
    if (query === input.value) show(index, query);
  } catch (error) {
    status.textContent = (error as Error).message;
  }
}

/** The input and the links below it, up and down. */
function move(step: number): void {
  const stops = [input, ...list.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement as HTMLInputElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
}

form.hidden = false;
input.addEventListener("focus", () => void loadIndex().catch(() => {}));
input.addEventListener("input", () => void search());
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    results.hidden = true;
    input.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && event.target === input) list.querySelector("a")?.click();
});
list.addEventListener("click", () => {
  results.hidden = true;
});
document.addEventListener("click", ({ target }) => {
  if (!form.contains(target as Node)) results.hidden = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === input) return;
  event.preventDefault();
  input.focus();
});

const navigation = document.querySelector("#site-pages") as HTMLElement;
// The page's own entry, with those around it.
navigation.scrollTop = (navigation.querySelector<HTMLElement>("[aria-current]")?.offsetTop ?? 0) - 120;
// On a phone it covers the page that a link in it leads to.
navigation.addEventListener("click", () => navigation.hidePopover());

export {};
