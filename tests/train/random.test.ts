import { describe, expect, it } from "vitest";
import { STREAMS, TrainingRandom } from "../../bindings/train/random.ts";

const NUMPY_WORDS = [
  4058335883, 2684764585, 2938530453, 3853503932, 2483747170, 3331544671, 3580503874, 967257515, 238506309,
  1289204377, 1224353588, 3751883479, 3919686768, 22614310, 2146567901, 3527149199,
];

describe("the generator of trainings", () => {
  it("gives the published words of xoshiro128** for state 1, 2, 3, 4", () => {
    // Test vector of the crate rand_xoshiro, made with the authors' C code.
    const random = new TrainingRandom([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, () => random.uint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it("seeds its streams from numpy's default_rng", () => {
    // numpy 1.24.2: [int(r) for r in default_rng(7).bit_generator.random_raw(8)], low half first.
    const words = STREAMS.flatMap((name) => [...TrainingRandom.streams(7)[name].state]);
    expect(words).toEqual(NUMPY_WORDS);
  });

  it("continues from its state", () => {
    const random = TrainingRandom.streams(3).noise;
    for (let i = 0; i < 7; i++) random.normal();
    const copy = new TrainingRandom(random.state);
    expect(Array.from({ length: 9 }, () => copy.uint32())).toEqual(
      Array.from({ length: 9 }, () => random.uint32()),
    );
  });

  it("draws normals with the moments of the normal distribution", () => {
    const random = TrainingRandom.streams(1).noise;
    const n = 200_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      for (let k = 0; k < 4; k++) moments[k]! += x ** (k + 1) / n;
    }
    // Standard errors: sqrt of the variance of x^k (1, 2, 15, 96) over n.
    const errors = [1, 2, 15, 96].map((variance) => Math.sqrt(variance / n));
    [0, 1, 0, 3].forEach((expected, k) => {
      expect(Math.abs(moments[k]! - expected)).toBeLessThan(4 * errors[k]!);
    });
  });

  it("draws whole numbers and orders evenly", () => {
    const random = TrainingRandom.streams(2).shuffling;
    const counts = new Array(6).fill(0);
    const places = new Array(4).fill(0);
    const n = 24_000;
    for (let i = 0; i < n; i++) {
      counts[random.below(6)]++;
      const items = [0, 1, 2, 3];
      random.shuffle(items);
      expect([...items].sort()).toEqual([0, 1, 2, 3]);
      places[items.indexOf(0)]++;
    }
    const chiSquare = (found: number[]) =>
      found.reduce((sum, count) => sum + (count - n / found.length) ** 2 / (n / found.length), 0);
    // 99.9 % points of chi-square with 5 and 3 degrees of freedom.
    expect(chiSquare(counts)).toBeLessThan(20.5);
    expect(chiSquare(places)).toBeLessThan(16.3);
  });
});
