import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Loss, lossOf } from "../../bindings/train/loss.ts";
import { readOut, spread } from "../../bindings/train/readout.ts";

interface Case {
  loss: Loss;
  nOutputs: number;
  output: number[];
  target: number[];
  mean: number;
  gradient: number[];
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL("../golden/train/torch.json", import.meta.url), "utf8"),
).losses;

const values = (n: number, min = -6, max = 6) =>
  fc.array(fc.double({ min, max, noNaN: true, noDefaultInfinity: true }), { minLength: n, maxLength: n });
const labels = (n: number, below: number) =>
  fc.array(fc.integer({ min: 0, max: below - 1 }), { minLength: n, maxLength: n });

const N = 4;
const WIDTH = 3;
/** Losses with answers [4, width] to judge. */
const problem = fc.oneof(
  fc.record({
    loss: fc.constant<Loss>({ name: "mse" }),
    output: values(N * WIDTH),
    target: values(N * WIDTH),
  }),
  // Errors kept away from 0, where the absolute value has no derivative.
  fc.record({
    loss: fc.constant<Loss>({ name: "mae" }),
    output: values(N * WIDTH, 0.01, 6),
    target: values(N * WIDTH, -6, -0.01),
  }),
  fc.record({
    loss: fc.double({ min: 0, max: 0.9, noNaN: true }).map<Loss>((labelSmoothing) => ({
      name: "cross-entropy",
      labelSmoothing,
    })),
    output: values(N * WIDTH),
    target: labels(N, WIDTH),
  }),
  fc.record({
    loss: fc
      .tuple(values(2, 0.1, 5), fc.double({ min: 0, max: 0.9, noNaN: true }))
      .map<Loss>(([weights, labelSmoothing]) => ({
        name: "binary-cross-entropy",
        classWeights: [weights[0]!, weights[1]!],
        labelSmoothing,
      })),
    output: values(N),
    target: labels(N, 2),
  }),
);
const weights = fc.array(fc.constantFrom(0, 0.5, 1, 2), { minLength: N, maxLength: N });

/** Asserts that `gradient` is that of `f` at `x`, by central differences. */
function expectGradient(f: (x: Float64Array) => number, x: Float64Array, gradient: Float64Array): void {
  const h = 1e-5;
  x.forEach((value, i) => {
    const at = (shift: number) => f(x.with(i, value + shift));
    const difference = (at(h) - at(-h)) / (2 * h);
    expect(Math.abs(gradient[i]! - difference)).toBeLessThan(1e-7 * Math.max(1, Math.abs(difference)));
  });
}

describe("losses", () => {
  it.each(cases.map((golden) => [JSON.stringify(golden.loss), golden] as const))(
    "%s is PyTorch's",
    (_, golden) => {
      const { loss, nOutputs, output, target, mean, gradient } = golden;
      const n = output.length / nOutputs;
      const found = new Float64Array(output.length);
      const sum = lossOf(loss, { output, nOutputs, target, weight: null }, found, 1 / n);
      expect(Math.abs(sum / n - mean)).toBeLessThan(1e-13 * Math.max(1, mean));
      found.forEach((value, i) => {
        expect(Math.abs(value - gradient[i]!)).toBeLessThan(1e-14);
      });
    },
  );

  it("have the gradient of their value, weighted and scaled", () => {
    fc.assert(
      fc.property(problem, weights, ({ loss, output, target }, weight) => {
        const nOutputs = output.length / N;
        const x = Float64Array.from(output);
        const gradient = new Float64Array(x.length);
        const f = (y: Float64Array) => 0.7 * lossOf(loss, { output: y, nOutputs, target, weight });
        lossOf(loss, { output: x, nOutputs, target, weight }, gradient, 0.7);
        expectGradient(f, x, gradient);
      }),
    );
  });

  it("stay finite for answers of any size", () => {
    const huge = [3e38, -3e38, 0];
    const gradient = new Float64Array(3);
    const answers = { output: huge, nOutputs: 3, target: [1], weight: null };
    expect(lossOf({ name: "cross-entropy", labelSmoothing: 0 }, answers, gradient)).toBeCloseTo(6e38, -35);
    expect([...gradient]).toEqual([1, -1, 0]);
    const binary: Loss = { name: "binary-cross-entropy", labelSmoothing: 0, classWeights: [1, 1] };
    const wrong = { output: [-1e30], nOutputs: 1, target: [1], weight: null };
    expect(lossOf(binary, wrong, gradient.subarray(0, 1))).toBe(1e30);
    expect(gradient[0]).toBe(-1);
  });
});

describe("readouts", () => {
  const nSteps = 5;
  const nOutputs = 2;
  const mask = fc
    .array(fc.constantFrom(0, 1), { minLength: nSteps, maxLength: nSteps })
    .filter((steps) => steps.includes(1));

  it("give the last step, the mean, or all", () => {
    const output = Float64Array.from([1, 10, 2, 20, 3, 30, 4, 40, 5, 50]);
    expect([...readOut("last", output, 2)]).toEqual([5, 50]);
    expect([...readOut("mean", output, 2)]).toEqual([3, 30].map((x) => expect.closeTo(x, 12)));
    expect(readOut("step", output, 2)).toBe(output);
    expect([...readOut("last", output, 2, [1, 0, 1, 0, 0])]).toEqual([3, 30]);
    expect([...readOut("mean", output, 2, [1, 0, 1, 0, 0])]).toEqual([2, 20]);
  });

  it("send back the gradient of a loss of their answers", () => {
    const readout = fc.constantFrom("last", "mean", "step" as const);
    fc.assert(
      fc.property(readout, values(nSteps * nOutputs), mask, (kind, output, steps) => {
        const x = Float64Array.from(output);
        const nAnswers = kind === "step" ? nSteps : 1;
        const target = new Float64Array(nAnswers * nOutputs).fill(0.5);
        const weight = kind === "step" ? steps : null;
        const loss: Loss = { name: "mse" };
        const answers = (y: Float64Array) => ({
          output: readOut(kind, y, nOutputs, steps),
          nOutputs,
          target,
          weight,
        });
        const own = new Float64Array(nAnswers * nOutputs);
        lossOf(loss, answers(x), own);
        const gradient = new Float64Array(x.length);
        spread(kind, own, nOutputs, gradient, steps);
        expectGradient((y) => lossOf(loss, answers(y)), x, gradient);
      }),
    );
  });
});
