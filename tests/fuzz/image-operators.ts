// What can be done to an image: the single changes that mutants are made of.

import {
  CONTROL_BYTES,
  Format,
  HEADER_BYTES,
  Header,
  Held,
  type Kind,
  LAYER_BYTES,
  Layer,
  MAX_ELEMENTS,
  MAX_UNFOLDS,
  scratchElements,
} from "../../bindings/image/format.ts";
import type { TestRandom } from "../network/random-model.ts";
import { type BaseImage, type BlockPlace, viewOf } from "./image-bases.ts";
import { isInteger } from "./integer-bases.ts";

/** The arguments of `check`. */
export interface CheckCall {
  image: number;
  imageBytes: number;
  arena: number;
  arenaBytes: number;
}

/** A mutant in the making. */
export class Draft {
  readonly base: BaseImage;
  bytes: Uint8Array;
  arenaBytes: number;
  repairLength = true;
  repairChecksum = true;
  spoil?: (call: CheckCall) => CheckCall;

  constructor(base: BaseImage) {
    this.base = base;
    this.bytes = base.image.slice();
    this.arenaBytes = base.arenaBytes;
  }

  get view(): DataView {
    return viewOf(this.bytes);
  }

  /** Writes a field that a truncation may have cut off. */
  u32(at: number, change: (old: number) => number): void {
    if (at + 4 <= this.bytes.length) this.view.setUint32(at, change(this.view.getUint32(at, true)), true);
  }

  u16(at: number, change: (old: number) => number): void {
    if (at + 2 <= this.bytes.length) this.view.setUint16(at, change(this.view.getUint16(at, true)), true);
  }

  f32(at: number, value: number): void {
    if (at + 4 <= this.bytes.length) this.view.setFloat32(at, value, true);
  }

  record(random: TestRandom): number {
    return HEADER_BYTES + LAYER_BYTES * random.integer(0, this.base.nLayers - 1);
  }
}

/** Size of the address space. */
const ADDRESSES = 0x100000000;

export const HEADER_WORDS = [
  Header.ARENA_BYTES,
  Header.INPUTS,
  Header.INPUT,
  Header.OUTPUTS,
  Header.OUTPUT,
  Header.STATES,
  Header.STATE,
] as const;
const LAYER_WORDS = [
  Layer.N_IN,
  Layer.N,
  Layer.IN,
  Layer.OUT,
  Layer.SCRATCH,
  Layer.CELL,
  Layer.UNFOLDS,
] as const;
const ARENA_OFFSETS = [Layer.IN, Layer.OUT, Layer.SCRATCH, Layer.CELL] as const;

/** What can be done to an image, and how often. The frequent ones are those that `check` often has to accept. */
export const OPERATORS: Record<
  string,
  { weight: number; apply: (draft: Draft, random: TestRandom) => void }
> = {
  "header field": {
    weight: 8,
    apply: (draft, random) => draft.u32(random.pick(HEADER_WORDS), (old) => nearby(old, draft, random)),
  },
  "header identity": {
    weight: 2,
    apply(draft, random) {
      if (random.chance(0.4)) draft.u32(0, (old) => nearby(old, draft, random));
      else draft.u16(random.pick([Header.VERSION, Header.LAYERS]), (old) => nearby(old, draft, random));
    },
  },
  "reserved field": {
    weight: 1,
    apply: (draft, random) =>
      draft.u32(Header.RESERVED + 4 * random.integer(0, 4), () => random.integer(0, 3)),
  },
  "layer field": {
    weight: 10,
    apply: (draft, random) =>
      draft.u32(draft.record(random) + random.pick(LAYER_WORDS), (old) => nearby(old, draft, random)),
  },
  "layer kind": {
    weight: 3,
    apply: (draft, random) => draft.u16(draft.record(random) + Layer.KIND, () => random.integer(0, 9)),
  },
  "layer variant": {
    weight: 4,
    apply: (draft, random) => draft.u16(draft.record(random) + Layer.VARIANT, () => random.integer(0, 7)),
  },
  unfolds: {
    weight: 4,
    apply(draft, random) {
      const value = random.chance(0.03)
        ? random.pick([MAX_UNFOLDS, MAX_UNFOLDS + 1, 0xffffffff])
        : random.integer(0, 12);
      draft.u32(draft.record(random) + Layer.UNFOLDS, () => value);
    },
  },
  "ODE step": {
    weight: 4,
    apply: (draft, random) => draft.f32(draft.record(random) + Layer.ODE_STEP, anyFloat(random)),
  },
  "window in the arena": {
    weight: 14,
    apply(draft, random) {
      const at = 4 * random.integer(4, draft.arenaBytes >> 2);
      const inRecord = () => draft.record(random) + random.pick(ARENA_OFFSETS);
      draft.u32(
        random.chance(0.7) ? inRecord() : random.pick([Header.INPUT, Header.OUTPUT, Header.STATE]),
        () => at,
      );
    },
  },
  "window at the edge of the arena": {
    weight: 5,
    apply(draft, random) {
      const record = draft.record(random);
      if (record + LAYER_BYTES > draft.bytes.length) return;
      const { view } = draft;
      const [kind, variant] = [view.getUint16(record, true), view.getUint16(record + Layer.VARIANT, true)];
      const n = view.getUint32(record + Layer.N, true);
      const scratch = scratchElements(kind as Kind, variant, n);
      const windows = [
        [record + Layer.IN, view.getUint32(record + Layer.N_IN, true)],
        [record + Layer.OUT, n],
        [record + Layer.SCRATCH, scratch],
        [record + Layer.CELL, n],
        [Header.INPUT, view.getUint32(Header.INPUTS, true)],
        [Header.OUTPUT, view.getUint32(Header.OUTPUTS, true)],
        [Header.STATE, view.getUint32(Header.STATES, true)],
      ] as const;
      const [field, length] = random.pick(windows);
      draft.u32(field, () => draft.arenaBytes + 4 * (random.integer(-1, 2) - length));
    },
  },
  "vector at the edge of the image": {
    weight: 2,
    apply(draft, random) {
      const block = random.pick(draft.base.blocks);
      draft.u32(block.field, () => draft.bytes.length - block.bytes + 4 * random.integer(-1, 2));
    },
  },
  "block offset": {
    weight: 5,
    apply(draft, random) {
      const field = draft.record(random) + Layer.BLOCK_0 + 4 * random.integer(0, 4);
      const other = random.pick(draft.base.blocks).at;
      draft.u32(field, (old) => (random.chance(0.5) ? other : nearby(old, draft, random)));
    },
  },
  "block format": {
    weight: 3,
    apply: (draft, random) => draft.u32(weightBlock(draft, random).at, () => random.integer(0, 7)),
  },
  "block bytes": {
    weight: 4,
    apply: (draft, random) =>
      draft.u32(weightBlock(draft, random).at + 4, (old) => nearby(old, draft, random)),
  },
  "sparse count": {
    weight: 5,
    apply(draft, random) {
      const block = sparseBlock(draft, random);
      const at = block.at + block.head + 2 * random.integer(0, Math.max(block.nCounts, 1) - 1);
      draft.u16(at, (old) =>
        random.chance(0.7) ? old + random.pick([-1, 1, -4, 4]) : random.integer(0, 65535),
      );
    },
  },
  "sparse index": {
    weight: 8,
    apply(draft, random) {
      // Anywhere in the rows, so weights are hit as well: indices stand between them.
      const block = sparseBlock(draft, random);
      const rows = block.at + block.head + ((2 * block.nCounts + 3) & ~3);
      const at = rows + 2 * random.integer(0, Math.max(0, (block.at + block.bytes - rows) / 2 - 1));
      draft.u16(at, () => (random.chance(0.6) ? 4 * random.integer(0, 12) : random.integer(0, 65535)));
    },
  },
  weights: {
    weight: 14,
    apply(draft, random) {
      const block = random.pick(draft.base.blocks);
      for (let times = random.integer(1, 12); times > 0; times--) {
        // Of a sparse block only the bias: behind it stand indices as well.
        const start = block.type === "matrix" ? 8 : block.head;
        const end = block.nCounts > 0 ? block.head : block.bytes;
        if (end > start)
          draft.f32(block.at + start + 4 * random.integer(0, ((end - start) >> 2) - 1), anyFloat(random));
      }
    },
  },
  "integer parameter": {
    weight: 5,
    apply(draft, random) {
      if (!isInteger(draft.view)) return;
      const times = [Header.TIME_EXPONENT, Header.TIME_MIN, Header.TIME_MAX];
      if (random.chance(0.4)) {
        draft.u16(random.pick(times), () => random.pick([0, 1, 16, 17, 65535, random.integer(1, 2000)]));
        return;
      }
      const at = draft.record(random) + random.pick([0, 1, 2]) + Layer.NARROW_SHIFT;
      if (at < draft.bytes.length)
        draft.bytes[at] = random.pick([0, 4, 5, 14, 15, 16, 17, 18, 30, 31, 62, 63, 255]);
    },
  },
  "integer weights": {
    weight: 6,
    apply(draft, random) {
      if (!isInteger(draft.view)) return;
      const { at, bytes, head } = random.pick(draft.base.blocks);
      for (let times = random.integer(1, 4); times > 0; times--) {
        const value = random.pick([0, -1, 0x7fff8000, 0x80008000, 127, 32767, random.integer(0, 0xffffffff)]);
        draft.u32(
          at + head + 4 * random.integer(0, Math.max(0, ((bytes - head) >> 2) - 1)),
          () => value >>> 0,
        );
      }
    },
  },
  "what a matrix holds": {
    weight: 4,
    apply(draft, random) {
      const held = draft.base.blocks.filter(
        ({ type, format }) => type === "matrix" && format === Format.HELD,
      );
      if (held.length === 0 || !isInteger(draft.view)) return;
      const { at, nOut, nIn } = random.pick(held);
      const { N_OUT, N_HELD, THRESHOLD, ROWS, HELD } = Held;
      const field = random.pick([N_OUT, N_HELD, THRESHOLD, ROWS, ROWS, ROWS, HELD, HELD, HELD]);
      const anywhere = 4 * random.integer(0, draft.arenaBytes >> 2);
      const edge = (bytes: number) => draft.arenaBytes - bytes + random.integer(-4, 4);
      const values: Record<number, () => number> = {
        [N_OUT]: () => nOut + random.integer(-4, 4),
        [N_HELD]: () => random.integer(0, nIn + 1),
        [THRESHOLD]: () => random.pick([0, 1, 127, 128, 255, 0xffffffff]),
        [ROWS]: () => random.pick([anywhere, edge(32 * Math.ceil(nOut / 4))]),
        [HELD]: () => random.pick([anywhere, edge(nIn)]),
      };
      draft.u32(at + field, values[field]!);
    },
  },
  "state in the scratch": {
    weight: 2,
    apply(draft, random) {
      const record = draft.record(random);
      if (record + LAYER_BYTES > draft.bytes.length) return;
      const scratch = draft.view.getUint32(record + Layer.SCRATCH, true);
      draft.u32(record + Layer.OUT, () => scratch + 4 * random.integer(-2, 20));
    },
  },
  "any word": {
    weight: 8,
    apply: (draft, random) =>
      draft.u32(4 * random.integer(3, (draft.bytes.length >> 2) - 1), (old) => nearby(old, draft, random)),
  },
  truncation: {
    weight: 3,
    apply(draft, random) {
      const cut = random.chance(0.6) ? random.integer(1, 8) : random.integer(1, draft.bytes.length);
      draft.bytes = draft.bytes.slice(0, -cut);
    },
  },
  extension: {
    weight: 4,
    apply(draft, random) {
      const longer = new Uint8Array(draft.bytes.length + random.integer(1, 300));
      longer.set(draft.bytes);
      for (let i = draft.bytes.length; i < longer.length; i++) longer[i] = random.integer(0, 255);
      draft.bytes = longer;
    },
  },
  "blocks swapped": {
    weight: 5,
    apply(draft, random) {
      const [a, b] = [draft.record(random), draft.record(random)];
      const [i, j] = [Layer.BLOCK_0 + 4 * random.integer(0, 3), Layer.BLOCK_0 + 4 * random.integer(0, 3)];
      if (Math.max(a + i, b + j) + 4 > draft.bytes.length) return;
      const first = draft.view.getUint32(a + i, true);
      draft.u32(a + i, () => draft.view.getUint32(b + j, true));
      draft.u32(b + j, () => first);
    },
  },
  "layer repeated": {
    weight: 3,
    apply(draft, random) {
      const [from, to] = [draft.record(random), draft.record(random)];
      if (Math.max(from, to) + LAYER_BYTES <= draft.bytes.length)
        draft.bytes.copyWithin(to, from, from + LAYER_BYTES);
    },
  },
  "arena size": {
    weight: 4,
    apply(draft, random) {
      const change = random.chance(0.7) ? random.integer(1, 300) : -random.integer(1, draft.arenaBytes);
      draft.arenaBytes = Math.max(0, draft.arenaBytes + change);
    },
  },
  "length not repaired": {
    weight: 1,
    apply(draft, random) {
      draft.repairLength = false;
      draft.u32(Header.IMAGE_BYTES, (old) => nearby(old, draft, random));
    },
  },
  "checksum not repaired": {
    weight: 1,
    apply(draft, random) {
      draft.repairChecksum = false;
      const at = random.integer(Header.CRC, draft.bytes.length - 1);
      draft.bytes[at] = draft.bytes[at]! ^ (1 << random.integer(0, 7));
    },
  },
  "spoiled call": {
    weight: 1.5,
    apply(draft, random) {
      const spoiler = random.pick(SPOILERS);
      const share = random.next();
      draft.spoil = (call) => spoiler(call, (n) => 1 + Math.floor(share * n));
    },
  },
};

/**
 * Calls that no image may pass; none of them makes `check` read beyond the bytes that it was promised. `upTo(n)` is a
 * whole number from 1 to n, drawn beforehand, so that every engine gets the same call.
 */
const SPOILERS: ((call: CheckCall, upTo: (n: number) => number) => CheckCall)[] = [
  (call, upTo) => ({ ...call, image: call.image + upTo(3) }),
  (call, upTo) => ({ ...call, arena: call.arena + upTo(3) }),
  (call, upTo) => ({ ...call, imageBytes: upTo(HEADER_BYTES) - 1 }),
  (call, upTo) => ({ ...call, arenaBytes: upTo(CONTROL_BYTES) - 1 }),
  (call, upTo) => ({ ...call, image: ADDRESSES - 4 * upTo(64) }),
  (call, upTo) => ({ ...call, arena: ADDRESSES - 4 * upTo(64) }),
  (call, upTo) => ({ ...call, imageBytes: ADDRESSES - upTo(256) }),
  (call, upTo) => ({ ...call, arenaBytes: ADDRESSES - upTo(call.arena) }),
  (call, upTo) => ({ ...call, arena: call.image + 4 * (upTo(call.imageBytes >> 2) - 1) }),
  (call, upTo) => ({ ...call, arena: call.image - 4 * upTo((call.arenaBytes >> 2) - 1) }),
];

function weightBlock(draft: Draft, random: TestRandom): BlockPlace {
  const blocks = draft.base.blocks.filter(({ type }) => type !== "vector");
  return random.pick(blocks.length > 0 ? blocks : draft.base.blocks);
}

/** A sparse block where the image has one, else any. */
function sparseBlock(draft: Draft, random: TestRandom): BlockPlace {
  const blocks = draft.base.blocks.filter(({ nCounts }) => nCounts > 0);
  return random.pick(blocks.length > 0 ? blocks : draft.base.blocks);
}

/** A value that might be mistaken for `old`, or lies on an edge. */
function nearby(old: number, draft: Draft, random: TestRandom): number {
  switch (random.integer(0, 7)) {
    case 0:
      return old + random.pick([-4, -1, 1, 4]);
    case 1:
      return old ^ (1 << random.integer(0, 31));
    case 2:
      return random.pick([
        0,
        1,
        2,
        3,
        4,
        16,
        MAX_ELEMENTS,
        MAX_ELEMENTS + 1,
        4 * MAX_ELEMENTS,
        4 * MAX_ELEMENTS + 1,
      ]);
    case 3:
      return random.pick([0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 0x40000000, 0xffff]);
    case 4:
      return random.pick([draft.bytes.length, draft.arenaBytes]) + random.pick([-8, -4, -1, 0, 1, 4]);
    case 5:
      return 4 * random.integer(0, draft.arenaBytes >> 2);
    case 6:
      return random.integer(0, 12);
    default:
      return random.integer(0, 0xffffffff);
  }
}

/** Any float at all, often one that breaks arithmetic. */
export function anyFloat(random: TestRandom): number {
  if (random.chance(0.5)) return random.between(-4, 4);
  const special = [
    Number.NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1e-45,
    -1e-40,
    1.17549435e-38,
    3.4028235e38,
    -3.4028235e38,
  ];
  if (random.chance(0.5)) return random.pick(special);
  return random.between(-1, 1) * 2 ** random.integer(-140, 127);
}
