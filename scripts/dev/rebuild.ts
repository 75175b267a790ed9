// Builds what a changed file affects, with compilers that stay warm.

import { type ChildProcess, fork } from "node:child_process";
import { join, resolve, sep } from "node:path";
import { build } from "esbuild";
import { PARTS, type Part } from "../core-parts.ts";

/** What `build/` holds: parts of the core, and the platforms. */
export type Target = Part | "boards";

/** What has to be built anew when a file, by its path in the repository, changes. */
export function targetsOf(file: string): Target[] {
  const path = file.replaceAll(sep, "/");
  if (/^assembly\/train\/.*\.ts$/.test(path)) return ["train"];
  // The training core contains the forward pass.
  if (/^assembly\/.*\.ts$/.test(path)) return [...PARTS];
  return /^boards\/.*\.json$/.test(path) ? ["boards"] : [];
}

export class Rebuilder {
  readonly #root: string;
  readonly #compilers = new Map<Part, ChildProcess>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Builds the targets side by side. Throws with the compiler's message. */
  async build(targets: Iterable<Target>): Promise<void> {
    await Promise.all([...targets].map((target) => this.#buildOne(target)));
  }

  close(): void {
    for (const compiler of this.#compilers.values()) compiler.disconnect();
  }

  async #buildOne(target: Target): Promise<void> {
    const child = target === "boards" ? this.#start("boards.ts") : await this.#compilerOf(target);
    return new Promise((done, reject) => {
      const ended = () => reject(new Error(`${target}: the compiler ended`));
      child.once("exit", ended);
      child.once("message", (problem: string | null) => {
        child.off("exit", ended);
        if (problem === null) done();
        else reject(new Error(problem));
      });
      child.send(target);
    });
  }

  async #compilerOf(part: Part): Promise<ChildProcess> {
    const running = this.#compilers.get(part);
    if (running?.connected) return running;
    // As plain JavaScript: to load asc and binaryen through tsx takes longer than to compile the core.
    const outfile = join(this.#root, "build/dev", `${part}.mjs`);
    await build({
      entryPoints: [join(import.meta.dirname, "compiler.ts")],
      outfile,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
    });
    const compiler = this.#start(outfile, []);
    this.#compilers.set(part, compiler);
    return compiler;
  }

  #start(file: string, execArgv = process.execArgv): ChildProcess {
    return fork(resolve(import.meta.dirname, file), { cwd: this.#root, execArgv });
  }
}
