// The picture of `crosscheck --plot`: every network twice, with its interval, beside the limits of agreement.

import { describe, expect, it } from "vitest";
import { agreementOf } from "../../../bindings/statistics/agreement.ts";
import { type CheckedNetwork, crosscheckChart } from "../../../cli/chart/crosscheck-chart.ts";
import { renderSvg } from "../../../cli/chart/render-svg.ts";

const network = (cell: string, measured: number, typ: number, fitted = false): CheckedNetwork => ({
  cell: `ncps.torch.${cell}`,
  measured,
  estimate: { typ, min: typ * 0.9, max: typ * 1.1 },
  fitted,
});
const networks = [network("LTC", 1000, 1000, true), network("CfC", 2000, 2200), network("LTC", 4000, 3600)];
const chart = crosscheckChart(networks, {
  board: "qemu-m7",
  counts: "instructions",
  agreement: agreementOf(networks.slice(1)),
  calibrated: true,
});

/** Centres of the points of the two panels, in pixels of each panel. */
function points(svg: string): { x: number; y: number }[] {
  const marks = [...svg.matchAll(/<path [^>]*transform="translate\(([\d.]+),([\d.]+)\)"[^>]*>/g)];
  return marks.map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

describe("the plot of crosscheck", () => {
  it("says mean, worst, bias and limits of agreement of the networks that were not fitted to", () => {
    // Errors of +10 % and -10 %: their standard deviation is 14.14 %, times 1.96 is 27.7 %.
    expect(chart.description).toMatch(
      /^Calibrated estimates against qemu-m7 \(emulated\): mean error 10 %, worst 10 %, over 2 networks; bias [+-]0\.0 %, limits of agreement -27\.7 % to \+27\.7 %/,
    );
  });

  it("draws every network in both panels, above the line of equality where the estimate is too high", async () => {
    const svg = await renderSvg(chart);
    const [equal, high, low, ...differences] = points(svg);
    const distance = ({ x, y }: { x: number; y: number }) => 330 - y - x;
    expect(distance(equal!)).toBeCloseTo(0, 6);
    expect(distance(high!)).toBeGreaterThan(1);
    expect(distance(low!)).toBeLessThan(-1);
    // And two in the legend, one a cell.
    expect(differences).toHaveLength(3 + 2);
    // Differences of 0, +10 and -10 % are at even distances.
    const [zero, above, below] = differences.slice(0, 3).map(({ y }) => y);
    expect(zero! - above!).toBeCloseTo(below! - zero!, 6);
    expect(above).toBeLessThan(zero!);
    for (const text of ["executed instructions", "bias + 1.96 s: +27.7 %", "bias - 1.96 s: -27.7 %", "LTC"])
      expect(svg).toContain(`>${text}</text>`);
  });
});
