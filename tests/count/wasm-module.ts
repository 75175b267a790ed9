// Takes a WebAssembly binary apart into sections and puts it together again, leaving code bytes as they are. It turns
// a module into one that a plain interpreter can run: own memory, own data, one export without parameters.

export interface DataSegment {
  /** Bytes from the start of the memory. */
  offset: number;
  bytes: Uint8Array;
}

export interface HarnessCall {
  export: string;
  args: number[];
}

// Section ids and value types of the binary format (WebAssembly core specification, chapter 5).
const [TYPE, IMPORT, FUNCTION, MEMORY, GLOBAL, EXPORT, ELEMENT, CODE, DATA] = [
  1, 2, 3, 5, 6, 7, 9, 10, 11,
] as const;
/** Section ids in the order in which a module holds them; custom sections are left behind. */
const SECTION_ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const [I32, I64, F32, F64] = [0x7f, 0x7e, 0x7d, 0x7c] as const;
const MAGIC_AND_VERSION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/**
 * `coreWasm`, which may import nothing but one memory, as a module with `memoryPages` pages of its own, `dataSegments`
 * in it, and one export `run` that performs `calls` and returns the result of the last. Function indices stay.
 */
export function harness(
  coreWasm: Uint8Array,
  memoryPages: number,
  dataSegments: readonly DataSegment[],
  calls: readonly HarnessCall[],
): Uint8Array<ArrayBuffer> {
  const sections = readSections(coreWasm);
  const types = readTypes(sections.get(TYPE));
  const functionTypes = readVector(sections.get(FUNCTION), (cursor) => cursor.u32());
  const exported = readFunctionExports(sections.get(EXPORT));

  if (sections.delete(IMPORT) || !sections.has(MEMORY)) {
    sections.set(MEMORY, [1, 0, ...leb(memoryPages)]);
  }
  let results: number[] = [];
  const code = calls.flatMap((call, i) => {
    const index = exported.get(call.export);
    if (index === undefined) throw new RangeError(`the module exports no function "${call.export}"`);
    const type = types[functionTypes[index]!]!;
    if (type.params.length !== call.args.length)
      throw new RangeError(`wrong number of arguments: ${call.export}`);
    results = type.results;
    const drops = i === calls.length - 1 ? [] : results.map(() => 0x1a);
    return [...call.args.flatMap((arg, k) => constant(type.params[k]!, arg)), 0x10, ...leb(index), ...drops];
  });
  const body = [0, ...code, 0x0b];
  append(sections, TYPE, [[0x60, 0, ...vector(results.map((type) => [type]))]]);
  append(sections, FUNCTION, [leb(types.length)]);
  append(sections, CODE, [[...leb(body.length), ...body]]);
  sections.set(EXPORT, vector([[...name("run"), 0, ...leb(functionTypes.length)]]));
  const segments = dataSegments.map(({ offset, bytes }) => [
    0,
    ...constant(I32, offset),
    0x0b,
    ...leb(bytes.length),
    ...bytes,
  ]);
  if (segments.length > 0) append(sections, DATA, segments);
  return writeSections(sections);
}

/** Number of initial-value expressions in sections before the code (globals, element segments) and behind it (data). */
export function countInitialValues(wasm: Uint8Array): { beforeCode: number; behindCode: number } {
  const sections = readSections(wasm);
  const itemsOf = (id: number) => new Cursor(sections.get(id) ?? [0]).u32();
  return { beforeCode: itemsOf(GLOBAL) + itemsOf(ELEMENT), behindCode: itemsOf(DATA) };
}

/** Bytes of the code section, without its header. */
export function codeSection(wasm: Uint8Array): Uint8Array {
  return Uint8Array.from(readSections(wasm).get(CODE) ?? []);
}

class Cursor {
  at = 0;
  private readonly bytes: ArrayLike<number>;

  constructor(bytes: ArrayLike<number>) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  u8(): number {
    return this.bytes[this.at++]!;
  }

  u32(): number {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  take(n: number): number[] {
    return Array.from({ length: n }, () => this.u8());
  }
}

function readSections(wasm: Uint8Array): Map<number, number[]> {
  const cursor = new Cursor(wasm);
  cursor.take(MAGIC_AND_VERSION.length);
  const sections = new Map<number, number[]>();
  while (!cursor.done) {
    const id = cursor.u8();
    const payload = cursor.take(cursor.u32());
    if (id !== 0) sections.set(id, payload);
  }
  return sections;
}

function writeSections(sections: ReadonlyMap<number, number[]>): Uint8Array<ArrayBuffer> {
  const present = SECTION_ORDER.filter((id) => sections.has(id));
  const parts = present.map((id) => [id, ...leb(sections.get(id)!.length), ...sections.get(id)!]);
  return Uint8Array.from([...MAGIC_AND_VERSION, ...parts.flat()]);
}

function readVector<T>(payload: number[] | undefined, readItem: (cursor: Cursor) => T): T[] {
  const cursor = new Cursor(payload ?? [0]);
  return Array.from({ length: cursor.u32() }, () => readItem(cursor));
}

function readTypes(payload: number[] | undefined): { params: number[]; results: number[] }[] {
  return readVector(payload, (cursor) => {
    if (cursor.u8() !== 0x60) throw new RangeError("only function types are known here");
    return { params: cursor.take(cursor.u32()), results: cursor.take(cursor.u32()) };
  });
}

function readFunctionExports(payload: number[] | undefined): Map<string, number> {
  const all = readVector(payload, (cursor) => {
    const text = String.fromCharCode(...cursor.take(cursor.u32()));
    return { text, kind: cursor.u8(), index: cursor.u32() };
  });
  return new Map(all.filter(({ kind }) => kind === 0).map(({ text, index }) => [text, index]));
}

/** Adds items to the vector that a section is. */
function append(sections: Map<number, number[]>, id: number, items: number[][]): void {
  const payload = sections.get(id) ?? [0];
  const cursor = new Cursor(payload);
  const n = cursor.u32();
  sections.set(id, [...leb(n + items.length), ...payload.slice(cursor.at), ...items.flat()]);
}

function vector(items: number[][]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return [...leb(text.length), ...Array.from(text, (c) => c.charCodeAt(0))];
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 127n);
    if (rest >= -64n && rest < 64n) return [...bytes, low];
    bytes.push(low + 128);
  }
}

function constant(type: number, value: number): number[] {
  if (type === I32) return [0x41, ...signedLeb(BigInt(value | 0))];
  if (type === I64) return [0x42, ...signedLeb(BigInt(value))];
  if (type === F32) return [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
  if (type === F64) return [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
  throw new RangeError(`no constants of type 0x${type.toString(16)}`);
}
