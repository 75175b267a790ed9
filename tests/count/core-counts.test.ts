import { readFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { placeNetwork } from "../../bindings/core/session.ts";
import { type CountTable, OpCounter } from "../../bindings/count/counted-core.ts";
import { opClassOf } from "../../bindings/count/opcodes.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { compileInteger } from "../../bindings/image/compile-integer.ts";
import { CONTROL_BYTES } from "../../bindings/image/format.ts";
import type { Model } from "../../bindings/network/model.ts";
import { missing } from "../../scripts/tools.ts";
import { describeImage, FORMS, type Form, inForm } from "../fuzz/image-bases.ts";
import { MODEL_KINDS, randomModel, randomSequence } from "../network/random-model.ts";
import { CELLS, randomCase } from "../reference/integer/random-network.ts";
import { normalise, opcodesBetween, traceRun } from "./counting.ts";
import {
  codeSection,
  type DataSegment,
  type HarnessCall,
  type Histogram,
  harness,
  opcodesIn,
} from "./wabt-trace.ts";

const BUILD = join(import.meta.dirname, "..", "..", "build");
const core = readFileSync(join(BUILD, "core.wasm"));
const countedModule = new WebAssembly.Module(readFileSync(join(BUILD, "core.counted.wasm")));
const table = JSON.parse(readFileSync(join(BUILD, "core.counted.json"), "utf8")) as CountTable;

const withWabt = !missing("wasm-interp");

interface Life {
  pages: number;
  data: DataSegment[];
  calls: HarnessCall[];
}

/** Memory contents and calls that take a network through its whole life once. */
function lifeOf(model: Model, form?: Form): Life {
  let compiled = compile(model);
  if (form !== undefined) {
    const { image } = inForm(describeImage(compiled.image, compiled.arenaBytes), form, 1);
    compiled = { ...compiled, image };
  }
  return lifeOfCompiled(compiled, randomSequence(1, model, 1).input);
}

function lifeOfCompiled(compiled: CompiledNetwork, input: Float32Array | Int16Array): Life {
  const { image, arena, memoryBytes } = placeNetwork(compiled);
  return {
    pages: Math.ceil(memoryBytes / 65536),
    data: [
      { offset: image, bytes: compiled.image },
      { offset: arena + compiled.input.at, bytes: new Uint8Array(input.buffer) },
    ],
    calls: [
      { export: "check", args: [image, compiled.image.length, arena, compiled.arenaBytes] },
      { export: "reset", args: [image, arena] },
      ...compiled.layers.map((_, layer) => ({ export: "stepLayer", args: [image, arena, layer] })),
      { export: "step", args: [image, arena] },
    ],
  };
}

/** What the counted build counts in that life, by name of the function. */
function countLife({ pages, data, calls }: Life): Map<string, Histogram> {
  const memory = new WebAssembly.Memory({ initial: pages });
  const { exports } = new WebAssembly.Instance(countedModule, { env: { memory } });
  for (const { offset, bytes } of data) new Uint8Array(memory.buffer).set(bytes, offset);
  const counter = new OpCounter(exports, table);
  const before = counter.snapshot();
  for (const call of calls) {
    const status = (exports[call.export] as (...args: number[]) => number | undefined)(...call.args);
    expect(status ?? 0, call.export).toBe(0);
  }
  const opcodes = [...opcodesBetween(table, before, counter.snapshot())];
  return new Map(opcodes.map(([name, histogram]) => [name, normalise(histogram)]));
}

/** One network of each kind, then more until every function of the core has run. */
function networksThatReachAll(): { title: string; life: Life }[] {
  const unreached = new Set(table.functions.map(({ name }) => name));
  const networks: { title: string; life: Life }[] = [];
  for (let seed = 0; seed < 100 && unreached.size > 0; seed++) {
    const kind = MODEL_KINDS[seed % MODEL_KINDS.length]!;
    const model = randomModel(seed, {
      kind,
      maxUnits: seed > 10 && seed % 3 === 0 ? 48 : 12,
      maxInputs: 5,
    });
    // Each kind as the compiler writes it, then in each other form.
    const round = Math.floor(seed / MODEL_KINDS.length) % (1 + FORMS.length);
    const life = lifeOf(model, FORMS[round - 1]);
    const reached = [...countLife(life).keys()].filter((name) => unreached.delete(name));
    if (reached.length > 0 || seed < MODEL_KINDS.length)
      networks.push({ title: `${kind}, seed ${seed}`, life });
  }
  for (let seed = 0; seed < 40 && unreached.size > 0; seed++) {
    for (const cell of CELLS) {
      const { network, raw } = randomCase(cell, seed, 1, CONTROL_BYTES);
      const life = lifeOfCompiled(compileInteger(network), raw);
      const reached = [...countLife(life).keys()].filter((name) => unreached.delete(name));
      if (reached.length > 0) networks.push({ title: `integer ${cell}, seed ${seed}`, life });
    }
  }
  const form = { bits: 8, pattern: "all", activations: 8 } as const;
  const { network, raw } = randomCase("gru", 1, 1, CONTROL_BYTES, form);
  const life = lifeOfCompiled(compileInteger(network, { skipUnchanged: { of: "all", threshold: 1 } }), raw);
  for (const name of countLife(life).keys()) unreached.delete(name);
  networks.push({ title: "integer gru that skips unchanged inputs", life });
  if (unreached.size > 0) throw new Error(`no network executes ${[...unreached].join(", ")}`);
  return networks;
}

describe.skipIf(!withWabt)("the counted core", () => {
  test.each(networksThatReachAll())(
    "counts what wabt's interpreter executes of core.wasm: $title",
    ({ life }) => {
      const trace = traceRun(harness(core, life.pages, life.data, life.calls));
      expect(trace.result).toBe("run() => i32:0");
      const counts = countLife(life);
      const named = table.functions.map(({ name }) => counts.get(name) ?? {});
      // What is left in the trace is the harness.
      expect(named).toEqual(trace.functions.slice(0, named.length));
    },
    20_000,
  );

  test("uses no opcode without a class", () => {
    const opcodes = opcodesIn(core);
    expect(opcodes).toContain("f32.mul");
    for (const opcode of opcodes) {
      const branches = opcode === "if" || opcode === "br_if";
      const names = branches ? [`${opcode}:taken`, `${opcode}:not-taken`] : [opcode];
      for (const name of names) expect(() => opClassOf(name)).not.toThrow();
    }
  });
});

describe("core.wasm", () => {
  test("is imported and exported from as before when it counts, but for the counters", () => {
    const plain = new WebAssembly.Module(core);
    const exportsOf = (module: WebAssembly.Module) =>
      WebAssembly.Module.exports(module).filter(({ kind }) => kind !== "global");
    expect(WebAssembly.Module.imports(countedModule)).toEqual(WebAssembly.Module.imports(plain));
    expect(exportsOf(countedModule)).toEqual(exportsOf(plain));
  });

  test("keeps its code byte by byte when binaryen reads and writes it", () => {
    const module = binaryen.readBinary(core);
    module.setFeatures(binaryen.Features.MutableGlobals);
    const written = module.emitBinary();
    module.dispose();
    expect(Buffer.from(codeSection(written)).equals(Buffer.from(codeSection(core)))).toBe(true);
  });
});
