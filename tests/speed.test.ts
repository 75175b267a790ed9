import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { speedPage, speedPlot } from "../scripts/make-speed.ts";

const doc = (name: string) => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8");

describe("docs/speed.md", () => {
  const figures = JSON.parse(doc("speed.json"));

  it("shows the figures of docs/speed.json", () => {
    expect(speedPage(doc("speed.md"), figures)).toBe(doc("speed.md"));
  });

  it("has the plot of these figures", async () => {
    expect(await speedPlot(figures)).toBe(doc("pictures/speed.svg"));
  });

  it("compares with every engine, each over as many rounds", () => {
    for (const timings of Object.values<{ engine: string; stepUs: number[]; outputError: number }[]>(
      figures.networks,
    )) {
      expect(timings.map(({ engine }) => engine)).toEqual([
        "liquid-edge-simd",
        "liquid-edge-scalar",
        "onnxruntime-node",
        "onnxruntime-web",
        "tfjs-wasm",
        "typescript",
        "pytorch",
        "ncps",
        "ncps-gradients",
        "c-strict",
        "c-fast",
      ]);
      for (const { stepUs, outputError } of timings) {
        expect(stepUs).toHaveLength(15);
        expect(outputError).toBeLessThanOrEqual(1e-5);
      }
    }
  });
});
