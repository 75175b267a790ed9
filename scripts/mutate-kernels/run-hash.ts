// Runs random integer networks on one core and prints the hash of their outputs and states, or why the core broke off. Any
// other failure is this script's own and ends with an exit code. A process of its own, because a mutated core may never
// return: `tsx run-hash.ts core.wasm|reference <encoder> <networks of each cell>`.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { CONTROL_BYTES, Control } from "../../bindings/image/format.ts";
import type { IntNetwork, IntVector } from "../../bindings/image/lowered-integer.ts";
import { FNV_OFFSET, hashRun } from "../../tests/reference/integer/hash.ts";
import { CELLS, randomCase } from "../../tests/reference/integer/random-network.ts";
import { runIntegerReference } from "../../tests/reference/integer/run.ts";

/** What this needs of an encoder's module. */
interface Encoder {
  compileInteger(network: IntNetwork): { image: Uint8Array; arenaBytes: number };
}

interface Exports {
  check(image: number, imageBytes: number, arena: number, arenaBytes: number): number;
  reset(image: number, arena: number): void;
  step(image: number, arena: number): number;
}

/** The core's own answer that it does not go on. */
class CoreRefusal extends Error {}

const STEPS = 8;
const IMAGE_AT = 64;

/** Hash over `count` networks of every cell, by a core or, without one, by the reference. */
function hashOfAll(core: WebAssembly.Module | null, { compileInteger }: Encoder, count: number): number {
  let hash = FNV_OFFSET;
  for (const cell of CELLS) {
    for (let seed = 0; seed < count; seed++) {
      const { network, raw, options } = randomCase(cell, seed, STEPS, CONTROL_BYTES);
      const { elapsed } = options;
      const run =
        core === null
          ? runIntegerReference(network, raw, { elapsed })
          : runOn(core, network, compileInteger(network), raw, elapsed);
      hash = hashRun(run, hash);
    }
  }
  return hash;
}

function runOn(
  module: WebAssembly.Module,
  network: IntNetwork,
  compiled: ReturnType<Encoder["compileInteger"]>,
  raw: Int16Array,
  elapsed: Uint16Array,
) {
  const { image, arenaBytes } = compiled;
  const arena = (IMAGE_AT + image.length + 63) & ~63;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((arena + arenaBytes) / 65536) + 1 });
  const core = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  new Uint8Array(memory.buffer).set(image, IMAGE_AT);
  const code = core.check(IMAGE_AT, image.length, arena, arenaBytes);
  if (code !== 0) throw new CoreRefusal(`image rejected with code ${code}`);
  core.reset(IMAGE_AT, arena);
  const view = ({ at, length }: IntVector) => new Int16Array(memory.buffer, arena + at, length);
  const control = new DataView(memory.buffer, arena);
  const outputs: number[] = [];
  for (let t = 0; t < elapsed.length; t++) {
    const { length } = network.input;
    view(network.input).set(raw.subarray(t * length, (t + 1) * length));
    control.setUint32(Control.ELAPSED, elapsed[t]!, true);
    const status = core.step(IMAGE_AT, arena);
    if (status !== 0) throw new CoreRefusal(`step answered ${status}`);
    outputs.push(...view(network.output));
  }
  return { output: Int16Array.from(outputs), hidden: view(network.hidden), cell: view(network.cell) };
}

const [file, encoder, count] = process.argv.slice(2);
const loaded = (await import(pathToFileURL(encoder!).href)) as Encoder;
const core = file === "reference" ? null : new WebAssembly.Module(readFileSync(file!));
try {
  console.log(hashOfAll(core, loaded, Number(count)).toString(16).padStart(8, "0"));
} catch (error) {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof CoreRefusal)) throw error;
  console.log(`broke off: ${error.message}`);
}
