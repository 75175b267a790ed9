// The file of a quantized network: what is written is read again, to the last integer; anything else is refused in a line.

import { describe, expect, it } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { Network } from "../../bindings/network.ts";
import {
  type IntegerModel,
  isIntegerFile,
  readIntegerModel,
  writeIntegerModel,
} from "../../bindings/quantize/integer-file.ts";
import { quantize } from "../../bindings/quantize/quantize.ts";
import { readTyped, writeTyped } from "../../bindings/quantize/typed-tensors.ts";
import { caseOf, quantizeCases } from "./cases.ts";

const SOURCE = "net.int8.safetensors";

function integerModel(name: string, activations: 8 | 16 = 8): IntegerModel {
  const { model, calibration } = caseOf(name);
  const { network } = quantize(model, { precision: "int8", calibration, activations });
  const { class: cell, config } = model;
  return { config: { class: cell, config } as IntegerModel["config"], precision: "int8", network };
}

describe("the file of a quantized network", () => {
  it.each(quantizeCases().map(({ name }) => name))("holds all of %s", (name) => {
    for (const activations of [8, 16] as const) {
      const model = integerModel(name, activations);
      const bytes = writeIntegerModel(model);
      expect(isIntegerFile(bytes)).toBe(true);
      const read = readIntegerModel(bytes, SOURCE);
      expect(read).toEqual(model);
      expect(writeIntegerModel(read)).toEqual(bytes);
    }
  });

  it("says which unchanged inputs its image skips, where it does", () => {
    const model = { ...integerModel("gru-9"), skipUnchanged: { of: "inputs", threshold: 5 } as const };
    const read = readIntegerModel(writeIntegerModel(model), SOURCE);
    expect(read).toEqual(model);
    const network = Network.fromInteger(read);
    expect(network.compiled.skipUnchanged).toMatchObject({ of: "inputs", threshold: 5 });
    const skips = (own: Network) => own.compiled.skipUnchanged !== undefined;
    expect([network.withSkipping(null), network.withDense(new Set())].map(skips)).toEqual([false, true]);
    expect(writeIntegerModel({ ...model, skipUnchanged: null })).toEqual(
      writeIntegerModel(integerModel("gru-9")),
    );
  });

  it("is no float checkpoint", () => {
    const bytes = writeIntegerModel(integerModel("gru-9"));
    expect(() => readModel(bytes, undefined, { weights: SOURCE })).toThrow(
      /^net\.int8\.safetensors: .* expected dtype F32/,
    );
    expect(isIntegerFile(new Uint8Array(4))).toBe(false);
    expect(isIntegerFile(new Uint8Array(64))).toBe(false);
  });
});

describe("bad files are refused in one line", () => {
  const good = writeIntegerModel(integerModel("gru-9"));
  /** The message about the file with its tensors and own metadata changed. */
  const refusal = (change: (file: ReturnType<typeof readTyped>, own: Record<string, never>) => void) => {
    const file = readTyped(good, SOURCE);
    const own = JSON.parse(file.metadata.liquid_edge!);
    change(file, own);
    const bytes = writeTyped(file.tensors, { ...file.metadata, liquid_edge: JSON.stringify(own) });
    try {
      readIntegerModel(bytes, SOURCE);
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };

  it.each<[string, Parameters<typeof refusal>[0], RegExp]>([
    [
      "another format",
      (_, own) => Object.assign(own, { format: 3 }),
      /a quantized network of format 2, found 3/,
    ],
    [
      "another precision",
      (_, own) => Object.assign(own, { precision: "int2" }),
      /"precision" expected int8 or int4/,
    ],
    [
      "an unknown layer",
      (_, own) => Object.assign(own.network!, { layers: [{ kind: "int-magic" }] }),
      /"layers\.0" expected a kind of integer layer, found "int-magic"/,
    ],
    [
      "a place that is none",
      (_, own) => Object.assign(own.network!, { arenaEnd: -1 }),
      /"arenaEnd" expected a whole/,
    ],
    [
      "a scale of 0",
      ({ tensors }) => tensors.get("scales.output")!.data.fill(0),
      /"scales\.output\[0\]" expected a scale above 0, found 0/,
    ],
    [
      "a missing tensor",
      ({ tensors }) => tensors.delete("layers.1.tanh.entries"),
      /"layers\.1\.tanh\.entries" expected a tensor/,
    ],
    [
      "a tensor of another shape",
      ({ tensors }) => tensors.set("layers.1.tanh.entries", { shape: [2], data: new Int16Array(2) }),
      /"layers\.1\.tanh\.entries" expected I16 of shape \[257\], found I16 of shape \[2\]/,
    ],
    [
      "a tensor too many",
      ({ tensors }) => tensors.set("x", { shape: [], data: new Int8Array(1) }),
      /"x" expected no such tensor/,
    ],
    [
      "an unknown kind of inputs to skip",
      (_, own) => Object.assign(own, { skipUnchanged: { of: "states", threshold: 0 } }),
      /"skipUnchanged\.of" expected one of inputs, all, found "states"/,
    ],
    [
      "a threshold beyond int8",
      (_, own) => Object.assign(own, { skipUnchanged: { of: "all", threshold: 128 } }),
      /"skipUnchanged\.threshold" expected a whole number from 0 to 127, found 128/,
    ],
  ])("%s", (_, change, message) => {
    expect(refusal(change)).toMatch(message);
    expect(refusal(change)).not.toContain("\n");
  });

  it("truncated", () => {
    expect(() => readIntegerModel(good.subarray(0, good.length - 1), SOURCE)).toThrow(
      /^net\.int8\.safetensors: /,
    );
  });
});
