// Serves one page to this machine alone.

import { createServer, type Server } from "node:http";
import { LiquidEdgeError } from "../../bindings/errors.ts";
import { policyOf } from "./page.ts";

/** Loopback only: nobody else on the network reaches it. */
const HOST = "127.0.0.1";

export interface PageServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Answers "/" with the page and everything else with 404: no path ever reaches the file system. Requests under another host
 * name are refused, so that no site can read the page by pointing its name here.
 * @param port 0: a free one
 * @throws LiquidEdgeError `unavailable` when the port is taken or not allowed
 */
export async function servePage(page: string, port: number): Promise<PageServer> {
  const bytes = Buffer.from(page);
  const headers = {
    "content-security-policy": `${policyOf(page)}; frame-ancestors 'none'`,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string | Buffer) => {
      response.writeHead(status, {
        ...headers,
        "content-type": type,
        "content-length": Buffer.byteLength(body),
      });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const refuse = (status: number, why: string) => answer(status, "text/plain; charset=utf-8", `${why}\n`);
    const name = request.headers.host?.replace(/:\d+$/, "");
    if (name !== HOST && name !== "localhost") refuse(421, "this page is for 127.0.0.1 only");
    else if (request.method !== "GET" && request.method !== "HEAD") refuse(405, "GET only");
    else if (request.url?.split("?")[0] !== "/") refuse(404, "there is one page here: /");
    else answer(200, "text/html; charset=utf-8", bytes);
  });
  const actual = await listen(server, port);
  return {
    url: `http://${HOST}:${actual}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "one in use"
          : error.code === "EACCES"
            ? "one not allowed"
            : error.message;
      reject(new LiquidEdgeError("unavailable", `--port: expected a free port, found ${why} (${port})`));
    });
    server.listen(port, HOST, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
