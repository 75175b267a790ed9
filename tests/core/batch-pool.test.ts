// Sequences on threads: the bits of one session, at any number of threads, in any order. The built library starts them.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type * as Library from "../../bindings/index.ts";

const LIBRARY = new URL("../../dist/index.js", import.meta.url).href;
const library: typeof Library = await import(LIBRARY);
const { BatchPool, initialModel, Network, networkFor, parseSequence, Session } = library;

const pools = [1, 2, 3, 5].map((threads) => new BatchPool({ threads }));
afterAll(() => {
  for (const pool of pools) pool.close();
});

const CELLS = [
  { cell: "ltc", units: 6, wiring: "random" },
  { cell: "cfc", units: 5, mixedMemory: true, wiring: "none" },
  { cell: "lstm", units: 4 },
  { cell: "liquid-gate", units: 7 },
] as const;
const networks = CELLS.map((cell, i) =>
  Network.fromModel(initialModel(networkFor(cell, { nInputs: 3, nOutputs: 2 }), i)),
);

/** A batch with elapsed times and initial states. */
function sequenceOf(network: (typeof networks)[number], batch: number, steps: number, seed: number) {
  const { hidden, cell } = network.compiled;
  const values = (n: number, low: number, high: number) =>
    Array.from({ length: n }, (_, i) => low + (high - low) * (0.5 + 0.5 * Math.sin(seed + 12.9898 * i)));
  const json = {
    input: { shape: [batch, steps, 3], data: values(batch * steps * 3, -2, 2) },
    timespans: { shape: [batch, steps], data: values(batch * steps, 0.1, 3) },
    initial_h: { shape: [batch, hidden.length], data: values(batch * hidden.length, -1, 1) },
    ...(cell.length === 0
      ? {}
      : { initial_c: { shape: [batch, cell.length], data: values(batch * cell.length, -1, 1) } }),
  };
  return parseSequence(json, network.compiled, "test");
}

describe("BatchPool", () => {
  it("gives the bits of one session at any number of threads", async () => {
    const sizes = fc.tuple(
      fc.nat(CELLS.length - 1),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(1000),
    );
    await fc.assert(
      fc.asyncProperty(sizes, async ([which, batch, steps, seed]) => {
        const network = networks[which]!;
        const sequence = sequenceOf(network, batch, steps, seed);
        const expected = (await Session.create(network.compiled)).run(sequence);
        for (const pool of pools) expect(await pool.run(network.compiled, sequence)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it("keeps the order of sequences of any lengths, in any order", async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lengths, async (steps) => {
        const network = networks[0]!;
        const sequences = steps.map((n, i) => sequenceOf(network, 1, n, i));
        const session = await Session.create(network.compiled);
        const expected = sequences.map((sequence) => session.run(sequence));
        for (const pool of pools) {
          expect(await pool.runAll(network.compiled, sequences)).toEqual(expected);
          const reversed = await pool.runAll(network.compiled, sequences.toReversed());
          expect(reversed.toReversed()).toEqual(expected);
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it("says what a session says of an input that is not finite, and goes on", async () => {
    const network = networks[0]!;
    const sequence = sequenceOf(network, 8, 4, 1);
    const broken = { ...sequence, input: sequence.input.with(40, Number.NaN) };
    for (const pool of pools) {
      await expect(pool.run(network.compiled, broken)).rejects.toThrow(RangeError);
      await expect(pool.run(network.compiled, broken)).rejects.toThrow(
        '"input" expected finite float32 numbers',
      );
      await expect(pool.run(network.compiled, sequence)).resolves.toMatchObject({ sawNonFinite: false });
    }
  });

  it("runs one call after another, whoever waits for which, and after ones that failed", async () => {
    const good = networks.map((network, i) => ({ network, sequence: sequenceOf(network, 4 + 3 * i, 5, i) }));
    const alone = await Promise.all(
      good.map(({ network, sequence }) => Session.create(network.compiled).then((s) => s.run(sequence))),
    );
    const { network, sequence } = good[0]!;
    const broken = { ...sequence, input: sequence.input.with(0, Number.NaN) };
    for (const pool of pools) {
      for (let round = 0; round < 20; round++) {
        const calls = good.flatMap((one) => [
          pool.run(network.compiled, broken).catch((error: Error) => error.name),
          pool.run(one.network.compiled, one.sequence),
        ]);
        const expected = alone.flatMap((result) => ["RangeError", result]);
        expect(await Promise.all(calls)).toEqual(expected);
      }
    }
  });

  it("leaves no thread behind when it ends before its threads begin", async () => {
    const program = `
      import { BatchPool, initialModel, Network, networkFor, parseSequence } from ${JSON.stringify(LIBRARY)};
      const { compiled } = Network.fromModel(initialModel(networkFor({ cell: "gru", units: 2 }, { nInputs: 1, nOutputs: 1 }), 0));
      const sequence = parseSequence({ input: { shape: [8, 1, 1], data: Array(8).fill(0) } }, compiled, "test");
      for (let turns = 0; turns < 6; turns++) {
        const pool = new BatchPool({ threads: 2 });
        const run = pool.run(compiled, sequence).then(() => "done", (error) => error.message);
        for (let i = 0; i < turns; i++) await null;
        pool.close();
        if (!/closed|ended/.test(await run)) throw new Error(await run);
      }`;
    // A thread that nobody ends keeps the process.
    await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { timeout: 60_000 });
  });

  it("refuses a number of threads that is none, and work after its end", async () => {
    expect(() => new BatchPool({ threads: 0 })).toThrow('"threads" expected a whole number >= 1, got 0');
    const pool = new BatchPool({ threads: 2 });
    pool.close();
    const sequence = sequenceOf(networks[0]!, 2, 2, 1);
    await expect(pool.run(networks[0]!.compiled, sequence)).rejects.toThrow(/closed/);
  });

  it("says where its file should have been", async () => {
    const pool = new BatchPool({ threads: 2, workerUrl: new URL("nowhere.js", import.meta.url) });
    const sequence = sequenceOf(networks[0]!, 4, 2, 1);
    await expect(pool.run(networks[0]!.compiled, sequence)).rejects.toThrow(/nowhere\.js/);
  });
});
