import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import type { Tensor } from "../../bindings/network/model.ts";
import { parseSafetensors, writeSafetensors } from "../../bindings/network/safetensors.ts";
import { checkpoints, ncpsCase, ncpsCases, thrownBy } from "./golden.ts";

/** A file with this header, which is any text or object, and this number of zero data bytes. */
function file(header: unknown, dataBytes = 0, headerLength?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

/** The message for a malformed file, without its constant beginning. */
function complaint(bytes: Uint8Array): string {
  return thrownBy(() => parseSafetensors(bytes, "w.safetensors")).replace("bad-file w.safetensors: ", "");
}

test.each(ncpsCases())("writes $name back byte for byte", ({ weights }) => {
  const { tensors, metadata } = parseSafetensors(weights, "case");
  expect(Buffer.compare(writeSafetensors(tensors, metadata), weights)).toBe(0);
});

test.each(checkpoints())("writes the tensors of $name as they were read", ({ weights }) => {
  const { tensors, metadata } = parseSafetensors(weights, "case");
  const again = parseSafetensors(writeSafetensors(tensors, metadata), "written");
  expect([...again.tensors]).toEqual([...tensors]);
  expect(again.metadata).toEqual(metadata);
});

test("reads a tensor that is not aligned to four bytes, from within a larger buffer", () => {
  const unaligned = file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} ', 4);
  new DataView(unaligned.buffer).setFloat32(unaligned.length - 4, -1.5, true);
  const outer = new Uint8Array(unaligned.length + 3);
  outer.set(unaligned, 3);
  const { tensors } = parseSafetensors(outer.subarray(3), "w");
  expect([...tensors.get("a")!.data]).toEqual([-1.5]);
});

test("keeps the order of names that look like integers, and the bits of -0 and denormals", () => {
  const data = Float32Array.of(-0, 1e-45);
  const names = ["b", "10", "__proto__", "2", "a"];
  const tensors = new Map(names.map((name) => [name, { shape: [2], data }]));
  const read = parseSafetensors(writeSafetensors(tensors, {}), "w").tensors;
  expect([...read.keys()]).toEqual(names);
  expect(Object.is(read.get("2")!.data[0], -0)).toBe(true);
  expect(read.get("2")!.data[1]).toBe(Math.fround(1e-45));
});

test("pads the header to 8 bytes with spaces", () => {
  const bytes = writeSafetensors(new Map([["x", { shape: [], data: Float32Array.of(1) }]]), { note: "ä" });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
    '{"__metadata__":{"note":"ä"},"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}',
  );
});

describe("complains in one line about", () => {
  const good = { a: entry([2], 0, 8), b: entry([1], 8, 12) };
  test.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(0), '"header length" expected 8 bytes, found a file of 0 bytes'],
    [
      "a header cut in its length",
      file({}).subarray(0, 7),
      '"header length" expected 8 bytes, found a file of 7 bytes',
    ],
    [
      "a truncated header",
      file(good, 12).subarray(0, 40),
      '"header length" expected at most the 32 bytes that follow it, found 108 (the file is truncated)',
    ],
    [
      "an oversized header",
      file("{}", 0, 100_000_001),
      '"header length" expected at most 16777216 bytes, found 100000001 (is this a safetensors file?)',
    ],
    [
      // What torch.save of PyTorch 1.13 begins with.
      "a checkpoint of torch.save",
      Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0, 0, 8, 8, 0, 0),
      "expected a safetensors file, found a zip archive of torch.save (docs/import.md says how to save one)",
    ],
    [
      // The same with _use_new_zipfile_serialization=False: protocol 2, then a long of ten bytes.
      "a pickle",
      Uint8Array.of(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20),
      "expected a safetensors file, found a pickle of torch.save (docs/import.md says how to save one)",
    ],
    [
      "a header length of 64 bits",
      file("{}", 0, 2 ** 63),
      '"header length" expected at most 16777216 bytes, found 9223372036854775808 (is this a safetensors file?)',
    ],
    [
      "bytes that are not UTF-8",
      file("{}").with(8, 0xff),
      '"header" expected JSON in UTF-8, found bytes that are not UTF-8',
    ],
    ["a header that is an array", file("[]"), '"header" expected a JSON object, found an array of 0'],
    [
      "an entry that is not an object",
      file({ a: 3 }),
      '"a" expected an object with dtype, shape and data_offsets, found 3',
    ],
    [
      "an entry that is null",
      file({ a: null }),
      '"a" expected an object with dtype, shape and data_offsets, found null',
    ],
    [
      "metadata that are no object",
      file({ __metadata__: "x" }),
      '"__metadata__" expected an object of strings, found "x"',
    ],
    [
      "metadata that are no strings",
      file({ __metadata__: { n: 1 } }),
      '"__metadata__.n" expected a string, found 1',
    ],
    [
      "a repeated name",
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      '"a" expected one entry in the header, found two',
    ],
    [
      "float64",
      file({ a: entry([1], 0, 8, "F64") }, 8),
      '"a" expected dtype F32, found F64 (save the state_dict of model.float())',
    ],
    [
      "float16",
      file({ a: entry([1], 0, 2, "F16") }, 2),
      '"a" expected dtype F32, found F16 (save the state_dict of model.float())',
    ],
    [
      "bfloat16",
      file({ a: entry([1], 0, 2, "BF16") }, 2),
      '"a" expected dtype F32, found BF16 (save the state_dict of model.float())',
    ],
    ["integers", file({ a: entry([1], 0, 8, "I64") }, 8), '"a" expected dtype F32, found I64'],
    [
      "no dtype",
      file({ a: { shape: [1], data_offsets: [0, 4] } }, 4),
      '"a" expected dtype F32, found nothing',
    ],
    [
      "a negative dimension",
      file({ a: entry([-1], 0, 4) }, 4),
      '"a" expected a shape of non-negative integers, found [-1]',
    ],
    [
      "a fraction as dimension",
      file({ a: entry([0.5], 0, 4) }, 4),
      '"a" expected a shape of non-negative integers, found [0.5]',
    ],
    [
      "a shape that is text",
      file({ a: entry("4", 0, 4) }, 4),
      '"a" expected a shape of non-negative integers, found "4"',
    ],
    [
      "dimensions whose product overflows",
      file({ a: entry([2 ** 40, 2 ** 40], 0, 0) }),
      '"a" expected 4.835703278458517e+24 bytes for shape [1099511627776, 1099511627776], found 0',
    ],
    [
      "a shape that needs other bytes",
      file({ a: entry([3], 0, 8) }, 8),
      '"a" expected 12 bytes for shape [3], found 8',
    ],
    [
      "a shape that needs fewer bytes",
      file({ a: entry([1], 0, 8) }, 8),
      '"a" expected 4 bytes for shape [1], found 8',
    ],
    [
      "one offset",
      file({ a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4),
      '"a" expected data_offsets of two integers, found [0]',
    ],
    [
      "offsets that are text",
      file({ a: entry([1], "0", "4") }, 4),
      '"a" expected data_offsets of two integers, found ["0", "4"]',
    ],
    [
      "offsets in reverse",
      file({ a: entry([1], 4, 0) }, 4),
      '"a" expected data_offsets within the 4 data bytes, found [4, 0]',
    ],
    [
      "offsets behind the end",
      file(good, 11),
      '"b" expected data_offsets within the 11 data bytes, found [8, 12] (the file is truncated or its header is wrong)',
    ],
    [
      "overlapping tensors",
      file({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8),
      '"b" expected data that begin at 8, found an overlap with another tensor: they begin at 4',
    ],
    [
      "a hole",
      file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12),
      '"b" expected data that begin at 4, found a hole before it: they begin at 8',
    ],
    [
      "bytes behind the last tensor",
      file(good, 13),
      '"data" expected 12 bytes, as the header says, found 1 bytes behind them',
    ],
    [
      "a name with control characters",
      file({ "a\n\u001b[31m\u202eb": 1 }),
      '"a\\u000a\\u001b[31m\\u202eb" expected an object with dtype, shape and data_offsets, found 1',
    ],
  ])("%s", (_, bytes, message) => {
    expect(complaint(bytes)).toBe(message);
  });
  test("text that is not JSON", () => {
    expect(complaint(file("{nonsense\n\u001b"))).toMatch(/^"header" expected JSON, found \P{Cc}+$/u);
  });

  test.each([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ])("%d among the values, with its index", (value, text) => {
    const bytes = file({ a: entry([1], 0, 4), "rnn_cell.w": entry([2, 3], 4, 28) }, 28);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4 * 2, value, true);
    expect(complaint(bytes)).toBe(`"rnn_cell.w" expected finite values, found ${text} at [1, 1]`);
  });

  test("a very long name, cut", () => {
    expect(complaint(file({ ["x".repeat(5000)]: 1 })).length).toBeLessThan(250);
  });
});

test("refuses to write what it would not read", () => {
  const write = (name: string, tensor: Tensor) => () => writeSafetensors(new Map([[name, tensor]]), {});
  expect(write("a", { shape: [2], data: Float32Array.of(1) })).toThrow(
    '"a" expected 2 values for shape [2], got 1',
  );
  expect(write("a", { shape: [1], data: Float32Array.of(Number.NaN) })).toThrow(
    '"a" expected finite values, got NaN at 0',
  );
  expect(write("a", { shape: [1], data: Float32Array.of(1 / 0) })).toThrow("got Infinity at 0");
  expect(write("__metadata__", { shape: [0], data: new Float32Array() })).toThrow(RangeError);
  expect(write("a", { shape: [-1, -1], data: Float32Array.of(1) })).toThrow(RangeError);
});

test("refuses bytes that are not bytes", () => {
  expect(() => parseSafetensors("{}" as unknown as Uint8Array, "w")).toThrow(TypeError);
});

const tensor: fc.Arbitrary<Tensor> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  .chain((shape) => {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const value = fc.float({ noNaN: true, noDefaultInfinity: true });
    return fc
      .array(value, { minLength: length, maxLength: length })
      .map((values) => ({ shape, data: Float32Array.from(values) }));
  });

test("writing and reading is the identity", () => {
  const name = fc.string({ unit: "binary", maxLength: 12 }).filter((text) => text !== "__metadata__");
  const entries = fc.uniqueArray(fc.tuple(name, tensor), { maxLength: 6, selector: ([key]) => key });
  const notes = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });
  const isSame = (a: Tensor, b: Tensor) =>
    String(a.shape) === String(b.shape) &&
    a.data.length === b.data.length &&
    a.data.every((value, i) => Object.is(value, b.data[i]));
  fc.assert(
    fc.property(entries, notes, (list, metadata) => {
      const read = parseSafetensors(writeSafetensors(new Map(list), metadata), "w");
      const again = [...read.tensors];
      return (
        again.length === list.length &&
        list.every(([key, value], i) => again[i]![0] === key && isSame(value, again[i]![1])) &&
        JSON.stringify(read.metadata) === JSON.stringify(metadata)
      );
    }),
    { seed: 1, numRuns: 100 },
  );
});

test("a damaged file gives an error in one line or finite tensors, never another exception", () => {
  const { weights } = ncpsCase("cfc-no-backbone-10");
  const headerEnd = 8 + Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
  const place = fc.oneof(
    { weight: 4, arbitrary: fc.nat(headerEnd - 1) },
    { weight: 1, arbitrary: fc.nat(weights.length - 1) },
  );
  const damage = fc.record({
    changes: fc.array(
      fc.tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:0129-e')))),
      {
        maxLength: 4,
      },
    ),
    length: fc.oneof(fc.constant(weights.length), fc.nat(weights.length)),
  });
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(damage, ({ changes, length }) => {
      const bytes = Uint8Array.from(weights);
      for (const [at, value] of changes) bytes[at] = value;
      try {
        parseSafetensors(bytes.subarray(0, length), "w.safetensors");
        accepted++;
      } catch (error) {
        expect(error).toBeInstanceOf(LiquidEdgeError);
        expect((error as Error).message).toMatch(/^w\.safetensors: [\p{L}\p{N}\p{P}\p{S} ]+$/u);
        refused++;
      }
    }),
    { seed: 2, numRuns: 4000 },
  );
  expect(Math.min(accepted, refused)).toBeGreaterThan(100);
});
