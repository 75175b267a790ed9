// Mutants of valid images that know the format: one field, one block, one weight is wrong and the rest, checksum and
// length included, is right again, so that the change reaches the code behind the first tests of `check`. And byte
// strings that were never an image.

import { crc32 } from "../../bindings/image/crc32.ts";
import {
  Format,
  HEADER_BYTES,
  Header,
  LAYER_BYTES,
  Layer,
  MAGIC,
  VERSION,
} from "../../bindings/image/format.ts";
import type { TestRandom } from "../network/random-model.ts";
import { type BaseImage, viewOf } from "./image-bases.ts";
import { type CheckCall, Draft, HEADER_WORDS, OPERATORS } from "./image-operators.ts";

export interface Mutant {
  /** What was changed. */
  what: string;
  image: Uint8Array;
  /** The valid image that it was. */
  base?: Uint8Array;
  arenaBytes: number;
  /** Spoils the arguments rather than the bytes; the core has to reject the call. */
  spoil?: (call: CheckCall) => CheckCall;
}

/** Most mutants differ in one way only; combinations are nearly always rejected for the first one. */
const SECOND_CHANGE = 0.15;
const NAMES = Object.keys(OPERATORS);
const TOTAL_WEIGHT = NAMES.reduce((sum, name) => sum + OPERATORS[name]!.weight, 0);

export function mutate(base: BaseImage, random: TestRandom): Mutant {
  const draft = new Draft(base);
  const what: string[] = [];
  do {
    const name = pickOperator(random);
    OPERATORS[name]!.apply(draft, random);
    what.push(name);
  } while (random.chance(SECOND_CHANGE));
  const { bytes, arenaBytes, spoil } = draft;
  // A spoiled call alone must be the reason for a rejection.
  if (spoil !== undefined)
    return { what: "spoiled call", image: base.image, arenaBytes: base.arenaBytes, spoil };
  repair(bytes, draft.repairLength, draft.repairChecksum);
  return { what: what.join(", "), image: bytes, base: base.image, arenaBytes };
}

const LONGEST_STRING = 2048;

/** A random byte string, with more or less of an image's beginning. */
export function randomString(bases: readonly BaseImage[], random: TestRandom): Mutant {
  const length = random.chance(0.5) ? random.integer(0, 200) : random.integer(0, LONGEST_STRING);
  const image = Uint8Array.from({ length }, () => random.integer(0, 255));
  const arenaBytes = random.chance(0.1) ? random.integer(0, 20) : 4 * random.integer(4, 300);
  const beginning = random.pick(["none", "magic", "identity", "header", "image"] as const);
  if (length >= HEADER_BYTES && beginning !== "none") {
    const view = viewOf(image);
    view.setUint32(0, MAGIC, true);
    if (beginning !== "magic") {
      view.setUint16(Header.VERSION, VERSION, true);
      view.setUint16(Header.LAYERS, random.integer(0, 4), true);
      image.fill(0, Header.RESERVED, HEADER_BYTES);
    }
    if (beginning === "header") {
      for (const at of HEADER_WORDS) view.setUint32(at, random.integer(1, 8) * 4, true);
      view.setUint32(Header.ARENA_BYTES, arenaBytes, true);
      for (let at = HEADER_BYTES; at + LAYER_BYTES <= length; at += LAYER_BYTES)
        plausibleRecord(view, at, random);
    }
    if (beginning === "image") {
      const valid = random.pick(bases).image;
      image.set(valid.subarray(0, random.integer(HEADER_BYTES, Math.min(valid.length, length))));
    }
    repair(image, true, beginning !== "magic");
  }
  return { what: `random bytes, beginning: ${beginning}`, image, arenaBytes };
}

/** A record whose fields are small: its blocks are still random bytes. */
function plausibleRecord(view: DataView, record: number, random: TestRandom): void {
  view.setUint16(record + Layer.KIND, random.integer(1, 7), true);
  view.setUint16(record + Layer.VARIANT, random.integer(0, 2), true);
  for (let at = Layer.N_IN; at < LAYER_BYTES; at += 4) {
    view.setUint32(record + at, 4 * random.integer(1, 16), true);
  }
  const block = Math.min(view.byteLength - 8, record + LAYER_BYTES) & ~3;
  view.setUint32(record + Layer.BLOCK_0, block, true);
  view.setUint32(block, random.pick(Object.values(Format)), true);
}

function repair(bytes: Uint8Array, length: boolean, checksum: boolean): void {
  if (bytes.length < HEADER_BYTES) return;
  const view = viewOf(bytes);
  if (length) view.setUint32(Header.IMAGE_BYTES, bytes.length, true);
  if (checksum) view.setUint32(Header.CRC, crc32(bytes.subarray(Header.VERSION)), true);
}

function pickOperator(random: TestRandom): string {
  let left = random.between(0, TOTAL_WEIGHT);
  for (const name of NAMES) {
    left -= OPERATORS[name]!.weight;
    if (left < 0) return name;
  }
  return NAMES.at(-1)!;
}
