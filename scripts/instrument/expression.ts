// What the walk needs to know of an expression of binaryen: its opcode, and the operands that are executed before it.

import binaryen from "binaryen";

type ExpressionRef = number;

/** The place of an expression in its parent, where counters can be put around it. */
export interface Slot {
  get(): ExpressionRef;
  set(expression: ExpressionRef): void;
}

/** `get<Field>(node, …)` and `set<Field>(node, …, expression)`, which binaryen.js has and its types lack. */
type Accessors = Record<string, (...args: number[]) => number>;

/** Field of a node, e.g. `slotOf("If", "IfTrue", node)`; a child of a block goes by its index. */
export function slotOf(
  kind: "Function" | "Block" | "Loop" | "If" | "Break" | "Switch",
  field: "Body" | "ChildAt" | "IfTrue" | "IfFalse" | "Condition",
  ...node: [ExpressionRef] | [ExpressionRef, number]
): Slot {
  const accessors = (binaryen as unknown as Record<typeof kind, Accessors>)[kind];
  return {
    get: () => accessors[`get${field}`]!(...node),
    set: (expression) => {
      accessors[`set${field}`]!(...node, expression);
    },
  };
}

/** Kind, type and fields of an expression. Throws, with the opcode, on a kind that cannot be counted. */
export function infoOf(expression: ExpressionRef): binaryen.ExpressionInfo {
  const id = binaryen.getExpressionId(expression);
  // getExpressionInfo throws on kinds without fields.
  if (LEAVES.has(id)) return { id, type: binaryen.getExpressionType(expression) };
  if (STRUCTURED.has(id) || OPERANDS.has(id)) return binaryen.getExpressionInfo(expression);
  throw new RangeError(`cannot count the opcode "${textName(expression)}"`);
}

const LEAVES = new Set<number>([binaryen.NopId, binaryen.UnreachableId]);

const STRUCTURED = new Set<number>([
  binaryen.BlockId,
  binaryen.LoopId,
  binaryen.IfId,
  binaryen.BreakId,
  binaryen.SwitchId,
]);

/** Operands in the order of their execution, by kind of expression; only plain ones, whose control just goes on. */
const OPERANDS = new Map<number, readonly string[]>([
  [binaryen.CallId, ["operands"]],
  [binaryen.CallIndirectId, ["operands", "target"]],
  [binaryen.LocalGetId, []],
  [binaryen.LocalSetId, ["value"]],
  [binaryen.GlobalGetId, []],
  [binaryen.GlobalSetId, ["value"]],
  [binaryen.LoadId, ["ptr"]],
  [binaryen.StoreId, ["ptr", "value"]],
  [binaryen.ConstId, []],
  [binaryen.UnaryId, ["value"]],
  [binaryen.BinaryId, ["left", "right"]],
  [binaryen.SelectId, ["ifTrue", "ifFalse", "condition"]],
  [binaryen.DropId, ["value"]],
  [binaryen.ReturnId, ["value"]],
]);

/** Operands of an expression that is not structured, in execution order. */
export function operandsOf(info: binaryen.ExpressionInfo): ExpressionRef[] {
  const fields = OPERANDS.get(info.id) ?? [];
  const byName = info as unknown as Record<string, ExpressionRef | ExpressionRef[]>;
  // 0 is binaryen's null, as in a return without a value.
  return fields.flatMap((field) => byName[field]!).filter((operand) => operand !== 0);
}

const opcodeNames = new Map<string, string>();

/** Opcode in the names of the text format, e.g. `i32.load8_u`. */
export function opcodeOf(expression: ExpressionRef, info: binaryen.ExpressionInfo): string {
  // Printing prints the operands too, so the answer is kept under everything that a name depends on.
  const { id, type, op, bytes, isSigned, isReturn, isTee, valueType } = info as unknown as Record<
    string,
    unknown
  >;
  const key = [id, type, op, bytes, isSigned, isReturn, isTee, valueType].join();
  const known = opcodeNames.get(key);
  if (known !== undefined) return known;
  const name = textName(expression);
  opcodeNames.set(key, name);
  return name;
}

function textName(expression: ExpressionRef): string {
  return /^\(([^\s)]+)/.exec(binaryen.emitText(expression))![1]!;
}
