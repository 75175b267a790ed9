// Thumb-2 instructions as objdump prints them: what each reads, writes and is to a pipeline.

export type Kind =
  | "load"
  | "store"
  | "multiple"
  | "alu"
  | "shifted"
  | "bitfield"
  | "multiply"
  | "divide"
  | "compare"
  | "branch"
  | "it"
  | "float"
  | "floatDivide"
  | "toFloat"
  | "toCore"
  | "flags";

export interface Instruction {
  address: number;
  bytes: number;
  mnemonic: string;
  kind: Kind;
  /** Registers written. */
  writes: readonly string[];
  /** Registers read, those of an address apart. */
  reads: readonly string[];
  addresses: readonly string[];
  /** Added to a product. */
  accumulates: readonly string[];
  /** Of a load or store: i8, i16, i32, f32. */
  width: string;
  /** A multiple: registers that it moves. */
  registers: number;
  /** Whether a store's address is a sum of two registers. */
  isIndexed: boolean;
}

const REGISTER = /\b(?:r\d+|ip|fp|sl|sb|lr|sp|s\d+|d\d+)\b/g;
const WIDTHS: Readonly<Record<string, string>> = {
  ldr: "i32",
  ldrh: "i16",
  ldrsh: "i16",
  ldrb: "i8",
  ldrsb: "i8",
  vldr: "f32",
  str: "i32",
  strh: "i16",
  strb: "i8",
  vstr: "f32",
};
const CONDITION = "(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?";
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^v?ldr[sd]?[bh]?$/, "load"],
  [/^v?str[bh]?$/, "store"],
  [/^(?:v?ldm|v?stm|v?push|v?pop|ldrd|strd)/, "multiple"],
  [new RegExp(`^(?:b|bl|bx|blx|cbz|cbnz|tbb|tbh)$|^b${CONDITION}$`), "branch"],
  [/^it[te]*$/, "it"],
  [/^vdiv|^vsqrt/, "floatDivide"],
  [/^vmrs$|^vcmpe?$/, "flags"],
  [/^v/, "float"],
  [/^[us]div/, "divide"],
  [/^(?:mul|mla|mls|[us]mull|[us]mlal|smul[bt]{2}|smla[bt]{2}|smla[bwtd].*|smul.*|smmul)/, "multiply"],
  [/^(?:cmp|cmn|tst|teq)/, "compare"],
  [/^(?:[us]xt|[us]bfx|bf[ic]|clz|rbit|rev|pkh|[us]sat)/, "bitfield"],
];

/** objdump -d --no-show-raw-insn → instructions by address. */
export function parseListing(text: string): Map<number, Instruction> {
  const lines = [...text.matchAll(/^ *([0-9a-f]+):\t(\S+)\t?([^\n]*)$/gm)];
  return new Map(
    lines.map(([, address, mnemonic, rest], i) => {
      const at = Number.parseInt(address!, 16);
      const next = lines[i + 1] === undefined ? at + 2 : Number.parseInt(lines[i + 1]![1]!, 16);
      const bytes = next - at === 4 ? 4 : 2;
      const operands = rest!.replace(/[;@<].*$/, "").trim();
      return [at, instruction(at, bytes, mnemonic!, operands)];
    }),
  );
}

export function instruction(address: number, bytes: number, full: string, operands: string): Instruction {
  const mnemonic = full.split(".")[0]!;
  const bare =
    mnemonic.length > 3
      ? mnemonic.replace(new RegExp(`(?<=^(?:v?mov|add|sub|eor|orr|mvn|rsb|neg))${CONDITION}$`), "")
      : mnemonic;
  let kind = KINDS.find(([pattern]) => pattern.test(bare))?.[1] ?? "alu";
  const bracket = operands.indexOf("[");
  const memory = bracket < 0 ? "" : operands.slice(bracket);
  const plain = bracket < 0 ? operands : operands.slice(0, bracket);
  const found: string[] = plain.match(REGISTER) ?? [];
  const addresses: string[] = memory.match(REGISTER) ?? [];
  if (kind === "alu" && /, (?:lsl|lsr|asr|ror) #/.test(operands) && found.length > 1) kind = "shifted";
  if (mnemonic.startsWith("vmov") && found.length === 2 && found[0]![0] !== found[1]![0]) {
    kind = /^[sd]\d/.test(found[0]!) ? "toFloat" : "toCore";
  }
  const isWriter = !["store", "compare", "branch", "it", "flags"].includes(kind);
  const writes =
    kind === "multiple" ? found : isWriter ? found.slice(0, /^[us]m(?:ull|lal)/.test(mnemonic) ? 2 : 1) : [];
  // A conditional instruction, or one of two operands, reads what it writes as well.
  const reads =
    kind === "load"
      ? []
      : isWriter && found.length > 2
        ? found.slice(writes.length)
        : found.slice(isWriter ? 1 : 0);
  const isTwoOperand =
    isWriter &&
    found.length === 2 &&
    !/^v?mov|^mvn|^[us]xt|^clz|^rbit|^rev|^vcvt|^v?neg|^vabs/.test(mnemonic) &&
    !operands.includes("#");
  const accumulates = kind === "multiply" && /la|ls/.test(mnemonic) ? found.slice(3) : [];
  // An address with write-back changes its register.
  const written = /\]!|\], #/.test(memory) ? [...writes, addresses[0]!] : writes;
  return {
    address,
    bytes,
    mnemonic,
    kind,
    writes: written,
    reads: isTwoOperand ? found : reads,
    addresses,
    accumulates,
    width: WIDTHS[mnemonic] ?? "",
    registers: found.length,
    isIndexed: addresses.length > 1,
  };
}
