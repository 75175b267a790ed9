// C compiled for this very machine: `strict` keeps the order of IEEE operations, `fast` lets the compiler change it and
// use vector versions of expf.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCommand } from "../tools.ts";
import { childRunner } from "./child.ts";
import type { Availability } from "./engine.ts";
import type { BenchNetwork } from "./networks.ts";
import { type PlainLinear, type PlainSynapses, plainNetwork } from "./plain-network.ts";

const SOURCE = fileURLToPath(new URL("./step.c", import.meta.url));
const FLAGS = { strict: ["-O3", "-march=native"], fast: ["-O3", "-march=native", "-ffast-math"] } as const;

export function c(flavour: keyof typeof FLAGS): Availability {
  const flags = FLAGS[flavour];
  const id = `c-${flavour}`;
  const name = `C, ${flags.join(" ")}`;
  if (findCommand("gcc") === undefined) return { id, name, missing: "apt-get install gcc libc6-dev" };
  return {
    id,
    name,
    version: execFileSync("gcc", ["-dumpfullversion"], { encoding: "utf8" }).trim(),
    async open(network) {
      const folder = mkdtempSync(join(tmpdir(), "liquid-edge-engines-"));
      const program = join(folder, "step");
      execFileSync("gcc", [...flags, SOURCE, "-o", program, "-lm"]);
      writeFileSync(join(folder, "network"), describe(network));
      const runner = childRunner(program, [join(folder, "network")]);
      return {
        run: (repeats) => runner.run(repeats),
        async close() {
          await runner.close();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

/** The file that step.c reads: words of four bytes. */
function describe(network: BenchNetwork): Uint8Array {
  const plain = plainNetwork(network);
  const parts: (Int32Array | Float32Array)[] = [];
  const integers = (...values: number[]) => parts.push(Int32Array.from(values));
  const linear = ({ nOut, nIn, weight, bias }: PlainLinear) => {
    integers(nOut, nIn);
    parts.push(weight, bias);
  };
  const synapses = ({ start, source, sigma, mu, w, wErev }: PlainSynapses) =>
    parts.push(start, source, sigma, mu, w, wErev);
  integers(Number(plain.kind === "cfc"), plain.inputs, plain.units, plain.outputs, network.steps);
  parts.push(network.input);
  if (plain.kind === "cfc") {
    linear(plain.backbone);
    plain.heads.forEach(linear);
  } else {
    integers(plain.unfolds);
    parts.push(plain.inputW, plain.inputB, plain.outputW, plain.outputB);
    parts.push(plain.cmOverDt, plain.leak, plain.leakCurrent);
    synapses(plain.sensory);
    synapses(plain.recurrent);
  }
  return Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}
