// `crosscheck`: its suite, its statistics, and the command on an emulated board.

import { describe, expect, it } from "vitest";
import { SUITE, suiteNetwork } from "../../cli/crosscheck/suite.ts";

describe("the suite", () => {
  it("fits to at most 8 networks and judges by at least 30 others", () => {
    expect(SUITE.fit.length).toBeLessThanOrEqual(8);
    expect(SUITE.judge.length).toBeGreaterThanOrEqual(30);
    const ids = [...SUITE.fit, ...SUITE.judge].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const shapes = ({ class: name, config, precision, sparsity }: (typeof SUITE.fit)[number]) =>
      JSON.stringify([name, config, precision, sparsity]);
    const fitted = new Set(SUITE.fit.map(shapes));
    expect(SUITE.judge.filter((entry) => fitted.has(shapes(entry)))).toEqual([]);
  });

  it.each([...SUITE.fit, ...SUITE.judge].map((entry) => [entry.id, entry] as const))(
    "makes %s, small enough for every board",
    async (_, entry) => {
      const network = suiteNetwork(entry);
      expect(network.compiled.precision).toBe(entry.precision);
      expect(network.compiled.image.length).toBeLessThan(16_384);
      expect(suiteNetwork(entry).compiled.image).toEqual(network.compiled.image);
    },
  );
});
