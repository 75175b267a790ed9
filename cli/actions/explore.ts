import { isIntegerFile } from "../../bindings/quantize/integer-file.ts";
import type { ExploreOptions } from "../commands/explore.ts";
import { openBrowser } from "../explorer/open-browser.ts";
import { builtPage, type EmbeddedModel, withModel } from "../explorer/page.ts";
import { servePage } from "../explorer/serve.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { readNetwork } from "../read-network.ts";
import { fileName, readJson } from "../read-text.ts";
import { bytes as bytesText } from "../text.ts";

/** Writes the page, or serves it until the process is told to end. */
export async function explore(io: Io, weights: string | undefined, options: ExploreOptions): Promise<void> {
  const { config, out, port, open, json } = options;
  if (config !== undefined && weights === undefined)
    throw usageError("--config: expected with a checkpoint, found without");
  if (port > 65_535) throw usageError(`--port: expected a number up to 65535, found ${port}`);
  const built = await builtPage();
  const page = weights === undefined ? built : withModel(built, await embedded(io, weights, config));
  if (out !== undefined) {
    const bytes = Buffer.byteLength(page);
    if (out === "-") io.print(page);
    else {
      await io.writeFile(out, page);
      io.print(
        json
          ? JSON.stringify({ file: out, bytes })
          : `${fileName(out)}: ${bytesText(bytes)}, opens in any browser`,
      );
    }
    return;
  }
  const { url } = await servePage(page, port);
  io.print(json ? JSON.stringify({ url }) : `${url}  (Ctrl+C ends it)`);
  if (open) openBrowser(url);
}

/** The files as the page needs them. A network that the page could not open is refused here. */
async function embedded(io: Io, weights: string, config: string | undefined): Promise<EmbeddedModel> {
  const bytes = await io.readFile(weights);
  const readOnce = (path: string) => (path === weights ? Promise.resolve(bytes) : io.readFile(path));
  await readNetwork({ ...io, readFile: readOnce }, weights, config);
  // A file of integers says itself what it is.
  const isNeeded = config !== undefined && !isIntegerFile(bytes);
  return {
    name: weights === "-" ? "model.safetensors" : weights,
    weights: Buffer.from(bytes).toString("base64"),
    config: isNeeded ? { name: config, json: await readJson(io, config, "bad-config") } : null,
  };
}
