// docs/import.md: each message that it explains is the one that such a file gets.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import type { Tensor } from "../../bindings/network/model.ts";
import { parseSafetensors, writeSafetensors } from "../../bindings/network/safetensors.ts";

const ROOT = join(import.meta.dirname, "../..");
const page = readFileSync(join(ROOT, "docs/import.md"), "utf8");
const shown = [...page.matchAll(/```text\n(.*)\n```/g)].map(([, message]) => message!);

const ARM = tensors("ltc-ncp-19");
const WIRING = { type: "AutoNCP", args: { units: 19, output_size: 1 } };
const ARM_CONFIG = { class: "ncps.torch.LTC", config: { input_size: 8, wiring: WIRING } };

/** Those of a reference case, which ncps made: the network of the page. */
function tensors(name: string): Map<string, Tensor> {
  return parseSafetensors(readFileSync(join(ROOT, `tests/golden/ncps/${name}.safetensors`)), name).tensors;
}

function filled(shapes: Record<string, number[]>): Map<string, Tensor> {
  const data = (shape: number[]) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1);
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape, data: data(shape) }]));
}

function messageOf(weights: Uint8Array, config: unknown, name = "arm"): string {
  try {
    readModel(weights, config, { weights: `${name}.safetensors`, config: `${name}.json` });
  } catch (error) {
    return (error as Error).message;
  }
  return "no message";
}

const write = (all: ReadonlyMap<string, Tensor>) => writeSafetensors(all, {});

/** Bytes of a PyTorch archive: a zip whose first file is `data.pkl` in a folder called `archive`. */
function pickle(): Uint8Array {
  // The first eight bytes decide: signature, version and flags of a local file header as torch.save writes them.
  return Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0x00, 0x00, 0x08, 0x08, ...new Uint8Array(64));
}

/** A header that calls its first tensor F64. */
function asDouble(all: ReadonlyMap<string, Tensor>): Uint8Array {
  const sorted = new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = Buffer.from(write(sorted)).toString("latin1").replace('"dtype":"F32"', '"dtype":"F64"');
  return Buffer.from(text, "latin1");
}

function withNan(all: ReadonlyMap<string, Tensor>): Uint8Array {
  const { shape, data } = all.get("rnn_cell.w")!;
  const marked = data.slice();
  // A value that stands nowhere else, so that its bytes can be found.
  marked[3 * shape[1]! + 4] = 12345.678;
  const bytes = Buffer.from(write(new Map([...all, ["rnn_cell.w", { shape, data: marked }]])));
  const mark = Buffer.alloc(4);
  mark.writeFloatLE(12345.678);
  bytes.writeFloatLE(Number.NaN, bytes.indexOf(mark));
  return bytes;
}

const GRU = filled({ weight_ih_l0: [96, 6], weight_hh_l0: [96, 32], bias_ih_l0: [96], bias_hh_l0: [96] });
const driver = tensors("cfc-no-backbone-10");

describe("docs/import.md explains what is said of", () => {
  it.each<[string, () => string]>([
    ["a pickle", () => messageOf(pickle(), ARM_CONFIG).replace("arm.safetensors", "arm.pt")],
    ["no configuration", () => messageOf(write(ARM), undefined)],
    ["no class", () => messageOf(write(ARM), ARM_CONFIG.config)],
    [
      "a module around it",
      () => messageOf(write(new Map([...ARM].map(([name, tensor]) => [`ltc.${name}`, tensor]))), ARM_CONFIG),
    ],
    [
      "a bare GRU",
      () => messageOf(write(GRU), { class: "torch.nn.GRU", config: { input_size: 6, units: 32 } }, "gru"),
    ],
    [
      "another wiring",
      () => messageOf(write(ARM), { class: "ncps.torch.LTC", config: { input_size: 8, units: 19 } }),
    ],
    [
      "a head",
      () => {
        const { config } = JSON.parse(
          readFileSync(join(ROOT, "tests/golden/ncps/cfc-no-backbone-10.json"), "utf8"),
        );
        const head = filled({ "fc.bias": [2], "fc.weight": [2, 10] });
        return messageOf(write(new Map([...driver, ...head])), { class: "ncps.torch.CfC", config }, "driver");
      },
    ],
    [
      "another library's key",
      () => messageOf(write(ARM), { class: "ncps.torch.LTC", config: { input_size: 8, hidden_size: 19 } }),
    ],
    ["doubles", () => messageOf(asDouble(new Map([["rnn_cell.cm", ARM.get("rnn_cell.cm")!]])), ARM_CONFIG)],
    ["NaN", () => messageOf(withNan(ARM), ARM_CONFIG)],
  ])("%s", (_, message) => {
    expect(shown).toContain(message());
  });

  it("nothing else", () => {
    expect(shown.length).toBe(10);
  });

  it("stacked and bidirectional layers", () => {
    const config = { class: "torch.nn.GRU", config: { input_size: 6, units: 32 } };
    const rnn = new Map([...GRU].map(([name, tensor]) => [`rnn.${name}`, tensor]));
    const second = { shape: [96], data: new Float32Array(96) };
    for (const [name, hint] of [
      ["rnn.bias_ih_l1", "stacked layers are not supported"],
      ["rnn.bias_ih_l0_reverse", "bidirectional networks are not supported"],
    ] as const) {
      expect(messageOf(write(new Map([...rnn, [name, second]])), config)).toContain(`(${hint})`);
    }
    const named = new Map([...GRU].map(([name, tensor]) => [`gru.${name}`, tensor]));
    expect(messageOf(write(named), config)).toContain(
      '(the file has "gru.weight_ih_l0": save it as "rnn.weight_ih_l0")',
    );
  });
});
