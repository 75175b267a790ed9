// The image format: one definition in two languages, and bytes that depend on the model alone.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import * as format from "../../bindings/image/format.ts";
import { REJECT_TEXTS } from "../../bindings/image/reject-codes.ts";
import type { Model } from "../../bindings/network/model.ts";
import { loadEngines } from "../kernel/engines.ts";
import { completeModel } from "../kernel/run-core.ts";
import { MODEL_KINDS, randomModel } from "../network/random-model.ts";
import { ncpsCases, ownCases } from "../reference/golden-case.ts";

const ASSEMBLY = join(import.meta.dirname, "..", "..", "assembly");
const source = (file: string) => readFileSync(join(ASSEMBLY, file), "utf8");

/** `export const NAME: type = number;` in a text, by name. */
function constantsIn(text: string): Record<string, number> {
  const found = text.matchAll(/export const (\w+): (?:u32|i32|usize) = (\w+);/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name, Number(value)]));
}

/** The namespaces of a file by name, and its constants outside them as "". */
function namespacesIn(text: string): Map<string, Record<string, number>> {
  const pattern = /export namespace (\w+) \{([^}]*)\}/g;
  const namespaces = [...text.matchAll(pattern)].map(
    ([, name, body]) => [name!, constantsIn(body!)] as const,
  );
  return new Map([...namespaces, ["", constantsIn(text.replace(pattern, ""))]]);
}

describe("the format's constants", () => {
  const assembly = namespacesIn(source("image.ts"));

  it("are the same in assembly/image.ts and bindings/image/format.ts", () => {
    const { scratchElements: _, MAX_BLOCKS, ...bindings } = format;
    const topLevel = Object.entries(bindings).filter(([, value]) => typeof value === "number");
    expect(assembly.get("")).toEqual(Object.fromEntries(topLevel));
    const objects = Object.entries(bindings).filter(([, value]) => typeof value === "object");
    assembly.delete("");
    expect(Object.fromEntries(assembly)).toEqual(Object.fromEntries(objects));
    expect(MAX_BLOCKS).toBe((format.LAYER_BYTES - format.Layer.BLOCK_0) / 4);
  });

  it("include a text for every reject code of assembly/reject.ts", () => {
    const { NONE, ...codes } = namespacesIn(source("reject.ts")).get("Reject")!;
    expect(NONE).toBe(0);
    const sorted = Object.values(codes).sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 34 }, (_, i) => i + 1));
    expect(Object.keys(REJECT_TEXTS).map(Number)).toEqual(sorted);
    expect(new Set(Object.values(REJECT_TEXTS)).size).toBe(sorted.length);
  });
});

const GOLDEN = [...ncpsCases(), ...ownCases("gated"), ...ownCases("gate"), ...ownCases("solvers")];
const NAMED: { name: string; model: Model }[] = [
  ...GOLDEN.map((golden) => ({ name: golden.name, model: completeModel(golden) })),
  ...MODEL_KINDS.map((kind, seed) => ({ name: `random ${kind}`, model: randomModel(seed) })),
];

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("compile", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(NAMED)("makes an image of $name that the core accepts, with sections that add up", ({ model }) => {
    const compiled = compile(model);
    const { imageBytes, arenaBytes, sections } = compiled.memory;
    expect(imageBytes).toBe(compiled.image.length);
    expect(arenaBytes).toBe(compiled.arenaBytes);
    expect(sections.header + sections.weights + sections.tables).toBe(imageBytes);
    expect(sections.state + sections.io + sections.scratch).toBe(arenaBytes);
    for (const [name, bytes] of Object.entries(sections)) expect(bytes, name).toBeGreaterThanOrEqual(0);
    expect(checkTightly(compiled)).toBe(0);
  });

  it.each(NAMED)(
    "gives $name the same bytes without any function of Math that may be inexact",
    ({ model }) => {
      const expected = sha256(compile(model).image);
      for (const name of INEXACT) {
        vi.spyOn(Math, name).mockImplementation(() => {
          throw new Error(`Math.${name} is not the same on every engine`);
        });
      }
      expect(sha256(compile(model).image)).toBe(expected);
    },
  );

  // A change of these is a change of every user's image: bump VERSION if the core reads it differently.
  it.each([
    ["ltc-ncp-19", 2240, "dad5413b3fac3810f95485e1c69dd4c36f64b28a2feacfd01a2fcb190046c103"],
    ["cfc-wired-32", 15648, "9e42f1dd0626ac21cca40998da1916e02c2c8215d0077b75756ad010d0ba5175"],
  ])("keeps the bytes of %s", (name, bytes, hash) => {
    const { image } = compile(NAMED.find((named) => named.name === name)!.model);
    expect([image.length, sha256(image)]).toEqual([bytes, hash]);
  });

  it("reads the model without changing it", () => {
    for (const { model } of NAMED) {
      const before = [...model.tensors.values()].map(({ data }) => data.slice());
      compile(model);
      expect([...model.tensors.values()].map(({ data }) => data)).toEqual(before);
    }
  });
});

/** Functions of Math whose results the language leaves to the engine. */
const INEXACT = [
  ...["acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "expm1"],
  ...["hypot", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "sqrt", "tan", "tanh", "random"],
] as (keyof Math & "exp")[];

/** `check` on an image and an arena of exactly its size. */
function checkTightly({ image, arenaBytes }: CompiledNetwork): number {
  const [scalar] = loadEngines(image.length + arenaBytes);
  const { exports, memory } = scalar!;
  new Uint8Array(memory.buffer).set(image, arenaBytes);
  return exports.check(arenaBytes, image.length, 0, arenaBytes);
}
