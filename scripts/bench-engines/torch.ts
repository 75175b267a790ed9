// PyTorch, one thread, with a module of our own: Debian's python3-torch, or any Python that imports torch.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { childRunner } from "./child.ts";
import type { Availability } from "./engine.ts";

const PROGRAM = fileURLToPath(new URL("./torch_step.py", import.meta.url));
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** A Python with PyTorch, or null. */
export function findTorch(): { python: string; version: string } | null {
  for (const python of INTERPRETERS) {
    try {
      const version = execFileSync(python, ["-c", "import torch; print(torch.__version__)"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
      return { python, version };
    } catch {}
  }
  return null;
}

export function torch(): Availability {
  const id = "pytorch";
  const found = findTorch();
  if (found === null) return { id, name: "PyTorch", missing: "apt-get install python3-torch" };
  return {
    id,
    name: "PyTorch",
    version: `${found.version}, 1 thread`,
    open: async ({ files }) =>
      childRunner(found.python, [PROGRAM, files.weights, files.config], { OMP_NUM_THREADS: "1" }),
  };
}
