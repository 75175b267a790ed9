// What is tried elsewhere, several at a time and answered in any order, gives the network of one trial after another.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sequence } from "../../bindings/core/sequence.ts";
import type { Model } from "../../bindings/network/model.ts";
import {
  type PlainQuantizeOptions,
  quantizationTrials,
  quantize,
  quantizeElsewhere,
} from "../../bindings/quantize/quantize.ts";
import type { Answer, Request } from "../../bindings/quantize/search.ts";
import { networkFor } from "../../bindings/train/cells.ts";
import { initialModel } from "../../bindings/train/initial-weights.ts";

const CELLS = [
  { cell: "ltc", units: 6 },
  { cell: "cfc", units: 5 },
  { cell: "gru", units: 4 },
] as const;

function calibration(seed: number): Sequence {
  const [batch, steps, features] = [3, 12, 2];
  const input = Float32Array.from({ length: batch * steps * features }, (_, i) => Math.sin(seed + 1.7 * i));
  return { batch, steps, features, input, timespans: null, initialH: null, initialC: null };
}

/** Any function of the integers will do; its parts differ so little that some differences of two networks are beyond chance. */
const merit = ({ layers }: { layers: readonly object[] }) => {
  const { length } = JSON.stringify(layers, (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Int8Array)] : value,
  );
  return [0, 1, 2, 3].map((part) => Math.sin(length) + 0.3 * Math.sin(length * (part + 2)));
};

describe("a search whose answers come from elsewhere", () => {
  it("keeps what one answer at a time keeps, whatever their order", async () => {
    const cases = fc.record({
      cell: fc.constantFrom(...CELLS),
      seed: fc.nat(1000),
      precision: fc.constantFrom("int8", "int4"),
      activations: fc.constantFrom(undefined, 8, 16),
      hasMerit: fc.boolean(),
      threads: fc.integer({ min: 1, max: 6 }),
      scheduler: fc.scheduler(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ cell, seed, hasMerit, threads, scheduler, ...settings }) => {
        const model: Model = initialModel(networkFor(cell, { nInputs: 2, nOutputs: 1 }), seed);
        const { precision, activations } = settings as PlainQuantizeOptions;
        const options: PlainQuantizeOptions = {
          precision,
          ...(activations === undefined ? {} : { activations }),
          calibration: calibration(seed),
        };
        const whole = { ...options, ...(hasMerit ? { merit } : {}) };
        const answer = quantizationTrials(model, whole);
        let underWay = 0;
        let most = 0;
        const asked: string[] = [];
        const ask = scheduler.scheduleFunction(async (request: Request): Promise<Answer> => {
          underWay--;
          return answer(request);
        });
        const counted = (request: Request) => {
          underWay++;
          most = Math.max(most, underWay);
          asked.push(request.kind === "merit" ? "merit" : JSON.stringify(request));
          return ask(request);
        };
        const found = await scheduler.waitFor(quantizeElsewhere(model, options, hasMerit, counted, threads));
        expect(found).toEqual(quantize(model, whole));
        expect(new Set(asked).size).toBe(asked.length);
        // One more where what is asked for was not foreseen.
        expect(most).toBeLessThanOrEqual(threads + 1);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it("hands on what is wrong with the data", async () => {
    const model = initialModel(networkFor(CELLS[0], { nInputs: 2, nOutputs: 1 }), 1);
    const still = { ...calibration(1), input: new Float32Array(72) };
    const options: PlainQuantizeOptions = { precision: "int8", calibration: still };
    const ask = async (request: Request) => quantizationTrials(model, options)(request);
    await expect(quantizeElsewhere(model, options, false, ask, 2)).rejects.toThrow(/values that vary/);
  });
});
