// The control flow of one function, with an execution count for every edge. The walk visits expressions in execution
// order and carries `flow`: how often control passes the present point, as a linear form over unknowns. A new unknown
// is made where the count is not a consequence of what is known: at the entry, at loop heads, in then-arms, behind
// br_if and for each target of br_table. Each unknown knows how to plant its counter, should it need one.

import binaryen from "binaryen";
import { opClassOf } from "../../bindings/count/opcodes.ts";
import { infoOf, opcodeOf, operandsOf, type Slot, slotOf } from "./expression.ts";
import { type Linear, plus, unknown, ZERO } from "./linear.ts";

type ExpressionRef = number;

/** Encodes counters: where they live is no concern of the walk. */
export interface CounterCode {
  /** Adds 1, or the truth value of `condition` (i32, 0 or 1), to a counter. */
  increment(counter: string, condition?: ExpressionRef): ExpressionRef;
  /** Keeps an i32 for a moment, outside the function's own locals. */
  setScratch(value: ExpressionRef): ExpressionRef;
  getScratch(): ExpressionRef;
}

/** A count that may need a counter. */
export interface Unknown {
  /** Number of loops around its counter; the entry of the function is -Infinity, as it is always counted. */
  loopDepth: number;
  plant(module: binaryen.Module, code: CounterCode, counter: string): void;
}

export interface FunctionFlow {
  /** The first one is the number of calls. */
  unknowns: Unknown[];
  /** Forms that equal 0. */
  equations: Linear[];
  /** Executions of each opcode that is not excluded. */
  executed: Map<string, Linear>;
}

export function analyseFlow(func: number): FunctionFlow {
  return new FlowWalk(func).result;
}

class FlowWalk {
  readonly result: FunctionFlow = { unknowns: [], equations: [], executed: new Map() };
  /** Flow into each label from the branches seen so far. */
  private readonly intoLabel = new Map<string, Linear>();
  /** null: control does not get here. */
  private flow: Linear | null;
  private loopDepth = 0;

  constructor(func: number) {
    const body = slotOf("Function", "Body", func);
    this.flow = this.newUnknown(countBefore(body), Number.NEGATIVE_INFINITY);
    this.walk(body.get(), body);
  }

  private walk(expression: ExpressionRef, slot?: Slot): void {
    if (this.flow === null) return;
    const info = infoOf(expression);
    if (info.id === binaryen.BlockId) this.walkBlock(expression, info as binaryen.BlockInfo);
    else if (info.id === binaryen.LoopId) this.walkLoop(expression, info as binaryen.LoopInfo);
    else if (info.id === binaryen.IfId) this.walkIf(expression, info as binaryen.IfInfo);
    else if (info.id === binaryen.BreakId) this.walkBreak(expression, info as binaryen.BreakInfo, slot);
    else if (info.id === binaryen.SwitchId) this.walkSwitch(expression, info as binaryen.SwitchInfo);
    else this.walkPlain(expression, info);
  }

  private walkPlain(expression: ExpressionRef, info: binaryen.ExpressionInfo): void {
    for (const operand of operandsOf(info)) this.walk(operand);
    if (this.flow === null) return;
    this.execute(opcodeOf(expression, info), this.flow);
    if (info.id === binaryen.ReturnId || info.id === binaryen.UnreachableId) this.flow = null;
  }

  private walkBlock(block: ExpressionRef, { name, children }: binaryen.BlockInfo): void {
    children.forEach((child, index) => {
      this.walk(child, slotOf("Block", "ChildAt", block, index));
    });
    this.flow = merge(this.flow, this.intoLabel.get(name) ?? null);
  }

  private walkLoop(loop: ExpressionRef, { name, body }: binaryen.LoopInfo): void {
    const entries = this.flow!;
    const slot = slotOf("Loop", "Body", loop);
    this.loopDepth++;
    const passes = this.newUnknown(countBefore(slot));
    this.flow = passes;
    this.walk(body, slot);
    this.loopDepth--;
    const jumpsBack = this.intoLabel.get(name) ?? ZERO;
    this.result.equations.push(plus(plus(passes, entries, -1), jumpsBack, -1));
  }

  private walkIf(node: ExpressionRef, { condition, ifTrue, ifFalse }: binaryen.IfInfo): void {
    this.walk(condition);
    if (this.flow === null) return;
    const slotTrue = slotOf("If", "IfTrue", node);
    const whenTrue = this.newUnknown(countBefore(slotTrue));
    const whenFalse = plus(this.flow, whenTrue, -1);
    this.execute("if:not-taken", whenTrue);
    this.execute("if:taken", whenFalse);
    this.flow = whenTrue;
    this.walk(ifTrue, slotTrue);
    const afterTrue = this.flow;
    this.flow = whenFalse;
    if (ifFalse !== 0) {
      if (afterTrue !== null) this.execute("else", afterTrue);
      this.walk(ifFalse, slotOf("If", "IfFalse", node));
    }
    this.flow = merge(this.flow, afterTrue);
  }

  private walkBreak(node: ExpressionRef, info: binaryen.BreakInfo, slot?: Slot): void {
    const { name, condition, value } = info;
    if (value !== 0) this.walk(value);
    if (condition !== 0) this.walk(condition);
    if (this.flow === null) return;
    if (condition === 0) {
      this.execute("br", this.flow);
      this.branchTo(name, this.flow);
      this.flow = null;
      return;
    }
    const stays = this.newUnknown(
      slot !== undefined && value === 0 ? countAfter(slot) : countIfZero(slotOf("Break", "Condition", node)),
    );
    const jumps = plus(this.flow, stays, -1);
    this.execute("br_if:taken", jumps);
    this.execute("br_if:not-taken", stays);
    this.branchTo(name, jumps);
    this.flow = stays;
  }

  /** Every target but the default one gets an unknown; the default target gets the rest. */
  private walkSwitch(
    node: ExpressionRef,
    { names, defaultName, condition, value }: binaryen.SwitchInfo,
  ): void {
    if (value !== 0) this.walk(value);
    this.walk(condition);
    if (this.flow === null) return;
    this.execute("br_table", this.flow);
    let rest = this.flow;
    for (const target of new Set(names)) {
      if (target === defaultName) continue;
      const cases = names.flatMap((name, index) => (name === target ? [index] : []));
      const jumps = this.newUnknown(countCases(slotOf("Switch", "Condition", node), cases));
      this.branchTo(target, jumps);
      rest = plus(rest, jumps, -1);
    }
    this.branchTo(defaultName!, rest);
    this.flow = null;
  }

  private newUnknown(plant: Unknown["plant"], loopDepth = this.loopDepth): Linear {
    return unknown(this.result.unknowns.push({ loopDepth, plant }) - 1);
  }

  private execute(opcode: string, times: Linear): void {
    if (opClassOf(opcode) === "excluded") return;
    this.result.executed.set(opcode, plus(this.result.executed.get(opcode) ?? ZERO, times));
  }

  private branchTo(label: string, times: Linear): void {
    this.intoLabel.set(label, plus(this.intoLabel.get(label) ?? ZERO, times));
  }
}

/** Flow behind a point where two ways meet; null is a way that nobody comes. */
function merge(a: Linear | null, b: Linear | null): Linear | null {
  return a !== null && b !== null ? plus(a, b) : (a ?? b);
}

/** Counts whenever control reaches the expression in `slot`. */
function countBefore(slot: Slot): Unknown["plant"] {
  return (module, code, counter) =>
    slot.set(module.block(null, [code.increment(counter), slot.get()], binaryen.auto));
}

/** Counts whenever control goes on behind the expression in `slot`, which leaves no value. */
function countAfter(slot: Slot): Unknown["plant"] {
  return (module, code, counter) =>
    slot.set(module.block(null, [slot.get(), code.increment(counter)], binaryen.auto));
}

/** Counts the times a br_if falls through, by its condition, where the branch carries a value past the counter. */
function countIfZero(condition: Slot): Unknown["plant"] {
  return (module, code, counter) =>
    countByValue(condition, module, code, counter, module.i32.eqz(code.getScratch()));
}

/** Counts the times the index of a br_table is one of `cases`. */
function countCases(index: Slot, cases: number[]): Unknown["plant"] {
  return (module, code, counter) => {
    const hits = cases.map((n) => module.i32.eq(code.getScratch(), module.i32.const(n)));
    const anyHit = hits.reduce((a, b) => module.i32.or(a, b));
    countByValue(index, module, code, counter, anyHit);
  };
}

/** Adds `truth`, a test on the scratch value, to the counter each time the operand in `slot` is computed. */
function countByValue(
  slot: Slot,
  module: binaryen.Module,
  code: CounterCode,
  counter: string,
  truth: ExpressionRef,
): void {
  const steps = [code.setScratch(slot.get()), code.increment(counter, truth), code.getScratch()];
  slot.set(module.block(null, steps, binaryen.i32));
}
