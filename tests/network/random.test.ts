import { describe, expect, test } from "vitest";
import { Generator, LegacyRandom, type WiringRandom } from "../../bindings/network/random.ts";
import { goldenJson } from "./golden.ts";

interface LegacyVector {
  seed: number;
  uint32: number[];
  choice_of_10_take_4_without_replacement: number[][];
  then_choice_of_7_one_by_one: number[];
}

interface GeneratorVector {
  seed: number;
  seed_words_as_hex: string[];
  uint64_as_hex: string[];
  choice_of_3_one_by_one: number[];
  then_choice_of_20_take_6_without_replacement: number[][];
}

const vectors: { legacy: LegacyVector[]; generator: GeneratorVector[] } =
  goldenJson("ncps/wirings.json").random_numbers;
const more = goldenJson("network/numpy-random.json");

const take = <Item>(count: number, draw: () => Item) => Array.from({ length: count }, draw);
const toHex = (words: readonly bigint[]) => words.map((word) => word.toString(16).padStart(16, "0"));

/** Length, ends and an order-dependent sum of a sample, as in numpy-random.json. */
function digest(items: number[]) {
  const weighted_sum = items.reduce((sum, item, k) => sum + ((k % 97) + 1) * item, 0);
  return { length: items.length, first: items.slice(0, 4), last: items.slice(-4), weighted_sum };
}

describe.each(vectors.legacy)("RandomState($seed)", (vector) => {
  test("gives numpy's raw words", () => {
    const random = new LegacyRandom(vector.seed);
    expect(take(8, () => random.uint32())).toEqual(vector.uint32);
  });
  test("chooses as numpy does", () => {
    const random = new LegacyRandom(vector.seed);
    expect(take(3, () => random.choose(10, 4))).toEqual(vector.choice_of_10_take_4_without_replacement);
    expect(take(10, () => random.below(7))).toEqual(vector.then_choice_of_7_one_by_one);
  });
});

describe.each(vectors.generator)("default_rng($seed)", (vector) => {
  test("expands the seed and gives numpy's raw words", () => {
    const random = new Generator(vector.seed);
    expect(toHex(random.seedWords)).toEqual(vector.seed_words_as_hex);
    expect(toHex(take(6, () => random.uint64()))).toEqual(vector.uint64_as_hex);
  });
  test("chooses as numpy does", () => {
    const random = new Generator(vector.seed);
    expect(take(12, () => random.below(3))).toEqual(vector.choice_of_3_one_by_one);
    expect(take(2, () => random.choose(20, 6))).toEqual(vector.then_choice_of_20_take_6_without_replacement);
  });
});

type NumpyCase = { seed: number; singles: number[][]; choices: object[]; last_words_of_1300: number[] };

function drawLike(random: WiringRandom, numpyCase: NumpyCase) {
  const singles = numpyCase.singles.map((_, i) => take(5, () => random.below(more.sizes[i])));
  const choices = more.choices.map(([n, count]: [number, number]) => digest(random.choose(n, count)));
  return { singles, choices };
}

test.each<NumpyCase>(more.generator)(
  "default_rng($seed) follows numpy through rejections and large populations",
  (numpyCase) => {
    const { singles, choices } = numpyCase;
    expect(drawLike(new Generator(numpyCase.seed), numpyCase)).toEqual({ singles, choices });
  },
);

test.each<NumpyCase>(more.legacy)(
  "RandomState($seed) follows numpy through rejections and large populations",
  (numpyCase) => {
    const { singles, choices } = numpyCase;
    const words = new LegacyRandom(numpyCase.seed);
    expect(take(1300, () => words.uint32()).slice(-4)).toEqual(numpyCase.last_words_of_1300);
    expect(drawLike(new LegacyRandom(numpyCase.seed), numpyCase)).toEqual({ singles, choices });
  },
);

test("refuses seeds and sizes that numpy has no meaning for", () => {
  expect(() => new LegacyRandom(2 ** 32)).toThrow(RangeError);
  expect(() => new LegacyRandom(-1)).toThrow(RangeError);
  expect(() => new Generator(0.5)).toThrow(RangeError);
  expect(() => new Generator(1).below(0)).toThrow(RangeError);
  expect(() => new Generator(1).choose(3, 4)).toThrow('"count" expected an integer from 0 to 3, got 4');
});
