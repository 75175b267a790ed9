// What scripts/mutate-kernels.ts changes: binary operators of code that the scalar build executes, nothing else.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listMutations, mutate, mutationsOf, pick } from "../../scripts/mutate-kernels/mutations.ts";
import { Random } from "../reference/integer/random.ts";

const SOURCE = `// a + b in a comment
import { x } from "./a + b";
/** c * d */
export function first(a: i32, b: i32): i32 {
  if (ASC_FEATURE_SIMD) {
    if (a < b) { a = a * b; }
  } else {
    a += <i32>load<u8>(b);
  }
  return select<i32>(a, b, a < b);
}
@inline function lanes(s: v128): v128 {
  return s + s;
}
function second(a: i32): i32 {
  return -a >> 1;
}
`;

describe("mutations", () => {
  const found = mutationsOf("x-s8.ts", SOURCE);

  it("are the binary operators of scalar code, with their kernels and places", () => {
    expect(found.map(({ kernel, line, column, from }) => [kernel, line, column, from])).toEqual([
      ["first", 8, 7, "+="],
      ["first", 10, 30, "<"],
      ["second", 16, 13, ">>"],
    ]);
  });

  it("change one operator", () => {
    for (const mutation of found) {
      const changed = mutate(SOURCE, mutation).split("\n");
      const differing = SOURCE.split("\n").filter((line, i) => line !== changed[i]);
      expect(differing.map((line) => line.trim())).toEqual([mutation.text]);
      expect(mutation.to).not.toBe(mutation.from);
    }
  });

  it("are drawn from all kernels in turn, each once", () => {
    const [a, b] = pick(found, 2, new Random(1));
    expect(new Set([a!.kernel, b!.kernel])).toEqual(new Set(["first", "second"]));
    expect(new Set(pick(found, 99, new Random(1)))).toEqual(new Set(found));
    expect(pick(found, 99, new Random(1))).toHaveLength(3);
  });

  it("are found in kernels on integers only", () => {
    const files = new Set(listMutations(join(import.meta.dirname, "../../assembly")).map(({ file }) => file));
    for (const file of files) expect(file).toMatch(/s8|s4|s16|rows/);
  });
});
