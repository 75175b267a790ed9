import { seriesOf, trendsOf } from "liquid-edge";
import { readHistory } from "liquid-edge/vitest";
import { expect, it } from "vitest";

it("has not become worse step by step, over all records of the history", async () => {
  const trends = trendsOf(seriesOf(await readHistory({ folder: "baselines" })));
  expect(trends.length).toBeGreaterThan(0);
  const worse = trends.filter(({ worsening }) => worsening).map(({ id, quantity }) => `${id} ${quantity}`);
  expect(worse).toEqual([]);
});
