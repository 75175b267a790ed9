// Pages, and outputs of hardware on them, that another test compares.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../cli/run-cli.ts";
import type { Page } from "./markdown.ts";

const TESTS = join(ROOT, "tests");
const sources = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("documents"))
  .map((name) => readFileSync(join(TESTS, name), "utf8"));

/** Whether a test outside of this folder takes blocks out of the page. */
export function hasOwnTest(path: string): boolean {
  return sources.some((text) => text.includes(`"${path}"`) && text.includes("```"));
}

/** Whether a script writes the whole page, which says so at its top, and a test holds it against what the script would write. */
export function isWritten({ path, text }: Page): boolean {
  const top = text.slice(0, text.indexOf("```")).replaceAll(/\s+/g, " ");
  return (
    /\bwritten by `npm run /i.test(top) &&
    sources.some((text) => [path, dirname(path)].some((name) => text.includes(`"${name}"`)))
  );
}
