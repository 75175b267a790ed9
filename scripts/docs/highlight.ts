// Code as HTML, coloured when the site is built, so that pages need no script for it.

import hljs from "highlight.js/lib/core";
import shell from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import yaml from "highlight.js/lib/languages/yaml";

const LANGUAGES = { c, json, python, sh: shell, ts: typescript, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** The language of a file by its name, "" for plain text. */
export function languageOf(path: string): string {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const name = { yml: "yaml", py: "python", h: "c", mjs: "ts", js: "ts" }[ending] ?? ending;
  return name in LANGUAGES ? name : "";
}

/** `symbol` says where a public name of the library is explained. */
export function highlight(
  code: string,
  language: string,
  symbol: (name: string) => string | undefined = () => undefined,
): string {
  if (language === "console") return session(code);
  if (!(language in LANGUAGES)) return escapeHtml(code);
  const html = hljs.highlight(code, { language }).value;
  return language === "ts" ? withLinks(html, symbol) : html;
}

/** What is typed and what is answered. */
function session(code: string): string {
  return code
    .split("\n")
    .map((line) => (line.startsWith("$ ") ? `<b>${escapeHtml(line)}</b>` : escapeHtml(line)))
    .join("\n");
}

/** Links on names that start with a capital, outside strings and comments. */
export function withLinks(html: string, symbol: (name: string) => string | undefined): string {
  const open: string[] = [];
  return html
    .split(/(<[^>]+>)/)
    .map((part) => {
      if (part.startsWith("</")) open.pop();
      else if (part.startsWith("<")) open.push(part);
      else if (!open.some((tag) => /hljs-(comment|string)/.test(tag)))
        return part.replace(/(?<![\w&.])[A-Z]\w*/g, (name) => {
          const target = symbol(name);
          return target === undefined ? name : `<a href="${target}">${name}</a>`;
        });
      return part;
    })
    .join("");
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
