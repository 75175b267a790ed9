import { expect, test, vi } from "vitest";
import { softplus } from "../../bindings/network/softplus.ts";
import { goldenJson } from "./golden.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function toFloat(pattern: number): number {
  bits[0] = pattern;
  return float[0]!;
}

function toBits(value: number): number {
  float[0] = value;
  return bits[0]!;
}

test("rounds log(1 + e^x) correctly at 2,152 points, of all exponents and nearest to ties", () => {
  const golden: { x_bits: number[]; softplus_bits: number[] } = goldenJson("network/softplus.json");
  expect(golden.x_bits.length).toBe(2152);
  const wrong = golden.x_bits.filter((x, i) => toBits(softplus(toFloat(x))) !== golden.softplus_bits[i]);
  expect(wrong.map(toFloat)).toEqual([]);
});

test("is exactly x above PyTorch's threshold of 20 and not at it", () => {
  const above = toFloat(toBits(20) + 1);
  expect(softplus(above)).toBe(above);
  expect(softplus(1e30)).toBe(1e30);
  expect(softplus(20)).toBeGreaterThanOrEqual(20);
});

test("handles what is not finite", () => {
  expect(softplus(Number.NaN)).toBeNaN();
  expect(softplus(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(softplus(Number.NEGATIVE_INFINITY)).toBe(0);
});

test("never decreases", () => {
  for (let x = -106; x < 21; x += 1 / 64) expect(softplus(x + 1 / 64)).toBeGreaterThanOrEqual(softplus(x));
});

test("uses no function whose last bits differ between engines", () => {
  const spies = (["exp", "expm1", "log", "log1p", "log2", "pow", "atanh", "tanh"] as const).map((name) =>
    vi.spyOn(Math, name),
  );
  for (const x of [-50, -0.5, 0.5, 19]) softplus(x);
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
