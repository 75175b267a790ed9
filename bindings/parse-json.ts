// JSON from strangers: no longer and no deeper than what follows can take.

import { complain, type ErrorCode } from "./errors.ts";
import { expectAtMost, MAX_JSON_BYTES, MAX_JSON_DEPTH } from "./limits.ts";
import { printable } from "./network/printable.ts";

/**
 * The value of a JSON text.
 * @param field where in `source` the text stands, when it is not all of it
 * @throws LiquidEdgeError of `code` that names `source`
 */
export function parseJson(text: string, source: string, code: ErrorCode, field?: string): unknown {
  const where = field === undefined ? {} : { field };
  expectAtMost(MAX_JSON_BYTES, text.length, source, code);
  if (isTooDeep(text)) {
    throw complain(code, source, {
      ...where,
      expected: `JSON of at most ${MAX_JSON_DEPTH} arrays and objects inside each other`,
      found: "more",
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = text.trim() ? printable((error as Error).message) : "none";
    throw complain(code, source, { ...where, expected: "JSON", found });
  }
}

/**
 * Whether brackets outside of strings are nested deeper than the limit. An expression finds them, since most texts are numbers, and a
 * loop over all characters takes longer than parsing them while it is not compiled yet.
 */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (const [token] of text.matchAll(/\\.|["[\]{}]/gs)) {
    if (token === '"') inString = !inString;
    else if (inString) continue;
    else if (token === "[" || token === "{") {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (token === "]" || token === "}") depth--;
  }
  return false;
}
