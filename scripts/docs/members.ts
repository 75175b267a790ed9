// What a class or an interface consists of, read from its declaration.

import { commentBefore, normalise, type PublicSymbol, statementsOf } from "../api-surface.ts";

export interface Member {
  /** `constructor` for that, `[Symbol.asyncDispose]` for a computed name. */
  name: string;
  /** Without comments, when it stands on one line; else with those of its parts. */
  text: string;
  comment: string;
}

/** Public members of a class or an interface, in the order of the source; none of anything else. */
export function membersOf({ declarations }: Pick<PublicSymbol, "declarations">): Member[] {
  const [declaration = ""] = declarations;
  if (!/^export (?:declare )?(?:abstract )?(class|interface) /.test(declaration)) return [];
  const body = declaration.slice(declaration.indexOf("{\n") + 2, declaration.lastIndexOf("}"));
  return statementsOf(body).flatMap((statement) => {
    const start = /^(?:\s|\/\*[\s\S]*?\*\/)*/.exec(statement)![0].length;
    const code = statement.slice(start);
    if (/^(#private|private )/.test(code)) return [];
    const short = normalise(code);
    const text = short.includes("\n") ? outdented(code) : short;
    return [
      { name: nameOf(code), text: text.replace(/;$/, ""), comment: commentBefore(statement.slice(0, start)) },
    ];
  });
}

function nameOf(code: string): string {
  return /^(?:(?:static|readonly|abstract|protected|get|set) )*(\[[^\]]+\]|[\w$]+)/.exec(code)![1]!;
}

/** The lines below the first one as far left as they may go. */
function outdented(code: string): string {
  return code.replaceAll("\n    ", "\n");
}

/** Classes and interfaces that a class or an interface builds on, by name. */
function heritageOf({ declarations }: Pick<PublicSymbol, "declarations">): string[] {
  const [head = ""] = declarations[0]!.split("{\n");
  return [...head.matchAll(/(?:extends|implements|,) (?:Omit<|Pick<)?([A-Z]\w*)/g)].map(([, name]) => name!);
}

/** Members with the comments that they inherit where they have none of their own. */
export function describedMembers(symbol: PublicSymbol, all: readonly PublicSymbol[]): Member[] {
  const inherited = ancestorsOf(symbol, all).flatMap(membersOf);
  return membersOf(symbol).map((member) => ({
    ...member,
    comment:
      member.comment ||
      (inherited.find(({ name, comment }) => name === member.name && comment !== "")?.comment ?? ""),
  }));
}

/** What a class or an interface builds on, the nearest first, as far as it is public. */
function ancestorsOf(symbol: PublicSymbol, all: readonly PublicSymbol[]): PublicSymbol[] {
  return heritageOf(symbol).flatMap((name) => {
    const parent = all.find((other) => other.name === name);
    return parent === undefined ? [] : [parent, ...ancestorsOf(parent, all)];
  });
}
