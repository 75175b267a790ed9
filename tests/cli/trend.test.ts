import { describe, expect, it } from "vitest";
import { appendToHistory } from "../../bindings/record/history.ts";
import { entry, reading, record } from "../record/made-records.ts";
import { normals } from "../record/noise.ts";
import { cli, cliJson } from "./run-cli.ts";
import { trendJson } from "./schemas.ts";

/** A history of 40 runs; energies of one entry by run, of another without change. */
function history(energy: (run: number) => number, model = "net"): string {
  const draw = normals(3);
  let text = "";
  for (let run = 0; run < 40; run++) {
    const entries = [energy(run), 50].map((level, i) =>
      entry({ model: i === 0 ? model : "steady", energyUj: reading(level * (1 + 0.01 * draw())) }),
    );
    const createdAt = new Date(Date.UTC(2026, 0, 1 + run)).toISOString();
    text = appendToHistory(
      text,
      record(entries, { createdAt, git: { commit: `c${run}`.padEnd(40, "0"), dirty: false } }),
      "h",
    );
  }
  return text;
}

const WORSE = history((run) => (run < 30 ? 100 : 106));

function trend(text: string, ...args: string[]) {
  return cli(["trend", "h.jsonl", ...args], { files: { "h.jsonl": text } });
}

describe("trend", () => {
  it("says what got worse, by how much and since when", async () => {
    const { code, out } = await trend(WORSE);
    expect(code).toBe(0);
    expect(out).toMatch(/^10 series of up to 40 runs: 1 worse, 9 not$/m);
    expect(out).toMatch(
      /^worse +net\/nrf52840\/fp32\/0 +energy µJ +40 .* \+[56]\.\d % since 2026-01-31 \(c30000000\)$/m,
    );
    expect(out).not.toContain("steady");
    expect((await trend(WORSE, "--verbose")).out.match(/^steady /gm)).toHaveLength(9);
  });

  it("fails when asked to and something is worse", async () => {
    const failed = await trend(WORSE, "--fail-on-worsening");
    expect(failed).toMatchObject({ code: 1, err: ["liquid-edge: trend: 1 figure of 10 got worse"] });
    const better = history((run) => (run < 30 ? 100 : 94));
    expect(await trend(better, "--fail-on-worsening")).toMatchObject({ code: 0, err: [] });
    expect((await trend(WORSE, "--fail-on-worsening", "--entry", "steady")).code).toBe(0);
    expect((await trend(WORSE, "--fail-on-worsening", "--figure", "latencyMs")).code).toBe(0);
  });

  it("prints all series as JSON", async () => {
    const json = trendJson.parse(await cliJson(["trend", "h.jsonl"], { files: { "h.jsonl": WORSE } }));
    expect(json).toHaveLength(10);
    expect(json[0]).toMatchObject({
      id: "net/nrf52840/fp32/0",
      quantity: "energyUj",
      worsening: true,
      changes: [{ index: 30, worse: true, recovered: false }],
    });
  });

  it("draws the series that changed, names as text", async () => {
    const hostile = history((run) => (run < 30 ? 100 : 106), "</text><script>alert(1)</script>");
    const { code, written, err } = await trend(hostile, "--plot", "t.svg");
    expect({ code, err }).toEqual({ code: 0, err: [] });
    const svg = written.get("t.svg")!;
    expect(svg).not.toContain("<script");
    expect(svg).toContain("energy µJ");
    expect(svg).not.toContain("latency ms");
    const again = await trend(hostile, "--plot", "t.svg");
    expect(again.written.get("t.svg")).toBe(svg);
    expect(
      (
        await trend(
          history(() => 100),
          "--plot",
          "t.svg",
        )
      ).code,
    ).toBe(0);
  });

  it("refuses what is no history in one line", async () => {
    for (const [text, reason] of [
      ["", /h\.jsonl: expected at least one figure, found an empty history$/],
      ["{", /h\.jsonl, line 1: expected JSON, found /],
      [
        WORSE.replace('"value":', '"value":-'),
        /h\.jsonl, line 1: "\w+\.value" expected a number of at least 0/,
      ],
    ] as const) {
      const { code, err, out } = await trend(text);
      expect({ code, out, n: err.length }).toEqual({ code: 2, out: "", n: 1 });
      expect(err[0]).toMatch(reason);
    }
    expect((await trend(WORSE, "--entry", "nobody")).err[0]).toMatch(/that the options name, found none$/);
  });

  it("of one run says that there is nothing to see yet", async () => {
    const { code, out } = await trend(WORSE.split("\n").slice(0, 2).join("\n"), "--fail-on-worsening");
    expect(code).toBe(0);
    expect(out).toContain("A change of level takes at least 6 runs to be seen; 10 of the series have fewer.");
  });
});
