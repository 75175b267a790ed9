// Operation classes: what the cost model distinguishes. Every WebAssembly opcode that occurs in the core maps to one
// of them, and every board prices every one of them (or says that it is not available).

/** Name of an operation class and what belongs to it. */
export const OP_CLASSES = {
  f32Load: "f32.load",
  f32Store: "f32.store",
  i32Load: "i32.load",
  i32Load16: "i32.load16_s, i32.load16_u",
  i32Load8: "i32.load8_s, i32.load8_u",
  i32Store: "i32.store",
  i32Store16: "i32.store16",
  i32Store8: "i32.store8",
  i64Load: "i64.load and its narrow forms",
  i64Store: "i64.store and its narrow forms",
  f32Add: "f32.add, f32.sub",
  f32Mul: "f32.mul",
  f32Div: "f32.div",
  f32Sqrt: "f32.sqrt",
  f32Compare: "f32.eq, ne, lt, gt, le, ge",
  f32MinMax: "f32.min, f32.max",
  f32Sign: "f32.abs, f32.neg, f32.copysign",
  f32Round: "f32.nearest, floor, ceil, trunc",
  f32ConvertI32: "f32.convert_i32_s, f32.convert_i32_u",
  i32TruncF32: "i32.trunc_f32 and its saturating form",
  reinterpret: "i32.reinterpret_f32, f32.reinterpret_i32: a move between register files",
  i32Alu: "i32.add, sub, and, or, xor, shl, shr, rotl, rotr, extend8_s, extend16_s",
  i32Mul: "i32.mul",
  i32Div: "i32.div, i32.rem",
  i32Bits: "i32.clz, i32.ctz, i32.popcnt",
  i32Compare: "i32.eq, ne, lt, gt, le, ge, eqz",
  i64Alu: "i64.add, sub, and, or, xor",
  i64Mul: "i64.mul",
  i64Div: "i64.div, i64.rem",
  i64Shift: "i64.shl, shr, rotl, rotr",
  i64Bits: "i64.clz, ctz, popcnt",
  i64Compare: "i64.eq, ne, lt, gt, le, ge, eqz",
  i64Convert: "i32.wrap_i64, i64.extend_i32",
  select: "select",
  branchTaken: "br, return, br_if and if that jump, else",
  branchNotTaken: "br_if and if that fall through",
  branchTable: "br_table",
  call: "call, with the return it causes",
  callIndirect: "call_indirect, with the return it causes",
  global: "global.get, global.set",
  drop: "drop",
} as const;

/** Name of a class of operations. */
export type OpClass = keyof typeof OP_CLASSES;

/** Executed operations by class. A class that is absent counts 0. */
export type OpCounts = Partial<Record<OpClass, number>>;

export function isOpClass(name: string): name is OpClass {
  return Object.hasOwn(OP_CLASSES, name);
}

/** Sum over all classes. */
export function totalOperations(counts: OpCounts): number {
  let total = 0;
  for (const n of Object.values(counts)) total += n;
  return total;
}
