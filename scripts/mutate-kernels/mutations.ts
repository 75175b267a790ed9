// Single-operator mutations of AssemblyScript sources: one binary operator replaced by another that changes results or control
// flow for some operands. Which lines count: those that the scalar build executes.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../tests/reference/integer/random.ts";

export interface Mutation {
  /** Name within assembly/. */
  file: string;
  /** Name of the function that holds it. */
  kernel: string;
  /** From 1. */
  line: number;
  column: number;
  /** Offset of the operator in the file. */
  at: number;
  from: string;
  to: string;
  /** The line as it stands. */
  text: string;
}

/** Kernels of integer networks and the rows they share. */
const KERNELS = /(^|-)(s8|s4|s16|s32)\.ts$|^rows\.ts$/;
// `<=` for `<` would be the same function in select(v, limit, v < limit): compare the other way round.
const REPLACEMENTS: Record<string, string> = {
  "+": "-",
  "-": "+",
  "*": "+",
  "/": "*",
  ">>": "<<",
  "<<": ">>",
  ">>>": "<<",
  "&": "|",
  "|": "&",
  "^": "|",
  "<": ">",
  ">": "<",
  "!=": "==",
  "==": "!=",
  "+=": "-=",
  "-=": "+=",
};
// The sources put spaces around binary operators and none around those of types.
const OPERATOR = /(?<= )(>>>|>>|<<|\+=|-=|!=|==|[-+*/&|^<>])(?= )/g;

/** Every mutation of the integer kernels in `assembly`. */
export function listMutations(assembly: string): Mutation[] {
  const files = readdirSync(assembly).filter((file) => KERNELS.test(file));
  return files.sort().flatMap((file) => mutationsOf(file, readFileSync(join(assembly, file), "utf8")));
}

export function mutationsOf(file: string, source: string): Mutation[] {
  const code = withoutSimd(withoutComments(source));
  const lines = source.split("\n");
  return [...code.matchAll(OPERATOR)].map((match) => {
    const from = match[0];
    const before = code.slice(0, match.index).split("\n");
    const line = before.length;
    const column = before.at(-1)!.length + 1;
    const kernel = [...code.slice(0, match.index).matchAll(/function (\w+)/g)].at(-1)?.[1] ?? "";
    return {
      file,
      kernel,
      line,
      column,
      at: match.index,
      from,
      to: REPLACEMENTS[from]!,
      text: lines[line - 1]!.trim(),
    };
  });
}

export function mutate(source: string, { at, from, to }: Mutation): string {
  return source.slice(0, at) + to + source.slice(at + from.length);
}

/** `count` of them, as evenly from all kernels as they allow. */
export function pick(mutations: Mutation[], count: number, random: Random): Mutation[] {
  const nameOf = ({ file, kernel }: Mutation) => `${file} ${kernel}`;
  const names = [...new Set(mutations.map(nameOf))];
  const byKernel = names.map((name) => mutations.filter((mutation) => nameOf(mutation) === name));
  const picked: Mutation[] = [];
  // Shuffled, so that few mutations do not all come from the first kernels.
  for (let i = byKernel.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    [byKernel[i], byKernel[j]] = [byKernel[j]!, byKernel[i]!];
  }
  while (picked.length < Math.min(count, mutations.length)) {
    for (const rest of byKernel) {
      if (rest.length > 0 && picked.length < count) {
        picked.push(...rest.splice(random.between(0, rest.length - 1), 1));
      }
    }
  }
  return picked;
}

const blank = (text: string) => text.replace(/[^\n]/g, " ");

/** Comments, strings and imports as blanks of the same length. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|^import [\s\S]*?;$|"[^"\n]*"/gm, blank);
}

/** Blocks that only the SIMD build compiles, and functions on v128, as blanks: up to the brace that closes them. */
function withoutSimd(source: string): string {
  let result = source;
  for (const start of source.matchAll(/if \(ASC_FEATURE_SIMD\) \{|function [^\n{]*v128[^\n{]*\{/g)) {
    let end = start.index + start[0].length;
    for (let depth = 1; depth > 0 && end < source.length; end++) {
      if (source[end] === "{") depth++;
      if (source[end] === "}") depth--;
    }
    result = result.slice(0, start.index) + blank(source.slice(start.index, end)) + result.slice(end);
  }
  return result;
}
