// The threads of a BatchPool: of Node, or Web Workers. Whoever runs sequences in one thread never loads this.

import type { BatchReply, BatchRequest } from "./batch-worker.ts";
import type { SequenceResult } from "./sequence.ts";

/** One request at a time: what it answers goes to whoever asked last. */
export interface Thread {
  post(request: BatchRequest): void;
  /** Posts the request and waits for its answer. */
  results(request: BatchRequest): Promise<SequenceResult[]>;
  end(): void;
  /** Which network it has. */
  network: number;
}

/** @param file batch-worker.js; null: where the build puts it */
export function startThread(file: string | URL | null): Thread {
  const url = file ?? defaultUrl();
  let onReply: (reply: BatchReply) => void = () => {};
  const failed = (message: string) => onReply({ error: { name: "Error", message } });
  const thread: Thread = {
    post: () => {},
    results: (request) =>
      new Promise((resolve, reject) => {
        onReply = (reply) => {
          if ("results" in reply) return resolve(reply.results);
          const { name, message } = reply.error;
          reject(name === "RangeError" ? new RangeError(message) : new Error(message));
        };
        thread.post(request);
      }),
    end: () => {},
    network: 0,
  };
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads === undefined) {
    const worker = new Worker(url, { type: "module" });
    thread.post = (request) => worker.postMessage(request);
    thread.end = () => worker.terminate();
    worker.onmessage = ({ data }) => onReply(data);
    worker.onerror = ({ message }) => failed(message);
    return thread;
  }
  // The program's own flags may be none for a file: --input-type of `node -e`.
  const worker = new threads.Worker(new URL(url), { execArgv: [] });
  thread.post = (request) => worker.postMessage(request);
  thread.end = () => void worker.terminate();
  worker.on("message", (reply: BatchReply) => onReply(reply));
  worker.on("error", (error: Error) => failed(error.message));
  worker.on("exit", () => {
    thread.post = () => failed("a thread of the pool ended");
    failed("a thread of the pool ended");
  });
  return thread;
}

/** Beside the file of the library, whose own chunks lie one folder deeper. */
function defaultUrl(): URL {
  return new URL(
    /\/chunks\/[^/]*$/.test(import.meta.url) ? "../batch-worker.js" : "./batch-worker.js",
    import.meta.url,
  );
}
