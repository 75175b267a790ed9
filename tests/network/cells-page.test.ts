// docs/cells.md names every class, every key of its configuration and every tensor.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configToJson, MODEL_CLASSES } from "../../bindings/network/config.ts";
import { MODEL_KINDS, randomModel } from "./random-model.ts";

const page = readFileSync(new URL("../../docs/cells.md", import.meta.url), "utf8");

/** `name`, or a name that ends in it where the page says what comes before: `rnn_cell.`, `rnn_cell.layer_<l>.`. */
function isNamed(tensor: string): boolean {
  const general = tensor
    .replace(/^layers\.\d+/, "layers.<i>")
    .replace(/^(rnn_cell\.backbone)\.\d+/, "$1.<i>");
  const short = general.replace(/^rnn_cell\.(layer_\d+\.)?/, "");
  const names = [general, short, `rnn_cell.${short}`];
  const stems = names.filter((name) => /^rnn_cell\..*\.(weight|bias)$/.test(name));
  return [...names, ...stems.map((name) => name.replace(/\.(weight|bias)$/, ""))].some((name) =>
    page.includes(`\`${name}\``),
  );
}

test("the page of the cells names every class, configuration key and tensor", () => {
  const unnamed = new Set<string>(MODEL_CLASSES.filter((name) => !page.includes(`\`${name}\``)));
  for (let seed = 0; seed < 20 * MODEL_KINDS.length; seed++) {
    const model = randomModel(seed);
    for (const key of Object.keys(configToJson(model).config)) {
      if (!page.includes(`\`${key}\``)) unnamed.add(`${model.class} ${key}`);
    }
    for (const tensor of model.tensors.keys()) if (!isNamed(tensor)) unnamed.add(`${model.class} ${tensor}`);
  }
  expect([...unnamed]).toEqual([]);
});
