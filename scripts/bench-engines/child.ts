// Engines that are programs of their own: a line with the number of repeats goes in, a line "seconds outputs…" comes out.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Runner } from "./engine.ts";

/** Starts the program; its runner ends it when closed. */
export function childRunner(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Runner {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${command} ended with ${code}`)));
  });
  ended.catch(() => {});
  return {
    async run(repeats) {
      child.stdin.write(`${repeats}\n`);
      const { value = "" } = await Promise.race([lines.next(), ended]);
      const [seconds, ...outputs] = value.split(" ").map(Number);
      return { seconds: seconds!, outputs: Float32Array.from(outputs) };
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}
