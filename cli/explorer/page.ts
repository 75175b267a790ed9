// The built page, with a network of the user's in it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { plainLines } from "../../bindings/network/printable.ts";
import { packageFolder } from "../package-folder.ts";

/** A network as the page carries it: what explorer/models.ts reads. */
export interface EmbeddedModel {
  name: string;
  /** The .safetensors file in base64. */
  weights: string;
  config: { name: string; json: unknown } | null;
}

const MODELS = /(<script type="application\/json" id="models">)(.*?)(<\/script>)/s;

/** The page as it was built, in dist/ of the package. */
export function builtPage(): Promise<string> {
  return readFile(join(packageFolder(), "dist/explorer.html"), "utf8");
}

/** The page with one more network, which it shows first. Nothing in it can end the script element that holds it. */
export function withModel(page: string, model: EmbeddedModel): string {
  const others = JSON.parse(MODELS.exec(page)![2]!) as EmbeddedModel[];
  const all = [model, ...others.filter(({ name }) => name !== model.name)];
  // Escapes of JSON, as those of `plainLines` are too: a name in the page drives no terminal that shows the page.
  const json = plainLines(JSON.stringify(all)).replaceAll("<", "\\u003c");
  return page.replace(MODELS, (_, start: string, __, end: string) => `${start}${json}${end}`);
}

/** The page's own policy, for a header that says the same. */
export function policyOf(page: string): string {
  return /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
}
