import { describe, expect, it } from "vitest";
import { softplus } from "../../bindings/network/softplus.ts";
import { PositiveValues } from "../../bindings/train/positive.ts";
import { TestRandom } from "../network/random-model.ts";

/** Values and slopes of these raw parameters. */
function positive(raw: Float32Array, implicit: boolean): PositiveValues {
  const result = new PositiveValues(
    Int32Array.from(raw, (_, i) => i),
    implicit,
  );
  result.read(raw);
  return result;
}

describe("parameters made positive", () => {
  const random = new TestRandom(7);
  const edges = [
    0, -0, 20, 20.000002, 19.999998, -20, 88, -88, -103.9, -103.98, -104, -104.1, -150, 1e-45, -1e-45, 1e-30,
    3e38, -3e38,
  ];
  const raw = Float32Array.from([
    ...edges,
    ...Array.from({ length: 100_000 }, () => random.between(-8, 8)),
    ...Array.from({ length: 20_000 }, () => random.between(-110, 30)),
    ...Array.from({ length: 20_000 }, () => random.between(-1, 1) * 2 ** random.integer(-60, 0)),
  ]);

  it("have the bits that the image has", () => {
    const { values } = positive(raw, true);
    const wrong = raw.findIndex((x, i) => !Object.is(values[i], Math.fround(softplus(x))));
    expect(wrong < 0 ? "none" : raw[wrong]).toBe("none");
  });

  it("have the slope of softplus, the sigmoid", () => {
    const { slopes } = positive(raw, true);
    const wrong = raw.findIndex((x, i) => {
      const slope = x > 20 ? 1 : 1 / (1 + Math.exp(-x));
      return Math.abs(slopes[i]! - slope) > 1e-14 * slope + 1e-45;
    });
    expect(wrong < 0 ? "none" : raw[wrong]).toBe("none");
  });

  it("are the parameters themselves without constraints", () => {
    const { values, slopes } = positive(raw, false);
    expect(values).toEqual(raw);
    expect(slopes.every((slope) => slope === 1)).toBe(true);
  });
});
