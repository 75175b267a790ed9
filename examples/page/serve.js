// Hands out the folder that it is started in: node examples/page/serve.js, then http://localhost:8080/examples/page/index.html

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const types = { ".html": "text/html", ".js": "text/javascript" };
createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  try {
    const bytes = await readFile(`.${pathname}`);
    response.setHeader("content-type", types[extname(pathname)] ?? "application/octet-stream").end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(process.env.PORT ?? 8080), "127.0.0.1");
