// Random structured programs in the text format, for comparing two ways of counting. They use every construct whose
// execution is counted apart (if with and without else, loops, br, br_if with and without a value, br_table, early
// return, calls, call_indirect) and end soon: every loop counts its passes down, functions call only later ones.

import fc, { type GeneratorValue } from "fast-check";

const N_FUNCTIONS = 4;
const N_LOCALS = 3;
/** Every loop has a counting local of its own behind the others. */
const N_LOOP_LOCALS = 4;
const MAX_DEPTH = 4;

/** A module with its own memory and an export `run` without parameters. */
export function randomProgram(gen: GeneratorValue): string {
  const functions = Array.from({ length: N_FUNCTIONS }, (_, i) => new FunctionWriter(gen, i).write());
  return `(module
    (type $f (func (param i32 i32) (result i32)))
    (memory 1)
    (global $g (mut i32) (i32.const 7))
    (table funcref (elem ${functions.map((_, i) => `$f${i}`).join(" ")}))
    ${functions.join("\n")}
    (func (export "run") (result i32)
      (call $f0 (i32.const ${gen(fc.integer)}) (i32.const ${gen(fc.integer)}))))`;
}

class FunctionWriter {
  private readonly gen: GeneratorValue;
  private readonly index: number;
  private nLabels = 0;
  private nLoops = 0;
  /** Labels that a branch without a value may go to: forward ones, and loops, whose passes are limited. */
  private labels: string[] = [];

  constructor(gen: GeneratorValue, index: number) {
    this.gen = gen;
    this.index = index;
  }

  write(): string {
    const locals = "i32 ".repeat(N_LOCALS - 2 + N_LOOP_LOCALS);
    return `(func $f${this.index} (type $f) (local ${locals})
      ${this.body(0)}
      ${this.value(1)})`;
  }

  private below(n: number): number {
    return this.gen(fc.nat, { max: n - 1 });
  }

  private oneOf<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private body(depth: number): string {
    return Array.from({ length: this.below(4) }, () => this.statement(depth)).join("\n");
  }

  private block(label: string, write: () => string): string {
    this.labels.push(label);
    const text = write();
    this.labels.pop();
    return text;
  }

  private statement(depth: number): string {
    const value = () => this.value(depth + 1);
    const simple = [
      () => `(local.set ${this.below(N_LOCALS)} ${value()})`,
      () => `(global.set $g ${value()})`,
      () => `(drop ${value()})`,
      () => `(i32.store16 (i32.and ${value()} (i32.const 1023)) ${value()})`,
      () => "(nop)",
    ];
    const branches = [
      () => `(br_if ${this.oneOf(this.labels)} ${value()})`,
      () => `(br ${this.oneOf(this.labels)})`,
      () => {
        const targets = Array.from({ length: 1 + this.below(4) }, () => this.oneOf(this.labels));
        return `(br_table ${targets.join(" ")} (i32.and ${value()} (i32.const 3)))`;
      },
    ];
    const structured = [
      () => this.ifStatement(depth),
      () => this.ifStatement(depth),
      () => this.blockStatement(depth),
      () => this.loopStatement(depth),
      () => `(if ${value()} (then (return ${value()})))`,
      () => `(return ${value()})`,
    ];
    const choices = [
      ...simple,
      ...(this.labels.length > 0 ? [...branches, branches[0]!] : []),
      ...(depth < MAX_DEPTH ? structured : []),
    ];
    return this.oneOf(choices)();
  }

  private ifStatement(depth: number): string {
    const otherwise = this.oneOf([() => "", () => `(else ${this.body(depth + 1)})`])();
    return `(if ${this.value(depth + 1)} (then ${this.body(depth + 1)}) ${otherwise})`;
  }

  private blockStatement(depth: number): string {
    const label = `$b${this.nLabels++}`;
    return `(block ${label} ${this.block(label, () => this.body(depth + 1))})`;
  }

  /** Tested at its top or at its bottom; a branch to its label from within starts the next pass. */
  private loopStatement(depth: number): string {
    if (this.nLoops === N_LOOP_LOCALS) return "(nop)";
    const counter = N_LOCALS + this.nLoops++;
    const [loop, exit] = [`$l${this.nLabels++}`, `$x${this.nLabels++}`];
    const body = this.block(exit, () => this.block(loop, () => this.body(depth + 1)));
    const countDown = `(local.tee ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))`;
    const passes = `(local.set ${counter} (i32.const ${2 + this.below(3)}))`;
    const rest = this.oneOf([
      `(br ${loop})`,
      `(br_if ${loop} (i32.gt_s (local.get ${counter}) (i32.const 1)))`,
      `(if (i32.eqz (local.get 0)) (then (br ${loop})))`,
    ]);
    return `${passes} (block ${exit} (loop ${loop} (br_if ${exit} (i32.eqz ${countDown})) ${body} ${rest}))`;
  }

  private value(depth: number): string {
    const leaves = [
      () => `(i32.const ${this.gen(fc.integer, { min: -3, max: 3 })})`,
      () => `(local.get ${this.below(N_LOCALS)})`,
    ];
    if (depth > MAX_DEPTH) return this.oneOf(leaves)();
    const value = () => this.value(depth + 1);
    const f32 = () => `(f32.convert_i32_s ${value()})`;
    const i64 = () => `(i64.extend_i32_u ${value()})`;
    return this.oneOf([
      ...leaves,
      () => `(local.tee ${this.below(N_LOCALS)} ${value()})`,
      () => "(global.get $g)",
      () => `(${this.oneOf(["i32.add", "i32.mul", "i32.xor", "i32.shl", "i32.lt_u"])} ${value()} ${value()})`,
      () => `(i32.eqz ${value()})`,
      () => `(i32.div_u ${value()} (i32.or ${value()} (i32.const 1)))`,
      () => `(select ${value()} ${value()} ${value()})`,
      () => `(i32.load8_u (i32.and ${value()} (i32.const 1023)))`,
      () => `(i32.reinterpret_f32 (f32.add ${f32()} (f32.copysign ${f32()} (f32.const -1))))`,
      () => `(i32.wrap_i64 (i64.rotl ${i64()} ${i64()}))`,
      () => `(if (result i32) ${value()} (then ${value()}) (else ${value()}))`,
      () => this.valueBlock(depth),
      () => this.call(depth),
    ])();
  }

  /** A block that branches leave with a value; a br_table too, whose targets then all take one. */
  private valueBlock(depth: number): string {
    const label = `$v${this.nLabels++}`;
    const [a, b, c] = [this.value(depth + 1), this.value(depth + 1), this.value(depth + 1)];
    return this.oneOf([
      `(block ${label} (result i32) (drop (br_if ${label} ${a} ${b})) ${c})`,
      `(block ${label} (result i32) (br_if ${label} ${a} ${b}))`,
      `(block ${label} (result i32) (br ${label} ${a}))`,
      `(block ${label} (result i32) (i32.add (block ${label}i (result i32)
        (br_table ${label}i ${label} ${label}i ${a} (i32.and ${b} (i32.const 3)))) ${c}))`,
    ]);
  }

  private call(depth: number): string {
    const callee = this.index + 1;
    if (callee >= N_FUNCTIONS) return "(i32.const 5)";
    const [a, b] = [this.value(depth + 2), this.value(depth + 2)];
    return this.oneOf([
      `(call $f${callee} ${a} ${b})`,
      `(call_indirect (type $f) ${a} ${b} (i32.const ${callee}))`,
    ]);
  }
}
