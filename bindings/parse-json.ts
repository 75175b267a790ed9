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

/** Whether brackets outside of strings are nested deeper than the limit. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
    } else if (character === "[" || character === "{") {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (character === "]" || character === "}") depth--;
  }
  return false;
}
