// A worker of a BatchPool: runs sequences on cores of its own. The build makes a file of it; Node starts it as a thread,
// a browser as a Web Worker.

import type { CompiledNetwork } from "../image/compile.ts";
import { BatchRunner } from "./batch-runner.ts";
import type { Engine } from "./core.ts";
import type { Sequence, SequenceResult } from "./sequence.ts";

/** A network is sent once; `network` names it from then on. */
export type BatchRequest =
  | { network: number; compiled: CompiledNetwork; engine: Engine | null }
  | { network: number; sequences: Sequence[] };

export type BatchReply = { results: SequenceResult[] } | { error: { name: string; message: string } };

/** What a thread of Node and a Web Worker have in common. */
interface Port {
  postMessage(message: BatchReply): void;
}

/** The network that was sent last: a pool works at one at a time. */
let current: { network: number; runner: Promise<BatchRunner> } | null = null;

async function answer(port: Port, request: BatchRequest): Promise<void> {
  if ("compiled" in request) {
    const { network, compiled, engine } = request;
    current = { network, runner: BatchRunner.create(compiled, engine === null ? {} : { engine }) };
    // Whoever waits for it hears of a failure.
    current.runner.catch(() => {});
    return;
  }
  try {
    if (current?.network !== request.network) throw new Error(`network ${request.network} was not sent`);
    port.postMessage({ results: await (await current.runner).runAll(request.sequences) });
  } catch (error) {
    const { name, message } = error as Error;
    port.postMessage({ error: { name, message } });
  }
}

const parent = globalThis.process?.getBuiltinModule?.("node:worker_threads")?.parentPort;
if (parent) parent.on("message", (request: BatchRequest) => void answer(parent, request));
else {
  const scope = globalThis as unknown as Port & { onmessage: (event: { data: BatchRequest }) => void };
  scope.onmessage = ({ data }) => void answer(scope, data);
}
