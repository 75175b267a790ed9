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
  return language === "ts" ? linkNames(html, symbol) : html;
}

/** What is typed and what is answered. */
function session(code: string): string {
  return code
    .split("\n")
    .map((line) => (line.startsWith("$ ") ? `<b>${escapeHtml(line)}</b>` : escapeHtml(line)))
    .join("\n");
}

/** Links on names that start with a capital, outside strings and comments, unless they are members of something. */
export function linkNames(html: string, symbol: (name: string) => string | undefined): string {
  const open: string[] = [];
  let before = "";
  return html
    .split(/(<[^>]+>)/)
    .map((part) => {
      if (part.startsWith("</")) open.pop();
      else if (part.startsWith("<")) open.push(part);
      else {
        const isText = open.some((tag) => /hljs-(comment|string)/.test(tag));
        const linked = isText ? part : linkedNames(part, before, symbol);
        before = part.slice(-1) || before;
        return linked;
      }
      return part;
    })
    .join("");
}

/** `before` is the character to the left of `text`. */
function linkedNames(text: string, before: string, symbol: (name: string) => string | undefined): string {
  return text.replace(/[A-Za-z_$&][\w$]*/g, (name, at: number) => {
    const isMember = (at === 0 ? before : text[at - 1]) === ".";
    const target = isMember || !/^[A-Z]/.test(name) ? undefined : symbol(name);
    return target === undefined ? name : `<a href="${target}">${name}</a>`;
  });
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
