// Changes of a JSON document as a tree, for targets whose input is one.

import type { TestRandom } from "../../tests/network/random-model.ts";
import { mutateJson } from "./mutate.ts";

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A change of the document, null when the input is none. */
export function changeJson(words: readonly string[]) {
  return (input: Uint8Array, random: TestRandom): Uint8Array | null => {
    try {
      return utf8(JSON.stringify(mutateJson(JSON.parse(new TextDecoder().decode(input)), words, random)));
    } catch {
      return null;
    }
  };
}

/** Keys of a document, at any depth: words to change others with. */
export function keysOf(value: unknown): string[] {
  const keys = new Set<string>();
  JSON.stringify(value, (key, item) => {
    if (key !== "" && !/^\d+$/.test(key)) keys.add(key);
    return item;
  });
  return [...keys];
}
