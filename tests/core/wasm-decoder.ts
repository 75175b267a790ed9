// Reads a WebAssembly binary to the last instruction, to see what a finished file holds. Knows the sections and opcodes
// of the core specification 2.0 (chapter 5); anything else is a RangeError.

export interface FunctionType {
  params: number[];
  results: number[];
}

export interface Instruction {
  /** Name in the text format; SIMD instructions are `simd:` and their number. */
  name: string;
  /** Immediates that are indices or constants of 32 bits: function of a call, offset of a load. */
  immediates: number[];
}

export interface WasmFunction {
  /** First export name, else `function[index]`. */
  name: string;
  type: FunctionType;
  code: Instruction[];
}

export interface WasmImport {
  module: string;
  name: string;
  /** 0 function, 1 table, 2 memory, 3 global. */
  kind: number;
  /** Pages; of memories only. */
  memory: { min: number; hasMax: boolean } | null;
}

export interface WasmFile {
  sectionIds: number[];
  imports: WasmImport[];
  exports: { name: string; kind: number; index: number }[];
  functions: WasmFunction[];
}

export const SECTION = {
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  START: 8,
  ELEMENT: 9,
  DATA: 11,
  DATA_COUNT: 12,
} as const;

export function decodeWasm(bytes: Uint8Array): WasmFile {
  const reader = new Reader(bytes);
  reader.skip(8); // magic and version
  const file: WasmFile = { sectionIds: [], imports: [], exports: [], functions: [] };
  let types: FunctionType[] = [];
  let typeIndices: number[] = [];
  while (!reader.done) {
    const id = reader.u8();
    const end = reader.u32() + reader.at;
    if (id !== 0) file.sectionIds.push(id);
    if (id === 1) types = reader.vector(() => readType(reader));
    else if (id === 2) file.imports = reader.vector(() => readImport(reader));
    else if (id === 3) typeIndices = reader.vector(() => reader.u32());
    else if (id === 7) {
      file.exports = reader.vector(() => ({ name: reader.text(), kind: reader.u8(), index: reader.u32() }));
    } else if (id === 10) {
      const bodies = reader.vector(() => readBody(reader));
      file.functions = bodies.map((code, i) => ({
        name: `function[${i}]`,
        type: types[typeIndices[i]!]!,
        code,
      }));
    }
    reader.at = end;
  }
  if (file.imports.some(({ kind }) => kind === 0))
    throw new RangeError("function indices would be shifted by imports");
  for (const { name, kind, index } of file.exports) if (kind === 0) file.functions[index]!.name = name;
  return file;
}

function readType(reader: Reader): FunctionType {
  if (reader.u8() !== 0x60) throw new RangeError("only function types are known here");
  return { params: reader.vector(() => reader.u8()), results: reader.vector(() => reader.u8()) };
}

function readImport(reader: Reader): WasmImport {
  const [module, name, kind] = [reader.text(), reader.text(), reader.u8()];
  if (kind !== 2) throw new RangeError(`import of kind ${kind}`);
  const flags = reader.u8();
  const min = reader.u32();
  const hasMax = (flags & 1) !== 0;
  if (hasMax) reader.u32();
  return { module, name, kind, memory: { min, hasMax } };
}

function readBody(reader: Reader): Instruction[] {
  const end = reader.u32() + reader.at;
  reader.vector(() => [reader.u32(), reader.u8()]); // locals
  const code: Instruction[] = [];
  while (reader.at < end) code.push(readInstruction(reader));
  if (reader.at !== end) throw new RangeError("an instruction crosses the end of its function");
  return code;
}

function readInstruction(reader: Reader): Instruction {
  const opcode = reader.u8();
  if (opcode === 0xfc) return readPrefixed(reader);
  if (opcode === 0xfd) return readSimd(reader);
  const name = opcode >= FIRST_PLAIN ? PLAIN[opcode - FIRST_PLAIN] : CONTROL_AND_MEMORY[opcode];
  if (name === undefined) throw new RangeError(`opcode 0x${opcode.toString(16)} is not known here`);
  return { name, immediates: readImmediates(reader, opcode) };
}

function readImmediates(reader: Reader, opcode: number): number[] {
  if (opcode >= 0x02 && opcode <= 0x04) return [reader.signed()]; // block type
  if (opcode === 0x0e) return [...reader.vector(() => reader.u32()), reader.u32()];
  if (opcode >= 0x28 && opcode <= 0x3e) return [reader.u32(), reader.u32()];
  if (opcode === 0x11) return [reader.u32(), reader.u32()];
  if (opcode === 0x41 || opcode === 0x42) return [reader.signed()];
  if (opcode === 0x43) return reader.skip(4);
  if (opcode === 0x44) return reader.skip(8);
  const hasIndex = [0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40].includes(opcode);
  return hasIndex ? [reader.u32()] : [];
}

function readPrefixed(reader: Reader): Instruction {
  const opcode = reader.u32();
  const name = PREFIXED[opcode];
  if (name === undefined) throw new RangeError(`opcode 0xfc ${opcode} is not known here`);
  const nImmediates = opcode < 8 ? 0 : opcode === 9 || opcode === 11 || opcode > 12 ? 1 : 2;
  return { name, immediates: Array.from({ length: nImmediates }, () => reader.u32()) };
}

function readSimd(reader: Reader): Instruction {
  const opcode = reader.u32();
  const immediates: number[] = [];
  const isLaneMemory = opcode >= 84 && opcode <= 91;
  if (opcode <= 11 || isLaneMemory || opcode === 92 || opcode === 93)
    immediates.push(reader.u32(), reader.u32());
  if (opcode === 12 || opcode === 13) reader.skip(16);
  if (isLaneMemory || (opcode >= 21 && opcode <= 34)) immediates.push(reader.u8());
  return { name: `simd:${opcode}`, immediates };
}

/** Opcodes 0x00 to 0x44. */
const CONTROL_AND_MEMORY: (string | undefined)[] = [
  ...["unreachable", "nop", "block", "loop", "if", "else"],
  ...Array<undefined>(5),
  ...["end", "br", "br_if", "br_table", "return", "call", "call_indirect"],
  ...Array<undefined>(8),
  ...["drop", "select", "select t"],
  ...Array<undefined>(3),
  ...["local.get", "local.set", "local.tee", "global.get", "global.set", "table.get", "table.set", undefined],
  ...["i32.load", "i64.load", "f32.load", "f64.load"],
  ...["i32.load8_s", "i32.load8_u", "i32.load16_s", "i32.load16_u"],
  ...["i64.load8_s", "i64.load8_u", "i64.load16_s", "i64.load16_u", "i64.load32_s", "i64.load32_u"],
  ...["i32.store", "i64.store", "f32.store", "f64.store"],
  ...["i32.store8", "i32.store16", "i64.store8", "i64.store16", "i64.store32", "memory.size", "memory.grow"],
  ...["i32.const", "i64.const", "f32.const", "f64.const"],
];

const FIRST_PLAIN = 0x45;
const INT_COMPARE = "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const FLOAT_COMPARE = "eq ne lt gt le ge";
const INT = "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const FLOAT = "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign";
const CONVERSIONS = [
  "i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u",
  "i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u",
  "f32.convert_i64_s f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s",
  "f64.convert_i64_u f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32",
  "f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s",
];
const typed = (type: string, names: string) => names.split(" ").map((name) => `${type}.${name}`);

/** Opcodes 0x45 to 0xc4, all without immediates. */
const PLAIN: string[] = [
  ...["i32", "i64"].flatMap((type) => typed(type, INT_COMPARE)),
  ...["f32", "f64"].flatMap((type) => typed(type, FLOAT_COMPARE)),
  ...["i32", "i64"].flatMap((type) => typed(type, INT)),
  ...["f32", "f64"].flatMap((type) => typed(type, FLOAT)),
  ...CONVERSIONS.flatMap((line) => line.split(" ")),
];

/** Opcodes 0xfc 0 to 0xfc 17. */
const PREFIXED: string[] = [
  ...["i32.trunc_sat_f32_s", "i32.trunc_sat_f32_u", "i32.trunc_sat_f64_s", "i32.trunc_sat_f64_u"],
  ...["i64.trunc_sat_f32_s", "i64.trunc_sat_f32_u", "i64.trunc_sat_f64_s", "i64.trunc_sat_f64_u"],
  ...["memory.init", "data.drop", "memory.copy", "memory.fill"],
  ...["table.init", "elem.drop", "table.copy", "table.grow", "table.size", "table.fill"],
];

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  u8(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError("the file ends too early");
    return byte;
  }

  u32(): number {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** A signed LEB128 number; beyond 32 bits only its length matters here. */
  signed(): number {
    for (let value = 0, scale = 1; ; ) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) return (byte & 64) !== 0 ? value - scale : value;
    }
  }

  text(): string {
    const length = this.u32();
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at));
  }

  vector<Item>(readItem: () => Item): Item[] {
    return Array.from({ length: this.u32() }, readItem);
  }

  skip(length: number): [] {
    this.at += length;
    return [];
  }
}
