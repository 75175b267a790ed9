// `ts` and `js` are complete programs: executed, those that import Vitest as its tests, and `ts` type-checked against the package's
// declarations. What a program only declares (`declare const link: Link`) its reader has to bring: it is type-checked alone.
// `html` is bundled. `python` runs where all that it imports is installed; `c` is compiled against the C that the page has exported, and run.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, transformSync } from "esbuild";
import { missing } from "../../scripts/tools.ts";
import { ROOT } from "../cli/run-cli.ts";
import { linkModules } from "./folder.ts";
import { type Block, fileNamedBy } from "./markdown.ts";
import type { Answer, Rule } from "./visit.ts";

/** What tsc says of programs, by their pages' lines. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const parent = mkdtempSync(join(tmpdir(), "programs-"));
  try {
    const folder = join(parent, "project");
    mkdirSync(folder);
    linkModules(folder);
    const compilerOptions = {
      target: "ES2022",
      lib: ["ES2023", "ESNext.Disposable", "DOM"],
      module: "NodeNext",
      moduleResolution: "NodeNext",
      moduleDetection: "force",
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: ["node"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    for (const { page, line, text } of blocks) {
      // Its lines have the numbers that they have in the page.
      writeFileSync(join(folder, `${page.replaceAll("/", "__")}.${line}.ts`), "\n".repeat(line) + text);
    }
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return stdout
      .trim()
      .split("\n")
      .map((line) => line.replaceAll("__", "/").replace(/\.\d+\.ts\((\d+),/, ":$1:"));
  } finally {
    rmSync(parent, { recursive: true });
  }
}

export const runProgram: Rule = async ({ block, folder, absent }) => {
  const named = fileNamedBy(block);
  if (named !== null) folder.write(named, block.text);
  if (/^declare /m.test(block.text)) return {};
  if (/\.listen\(/.test(block.text)) return { skipped: ["the program: it goes on until somebody stops it"] };
  const lacking = [...absent].find((name) => block.text.includes(`"${name}`));
  if (lacking !== undefined) return { skipped: [`the program: it needs ${lacking}, which was not made`] };
  const isTest = /from "vitest"/.test(block.text);
  const name = `block-${block.line}${isTest ? ".test.ts" : ".mjs"}`;
  folder.write(
    name,
    isTest ? block.text : transformSync(block.text, { loader: "ts", format: "esm", target: "node20" }).code,
  );
  const node = `'${process.execPath}'`;
  const command = isTest
    ? `${node} '${join(ROOT, "node_modules/vitest/vitest.mjs")}' run --root . --dir . ${name}`
    : `${node} ${name}`;
  const { code, stdout, stderr } = await folder.run(command);
  return {
    ...(code === 0 ? {} : { problems: [`the program: exit code ${code}\n${stdout}${stderr}`] }),
    ...(isTest ? {} : { printed: stdout }),
  };
};

/** A page: its modules import what the package has, by names that are there. */
export const bundlePage: Rule = async ({ block, folder }): Promise<Answer> => {
  folder.write(fileNamedBy(block) ?? "index.html", block.text);
  const scripts = [...block.text.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)];
  try {
    for (const [, contents] of scripts) {
      const stdin = { contents: contents!, resolveDir: folder.path };
      await build({ stdin, bundle: true, format: "esm", write: false, logLevel: "silent" });
    }
    return {};
  } catch (error) {
    return { problems: [`the page: ${(error as Error).message}`] };
  }
};

/** Runs a program where all that it imports is there; else it has parsed. */
const PYTHON = `
import ast, importlib.util, sys
path = sys.argv[1]
tree = ast.parse(open(path).read(), path)
names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
absent = sorted({n.split(".")[0] for n in names if importlib.util.find_spec(n.split(".")[0]) is None})
if absent:
    sys.exit("absent " + ", ".join(absent))
exec(compile(tree, path, "exec"), {"__name__": "__main__"})
`;

export const runPython: Rule = async ({ block, folder, absent }): Promise<Answer> => {
  const name = fileNamedBy(block) ?? `block-${block.line}.py`;
  // Neither the program nor what it would write is there for the commands below.
  const skip = (why: string) => {
    const files = [...block.text.matchAll(/"([\w.-]+\.\w+)"/g)].map(([, file]) => file!);
    for (const file of [name, ...files]) if (file === name || !folder.exists(file)) absent.add(file);
    return { skipped: [`the program: ${why}`] };
  };
  if (missing("python3")) return skip("it needs python3");
  folder.write("run-python.py", PYTHON);
  folder.write(name, block.text);
  const { code, stdout, stderr } = await folder.run(`python3 run-python.py ${name}`);
  if (stderr.startsWith("absent ")) return skip(`it needs ${stderr.slice(7).trim()}`);
  return code === 0 ? { printed: stdout } : { problems: [`the program: ${stderr}`] };
};

export const runC: Rule = async ({ block, folder, absent }): Promise<Answer> => {
  const [, header] = /#include "([\w-]+)\.h"/.exec(block.text) ?? [];
  if (header === undefined) return { problems: ["expected an include of the exported network's header"] };
  if (absent.has(header) || missing("gcc"))
    return { skipped: [`the program: ${header} was not exported, or no gcc`] };
  if (!folder.exists(header)) return { problems: [`expected ${header}/ from an export further up`] };
  folder.write(`block-${block.line}.c`, block.text);
  const sources = readdirSync(join(folder.path, header))
    .filter((name) => name.endsWith(".c") && name !== "main.c")
    .map((name) => `${header}/${name}`);
  const flags = "-std=c11 -O1 -Wall -ffp-contract=off -fno-fast-math -fwrapv";
  const compile = `gcc ${flags} -I ${header} block-${block.line}.c ${sources.join(" ")} -o block-${block.line} -lm`;
  const { code, stdout, stderr } = await folder.run(`${compile} && ./block-${block.line}`);
  return code === 0 ? { printed: stdout } : { problems: [`the program: exit code ${code}\n${stderr}`] };
};
