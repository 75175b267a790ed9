// A Redis of the tests' own on loopback, which keeps nothing.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Readable } from "node:stream";

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

/** @param args beside the port and the folder, e.g. a password */
export async function startRedis(
  folder: string,
  port: number,
  ...args: string[]
): Promise<ChildProcessByStdio<null, Readable, null>> {
  const quiet = ["--save", "", "--appendonly", "no"];
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, ...quiet, ...args];
  const child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of child.stdout) if (String(chunk).includes("Ready to accept")) break;
  child.stdout.resume();
  return child;
}
