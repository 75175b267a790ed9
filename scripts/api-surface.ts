// The public interface of the library as text: every exported symbol with its signature, without bodies, private members and
// comments, so that a change of it is seen in review. Read from the emitted declarations.

import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export interface PublicSymbol {
  name: string;
  entry: string;
  /** The declaration, comments and private members taken out, one line a member. */
  text: string;
  /** The same with the comments of its members, one for each overload. */
  declarations: string[];
  /** The doc comments before it, without their marks; one for each declaration, "" where there is none. */
  comments: string[];
  /** Its file below the folder of declarations, for messages. */
  file: string;
}

/** What an entry declares itself. */
const OWN = /^export (?:declare )?(?:class|interface|function|const|type|enum) (\w+)/gm;

/** Public symbols of an entry's declarations, e.g. `dist/types/bindings/entries/core.d.ts`, by name. */
export function surfaceOf(types: string, file: string, entry: string): PublicSymbol[] {
  const symbols: PublicSymbol[] = [];
  const text = readFileSync(file, "utf8");
  for (const [, list, from] of text.matchAll(/export (?:type )?\{([^}]*)\} from "([^"]+)";/g)) {
    const source = join(dirname(file), from!.replace(/\.js$/, ".d.ts"));
    for (const item of list!.split(",")) {
      const [local, name = local] = item
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      if (!local) continue;
      const found = declarationsOf(readFileSync(source, "utf8"), local, source);
      symbols.push({ name: name!, entry, ...found, file: relative(types, source) });
    }
  }
  const own = text + additionsOf(text);
  for (const [, name] of own.matchAll(OWN))
    symbols.push({ name: name!, entry, ...declarationsOf(own, name!, file), file: relative(types, file) });
  return symbols.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a file adds to the interfaces of another package, as if it were its own. */
function additionsOf(text: string): string {
  return [...text.matchAll(/^declare module "[^"]+" \{\n([\s\S]*?)^\}/gm)]
    .map(([, block]) => block!.replace(/^ {4}/gm, "").replace(/^interface /gm, "export interface "))
    .join("");
}

/** The declaration of `name`: overloads of a function stand one below the other. */
function declarationsOf(
  text: string,
  name: string,
  source: string,
): Pick<PublicSymbol, "text" | "declarations" | "comments"> {
  const start = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:class|interface|function|const|type|enum) ${name.replace("$", "\\$")}\\b`,
    "gm",
  );
  const found = [...text.matchAll(start)];
  if (found.length === 0) throw new Error(`${source}: expected a declaration of ${name}, found none`);
  const declarations = found.map(({ index }) => text.slice(index, endOf(text, index)));
  return {
    text: declarations.map(normalise).join("\n"),
    declarations,
    comments: found.map(({ index }) => commentBefore(text.slice(0, index))),
  };
}

/** The doc comment at the end of `text`, without its stars; "" when something else stands there. */
export function commentBefore(text: string): string {
  const end = text.trimEnd();
  if (!end.endsWith("*/")) return "";
  return end
    .slice(end.lastIndexOf("/*") + 2, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** The statements of a block, with what stands before each of them. */
export function statementsOf(block: string): string[] {
  const statements: string[] = [];
  let from = 0;
  while (block.slice(from).trim() !== "") {
    const end = endOf(block, from);
    statements.push(block.slice(from, end));
    from = end;
  }
  return statements;
}

/** Where the statement that starts at `from` ends: at the first `;`, or brace of its own, outside brackets, strings and comments. */
function endOf(text: string, from: number): number {
  let depth = 0;
  const isBlock = /^export (?:declare )?(?:abstract )?(?:class|interface|enum)\b/.test(text.slice(from));
  const token = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|=>|[{}()[\];]/g;
  token.lastIndex = from;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if ("{([".includes(match[0])) depth++;
    else if ("})]".includes(match[0])) {
      depth--;
      // The compiler puts the brace that ends a block, and no other one outside all brackets, on a line of its own.
      if (depth === 0 && isBlock && match[0] === "}" && text[match.index - 1] === "\n")
        return token.lastIndex;
    } else if (match[0] === ";" && depth === 0) return token.lastIndex;
  }
  throw new Error("expected the end of a declaration, found the end of the file");
}

/** A declaration without comments and private members. */
export function normalise(declaration: string): string {
  return declaration
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) => !/^\s*(#private;|private (?!constructor)|$)/.test(line))
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/^export (declare )?/, "")
    .trim();
}

/** docs/api.report.md. */
export function report(symbols: readonly PublicSymbol[]): string {
  const entries = [...new Set(symbols.map(({ entry }) => entry))];
  const parts = entries.map((entry) => {
    const own = symbols.filter((symbol) => symbol.entry === entry);
    return `## liquid-edge/${entry}\n\n\`\`\`ts\n${own.map(({ name, text }) => named(name, text)).join("\n\n")}\n\`\`\`\n`;
  });
  return (
    "# The public interface\n\n" +
    "Written by `npm run api` from the declarations that the build emits; a test holds them against it. A change here is a change\n" +
    "for users: it needs a line in CHANGELOG.md.\n\n" +
    parts.join("\n")
  );
}

/** A symbol that is exported under another name than it is declared with. */
function named(name: string, text: string): string {
  return new RegExp(`\\b${name}\\b`).test(text.split("\n")[0]!) ? text : `// exported as ${name}\n${text}`;
}
