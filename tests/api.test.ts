// The public interface is a decision: what the build exports stands in docs/api.report.md, every symbol has a doc comment.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { publicSymbols } from "../scripts/api.ts";
import { report, surfaceOf } from "../scripts/api-surface.ts";
import { describedMembers, membersOf } from "../scripts/docs/members.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

it("is what docs/api.report.md says (`npm run api` writes it)", async () => {
  expect(report(await publicSymbols())).toBe(readFileSync(join(root, "docs/api.report.md"), "utf8"));
});

it("has a doc comment for every symbol", async () => {
  const symbols = await publicSymbols();
  expect(symbols.length).toBeGreaterThan(150);
  expect(
    symbols.filter(({ comments }) => comments[0] === "").map(({ file, name }) => `${file}: ${name}`),
  ).toEqual([]);
});

it("has a doc comment for every member of a class, its own or that of an interface", async () => {
  const symbols = await publicSymbols();
  const classes = symbols.filter(({ text }) => /^(abstract )?class /.test(text));
  expect(classes.length).toBeGreaterThan(15);
  const undocumented = classes.flatMap((symbol) =>
    describedMembers(symbol, symbols)
      .filter(({ comment }) => comment === "")
      .map(({ text }) => `${symbol.file}: ${symbol.name}: ${text}`),
  );
  expect(undocumented).toEqual([]);
});

it("has in the report every name that can be imported", async () => {
  const names = new Set((await publicSymbols()).map(({ name }) => name));
  const exported = { ...(await import("../bindings/index.ts")), ...(await import("liquid-edge/vitest")) };
  expect(Object.keys(exported).filter((name) => !names.has(name))).toEqual([]);
});

it("keeps signatures whole and leaves comments and private members out", () => {
  const folder = mkdtempSync(join(tmpdir(), "api-"));
  const declarations = `
/** Says hello; "}" in a comment ends nothing. */
export declare class Greeter<T extends { a: 1 }> {
    #private;
    /** For whom. */
    readonly name: "a;b" | "}";
    private constructor();
    private hidden;
    greet(to: (name: string) => { said: string; }): void;
}
export declare function hello(a: string): void;
export declare function hello(a: number): void;
export type Word = {
    by: "a";
} | {
    by: "b";
};
`;
  writeFileSync(join(folder, "greeter.d.ts"), declarations);
  writeFileSync(
    join(folder, "entry.d.ts"),
    'export { Greeter, type Word as Term } from "./greeter.js";\nexport { hello } from "./greeter.js";\n' +
      '/** How many. */\nexport declare const limit = 3;\ndeclare module "other" {\n    /** Theirs. */\n' +
      "    interface Matchers<T = any> {\n        /** As asked. */\n        toGreet(): void;\n    }\n}\n",
  );
  const symbols = surfaceOf(folder, join(folder, "entry.d.ts"), "entry");
  rmSync(folder, { recursive: true });
  expect(symbols.map(({ name, comments }) => [name, comments])).toEqual([
    ["Greeter", ['Says hello; "}" in a comment ends nothing.']],
    ["Matchers", ["Theirs."]],
    ["Term", [""]],
    ["hello", ["", ""]],
    ["limit", ["How many."]],
  ]);
  expect(membersOf(symbols[1]!)).toEqual([
    { name: "toGreet", text: "toGreet(): void", comment: "As asked." },
  ]);
  expect(symbols[0]!.text).toBe(
    'class Greeter<T extends { a: 1 }> {\n    readonly name: "a;b" | "}";\n    private constructor();\n' +
      "    greet(to: (name: string) => { said: string; }): void;\n}",
  );
  expect(membersOf(symbols[0]!)).toEqual([
    { name: "name", text: 'readonly name: "a;b" | "}"', comment: "For whom." },
    { name: "greet", text: "greet(to: (name: string) => { said: string; }): void", comment: "" },
  ]);
  expect(symbols[2]!.text).toBe('type Word = {\n    by: "a";\n} | {\n    by: "b";\n};');
  expect(symbols[3]!.text).toBe("function hello(a: string): void;\nfunction hello(a: number): void;");
});
