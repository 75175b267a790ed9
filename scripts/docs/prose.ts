// Text from the code as Markdown.

import { posix } from "node:path";

/** Angle brackets outside code would be read as HTML. */
export function asMarkdown(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(/[<>]/g, "\\$&")))
    .join("");
}

/** Pages that a text names, as links from a page in `folder`. */
export function linkPages(text: string, folder: string): string {
  return text.replace(
    /(?<![[(`\w/])(?:docs|boards|baselines)\/[\w./-]+\.md\b/g,
    (path) => `[${path}](${posix.relative(folder, path)})`,
  );
}
