// The firmware on emulated boards: the same bits as core.wasm on this machine, for every cell and precision.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing } from "../../scripts/tools.ts";
import { type BatchJob, type BatchResult, BatchRunner, differences } from "./batch.ts";
import { FULL } from "./full.ts";
import { randomFloatJobs, randomHeldJobs, randomIntegerJobs, referenceJobs } from "./jobs.ts";
import { selfTestHash } from "./self-test.ts";

const TOOLS = ["wasm2c", "make", "arm-none-eabi-gcc", "qemu-system-arm"];
const SETS: [string, () => BatchJob[]][] = [
  ["the reference cases", () => referenceJobs("fp32", FULL ? {} : { rows: 1, steps: 4 })],
  ["the reference cases with fp16 weights", () => referenceJobs("fp16", FULL ? {} : { rows: 1, steps: 2 })],
  ["random fp32 networks", () => randomFloatJobs("fp32", FULL ? 110 : 22)],
  ["random fp16 networks", () => randomFloatJobs("fp16", FULL ? 110 : 22)],
  ["random integer networks", () => randomIntegerJobs(FULL ? 252 : 126)],
];

describe.skipIf(missing(...TOOLS)).each(["qemu-m4f", "qemu-m7", "qemu-m33"])("on %s", (board) => {
  let runner: BatchRunner;
  beforeAll(async () => {
    runner = await BatchRunner.build(board);
  });
  afterAll(() => runner?.dispose());

  it.each(SETS)(
    "%s come to the bits of core.wasm",
    async (_, jobsOf) => {
      const jobs = jobsOf();
      const results = await runner.run(jobs);
      const found = await differences(jobs, results);
      expect([...found].filter(([, words]) => words > 0)).toEqual([]);
      expect(new Set(results.map(({ floatHash }) => floatHash))).toEqual(new Set([selfTestHash()]));
      expectSteadyCounts(results);
    },
    600_000,
  );

  it("random networks that skip unchanged inputs come to the bits of core.wasm", async () => {
    const jobs = randomHeldJobs(FULL ? 130 : 26);
    const found = await differences(jobs, await runner.run(jobs));
    expect([...found].filter(([, words]) => words > 0)).toEqual([]);
  }, 600_000);
});

describe.skipIf(missing(...TOOLS))("where an access that is not aligned is a fault", () => {
  let runner: BatchRunner;
  beforeAll(async () => {
    runner = await BatchRunner.buildAligned("qemu-m4f");
  });
  afterAll(() => runner?.dispose());

  it.each([...SETS, ["random networks that skip unchanged inputs", () => randomHeldJobs(26)] as const])(
    "%s come to the bits of core.wasm",
    async (_, jobsOf) => {
      const jobs = jobsOf();
      const found = await differences(jobs, await runner.run(jobs));
      expect([...found].filter(([, words]) => words > 0)).toEqual([]);
    },
    600_000,
  );
});

// Soft float a tenth as fast as the board: few steps, and few networks unless everything is wanted.
const RP2040_SETS: [string, () => BatchJob[]][] = [
  [
    "the first steps of the reference cases",
    () => referenceJobs("fp32", { rows: 1, steps: 2 }).filter(({ name }) => FULL || FAST_CASES.test(name)),
  ],
  ["random fp32 networks", () => randomFloatJobs("fp32", FULL ? 110 : 11, 2)],
  ["random fp16 networks", () => randomFloatJobs("fp16", FULL ? 110 : 11, 2)],
  ["random integer networks", () => randomIntegerJobs(FULL ? 252 : 42)],
  ["random networks that skip unchanged inputs", () => randomHeldJobs(26)],
];
const FAST_CASES = /gelu|unfolds3|explicit|fc-8|no-backbone/;
/** Image, inputs and a copy of the outputs lie beside the arena in the SRAM of tests. */
const ROOM = 150_000;

describe.skipIf(missing("wasm2c", "make", "arm-none-eabi-gcc"))("on rp2040js", () => {
  let runner: BatchRunner;
  beforeAll(async () => {
    runner = await BatchRunner.build("rp2040js");
  });
  afterAll(() => runner?.dispose());

  it.each(RP2040_SETS)(
    "%s come to the bits of core.wasm",
    async (_, jobsOf) => {
      const jobs = jobsOf().filter(({ compiled }) => compiled.image.length < ROOM);
      const results = await runner.run(jobs);
      const found = await differences(jobs, results);
      expect([...found].filter(([, words]) => words > 0)).toEqual([]);
      expect(new Set(results.map(({ floatHash }) => floatHash))).toEqual(new Set([selfTestHash()]));
    },
    1_200_000,
  );
});

/**
 * A step executes the same operations whatever the values are. gcc still makes a branch of some selects, in the tail of a
 * vector or where a value saturates: less than 2 % of an inference.
 */
function expectSteadyCounts(results: readonly BatchResult[]): void {
  const unsteady = results.filter(({ leastCount: least, mostCount: most }) => most - least > 0.02 * least);
  expect(unsteady.map(({ name }) => name)).toEqual([]);
}
