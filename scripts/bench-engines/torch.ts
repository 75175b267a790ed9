// PyTorch, one thread: with a module of our own, and ncps itself where a Python can import it.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { childRunner } from "./child.ts";
import type { Availability } from "./engine.ts";
import type { BenchNetwork } from "./networks.ts";

const OWN_MODULE = fileURLToPath(new URL("./torch_step.py", import.meta.url));
const NCPS = fileURLToPath(new URL("./ncps_step.py", import.meta.url));
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** A Python that imports PyTorch (and `module`), and the version of PyTorch; or null. */
export function findTorch(module = "torch"): { python: string; version: string } | null {
  for (const python of INTERPRETERS) {
    try {
      const version = execFileSync(python, ["-c", `import torch, ${module}; print(torch.__version__)`], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
      return { python, version };
    } catch {}
  }
  return null;
}

/** From the formulas, dense tensors and masks: what one would write oneself. */
export function torch(): Availability {
  const found = findTorch();
  const [id, name] = ["pytorch", "PyTorch, a plain module"];
  if (found === null) return { id, name, missing: "apt-get install python3-torch" };
  return pythonEngine(id, name, found, OWN_MODULE);
}

/** The library that the networks come from. */
export function ncps(gradients: boolean): Availability {
  const found = findTorch("ncps.torch");
  const [id, name] = gradients
    ? ["ncps-gradients", "ncps on PyTorch, gradients on"]
    : ["ncps", "ncps on PyTorch, inference mode"];
  if (found === null) return { id, name, missing: "pip install ncps, or PYTHONPATH=<a checkout of it>" };
  return pythonEngine(id!, name!, found, NCPS, gradients ? ["gradients"] : []);
}

function pythonEngine(
  id: string,
  name: string,
  { python, version }: { python: string; version: string },
  program: string,
  options: readonly string[] = [],
) {
  return {
    id,
    name,
    version: `PyTorch ${version}, 1 thread`,
    open: async ({ files }: BenchNetwork) =>
      childRunner(python, [program, files.weights, files.config, ...options], { OMP_NUM_THREADS: "1" }),
  };
}
