// Checkpoints: the container, and a model of ours in it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readModel, writeModel } from "../../bindings/network/checkpoint.ts";
import { parseSafetensors, writeSafetensors } from "../../bindings/network/safetensors.ts";
import { prune } from "../../bindings/prune/prune.ts";
import { MODEL_KINDS, randomModel, type TestRandom } from "../../tests/network/random-model.ts";
import type { FuzzTarget } from "./engine.ts";
import { utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";
import { mutateJson } from "./mutate.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCE = "fuzz.safetensors";
const WORDS = [
  "dtype",
  "shape",
  "data_offsets",
  "F32",
  "F16",
  "I8",
  "__metadata__",
  "liquid_edge",
  "class",
  "config",
];

/** The header changed as a tree and its length made right again. */
export function changeHeader(words: readonly string[]) {
  return (input: Uint8Array, random: TestRandom): Uint8Array | null => {
    if (input.length < 8) return null;
    const headerBytes = new DataView(input.buffer, input.byteOffset).getUint32(0, true);
    let header: unknown;
    try {
      header = JSON.parse(new TextDecoder().decode(input.subarray(8, 8 + headerBytes)));
    } catch {
      return null;
    }
    const own = (header as { __metadata__?: { liquid_edge?: unknown } } | null)?.__metadata__?.liquid_edge;
    if (random.chance(0.3)) return withOtherData(input, 8 + headerBytes, random);
    const changesOwn = typeof own === "string" && random.chance(0.6);
    const changed = changesOwn
      ? withOwn(header as object, own, words, random)
      : mutateJson(header, words, random);
    const text = utf8(JSON.stringify(changed));
    const data = input.subarray(8 + headerBytes);
    const bytes = new Uint8Array(8 + text.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
  };
}

/** Bits of the data changed, which stays a file. */
function withOtherData(input: Uint8Array, from: number, random: TestRandom): Uint8Array {
  const bytes = input.slice();
  for (let i = random.integer(1, 4); i > 0 && from < bytes.length; i--) {
    const at = random.integer(from, bytes.length - 1);
    bytes[at] = bytes[at]! ^ (1 << random.integer(0, 7));
  }
  return bytes;
}

/** Our own metadata are JSON in a text of the JSON. */
function withOwn(header: object, own: string, words: readonly string[], random: TestRandom): object {
  const { __metadata__: metadata } = header as { __metadata__: object };
  try {
    const changed = JSON.stringify(mutateJson(JSON.parse(own), words, random));
    return { ...header, __metadata__: { ...metadata, liquid_edge: changed } };
  } catch {
    return header;
  }
}

export const safetensors: FuzzTarget = {
  name: "safetensors",
  source: SOURCE,
  words: WORDS,
  codes: ["bad-file", "bad-config"],
  seeds() {
    const tensors = new Map([
      ["a", { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ["b.weight", { shape: [], data: Float32Array.of(5) }],
      ["7", { shape: [0, 3], data: new Float32Array(0) }],
    ]);
    return [
      writeSafetensors(tensors, { note: "x" }),
      readFileSync(join(ROOT, "examples/sine.safetensors")),
      readFileSync(join(ROOT, "tests/golden/ncps/ltc-fc-8.safetensors")),
      // One of each kind, pruned ones among them.
      ...MODEL_KINDS.map((kind, seed) => {
        const model = randomModel(seed, { kind, maxUnits: 8, maxInputs: 3 });
        return writeModel(seed % 3 === 0 ? prune(model, { sparsity: 0.5 }).model : model);
      }),
    ];
  },
  change: changeHeader(WORDS),
  read(input) {
    const file = parseSafetensors(input, SOURCE);
    let values = 0;
    for (const { data } of file.tensors.values()) values += data.length;
    if (4 * values > input.length) throw new Broken(`${values} values out of ${input.length} bytes`);
    const again = parseSafetensors(writeSafetensors(file.tensors, file.metadata), SOURCE);
    if (!sameTensors(file.tensors, again.tensors))
      throw new Broken("written and read again it is another file");
    if (file.metadata.liquid_edge === undefined) return `${file.tensors.size} tensors`;
    const model = readModel(input, undefined, { weights: SOURCE });
    const back = readModel(writeModel(model), undefined, { weights: SOURCE });
    if (!sameTensors(model.tensors, back.tensors)) throw new Broken("the model changed on the way");
    return model.class;
  },
};

type Tensors = ReturnType<typeof parseSafetensors>["tensors"];

function sameTensors(a: Tensors, b: Tensors): boolean {
  if ([...a.keys()].join("\0") !== [...b.keys()].join("\0")) return false;
  return [...a].every(([name, { shape, data }]) => {
    const other = b.get(name)!;
    return shape.join() === other.shape.join() && Buffer.compare(bytesOf(data), bytesOf(other.data)) === 0;
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
