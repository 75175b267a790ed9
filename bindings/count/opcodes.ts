// Which operation class prices which WebAssembly opcode. Opcodes carry their names in the text format; a branch
// carries what it did as well, e.g. `br_if:taken`, since the two outcomes are priced apart.
//
// Excluded are the opcodes that no machine instruction stands for once the stack machine is compiled to registers:
// locals, constants and the brackets of the structure. `unreachable` is excluded because a run that executes it ends
// in a trap and has no profile. `else` means the jump of a then-arm over the else-arm.

import type { OpClass } from "./op-class.ts";

/** Separated by spaces: half of this table would be quotation marks otherwise. */
const OPCODES: Readonly<Record<OpClass | "excluded", string>> = {
  f32Load: "f32.load",
  f32Store: "f32.store",
  i32Load: "i32.load",
  i32Load16: "i32.load16_s i32.load16_u",
  i32Load8: "i32.load8_s i32.load8_u",
  i32Store: "i32.store",
  i32Store16: "i32.store16",
  i32Store8: "i32.store8",
  i64Load: "i64.load i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u",
  i64Store: "i64.store i64.store8 i64.store16 i64.store32",
  f32Add: "f32.add f32.sub",
  f32Mul: "f32.mul",
  f32Div: "f32.div",
  f32Sqrt: "f32.sqrt",
  f32Compare: "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge",
  f32MinMax: "f32.min f32.max",
  f32Sign: "f32.abs f32.neg f32.copysign",
  f32Round: "f32.nearest f32.floor f32.ceil f32.trunc",
  f32ConvertI32: "f32.convert_i32_s f32.convert_i32_u",
  i32TruncF32: "i32.trunc_f32_s i32.trunc_f32_u i32.trunc_sat_f32_s i32.trunc_sat_f32_u",
  reinterpret: "i32.reinterpret_f32 f32.reinterpret_i32",
  i32Alu:
    "i32.add i32.sub i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr " +
    "i32.extend8_s i32.extend16_s",
  i32Mul: "i32.mul",
  i32Div: "i32.div_s i32.div_u i32.rem_s i32.rem_u",
  i32Bits: "i32.clz i32.ctz i32.popcnt",
  i32Compare: "i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u i32.eqz",
  i64Alu: "i64.add i64.sub i64.and i64.or i64.xor",
  i64Mul: "i64.mul",
  i64Div: "i64.div_s i64.div_u i64.rem_s i64.rem_u",
  i64Shift: "i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr",
  i64Bits: "i64.clz i64.ctz i64.popcnt",
  i64Compare: "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u i64.eqz",
  i64Convert: "i32.wrap_i64 i64.extend_i32_s i64.extend_i32_u",
  select: "select",
  branchTaken: "br return br_if:taken if:taken else",
  branchNotTaken: "br_if:not-taken if:not-taken",
  branchTable: "br_table",
  call: "call",
  callIndirect: "call_indirect",
  global: "global.get global.set",
  drop: "drop",
  excluded:
    "local.get local.set local.tee i32.const i64.const f32.const f64.const block loop end nop " +
    "unreachable",
};

let classes: ReadonlyMap<string, OpClass | "excluded"> | null = null;

/** Made when first asked for, so that bundles which count nothing drop the table. */
function classOf(): ReadonlyMap<string, OpClass | "excluded"> {
  classes ??= new Map(
    (Object.keys(OPCODES) as (OpClass | "excluded")[]).flatMap((name) =>
      OPCODES[name].split(" ").map((opcode) => [opcode, name] as const),
    ),
  );
  return classes;
}

/** The class that prices `opcode`. An opcode without a class is a `RangeError`: the core must not use it. */
export function opClassOf(opcode: string): OpClass | "excluded" {
  const name = classOf().get(opcode);
  if (name === undefined) throw new RangeError(`no operation class holds the opcode "${opcode}"`);
  return name;
}
