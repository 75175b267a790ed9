// An executor that owes nothing to our instrumentation: wabt's `wasm-interp --trace` prints every instruction that it
// executes. It executes code of its own, so each internal instruction is first given its WebAssembly opcode, by walking
// wabt's listing of that code and wabt's disassembly of the module (`wasm-objdump -d`) side by side. Both are in module
// order, and an opcode always becomes the same internal instructions:
//
//   WebAssembly              internal instructions                            counted as
//   block loop end nop       none                                             nothing
//   entry of a function      [alloca]                                         nothing
//   if                       br_unless                                        if:taken when the value is 0
//   else                     br                                               else
//   br                       [drop | drop_keep] [catch_drop] br               br, at its last instruction
//   br_if                    br_unless [drop | drop_keep] [catch_drop] br     br_if:not-taken when the value is 0
//   br_table                 br_table, then an entry as `br` for each target  br_table
//   return                   [drop | drop_keep] return                        return
//   end of a function        [drop | drop_keep] return                        nothing: part of the call
//   call                     call                                             call
//   any other                the same                                         the same
//
// wabt shortens drop_keep to drop when one value goes and none stays; only the walk can tell it from an opcode `drop`.

import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

import { countInitialValues } from "./wasm-module.ts";

export { codeSection, type DataSegment, type HarnessCall, harness } from "./wasm-module.ts";

/** Opcode, or opcode and outcome of a branch → executions. Opcodes that no board prices are in it as well. */
export type Histogram = Record<string, number>;

export interface Trace {
  /** What wasm-interp prints of the call, e.g. `run() => i32:0`. */
  result: string;
  /** One histogram for each function of the module, by index. */
  functions: Histogram[];
}

/** Binary form of a module in text format, by wabt. */
export function assembleText(wat: string): Uint8Array<ArrayBuffer> {
  return inScratchFolder((folder) => {
    const path = join(folder, "module.wat");
    writeFileSync(path, wat);
    return Uint8Array.from(run("wat2wasm", [path, "--output=-"]));
  });
}

/** Opcodes that occur in the code of a module, by wabt's disassembly. */
export function opcodesIn(wasm: Uint8Array): Set<string> {
  return inScratchFolder((folder) => {
    const path = join(folder, "module.wasm");
    writeFileSync(path, wasm);
    const functions = parseDisassembly(run("wasm-objdump", ["-d", path]).toString());
    return new Set(functions.flat().map(({ opcode }) => opcode));
  });
}

/** What the export `exportName`, which takes no parameters, executes, function by function. */
export function traceFunctions(wasm: Uint8Array, exportName: string): Trace {
  return inScratchFolder((folder) => {
    const path = join(folder, "module.wasm");
    writeFileSync(path, wasm);
    const listing = parseListing(run("wasm-interp", ["-v", path]).toString());
    // The initial values of globals and segments are listed too, two instructions each.
    const { beforeCode, behindCode } = countInitialValues(wasm);
    const meanings = align(
      parseDisassembly(run("wasm-objdump", ["-d", path]).toString()),
      listing.slice(2 * beforeCode, listing.length - 2 * behindCode),
    );
    const tracePath = join(folder, "trace");
    const traceFile = openSync(tracePath, "w+");
    try {
      const { status, error, stderr } = spawnSync("wasm-interp", ["--trace", "--run-all-exports", path], {
        stdio: ["ignore", traceFile, "pipe"],
      });
      if (error || status !== 0) throw new Error(`wasm-interp --trace: ${error ?? stderr}`);
      return countTrace(traceFile, exportName, meanings);
    } finally {
      closeSync(traceFile);
    }
  });
}

/** What one internal instruction stands for. `outcomes` holds the opcode for a value of 0 and for any other. */
interface Meaning {
  function: number;
  opcode?: string;
  outcomes?: readonly [whenZero: string, otherwise: string];
}

interface Instruction {
  offset: number;
  opcode: string;
}

/** A function as wasm-objdump disassembles it: opcodes up to the closing `end`, with the number of branch targets. */
interface Disassembled {
  opcode: string;
  nArguments: number;
}

function parseDisassembly(text: string): Disassembled[][] {
  const functions: Disassembled[][] = [];
  for (const line of text.split("\n")) {
    if (/^[0-9a-f]+ func\[\d+\]/.test(line)) functions.push([]);
    // Long instructions go on in lines without a mnemonic, declarations of locals look like `local[1] type=i32`.
    const mnemonic = /^ [0-9a-f]+: [0-9a-f ]*\| +([a-z][\w.]*)(?: (.*))?$/.exec(line);
    if (mnemonic) {
      functions
        .at(-1)!
        .push({ opcode: mnemonic[1]!, nArguments: mnemonic[2]?.trim().split(/\s+/).length ?? 0 });
    }
  }
  return functions;
}

function parseListing(text: string): Instruction[] {
  return Array.from(text.matchAll(/^ *(\d+)\| ([\w.]+)/gm), (match) => ({
    offset: Number(match[1]),
    opcode: match[2]!,
  }));
}

/** The walk that the table at the top of this file describes. */
function align(functions: readonly Disassembled[][], listing: readonly Instruction[]): Map<number, Meaning> {
  const meanings = new Map<number, Meaning>();
  let next = 0;
  functions.forEach((body, index) => {
    const take = (opcode: string, meaning: Omit<Meaning, "function"> = {}): void => {
      const found = listing[next++];
      if (found?.opcode !== opcode) {
        throw new Error(`function ${index}: expected ${opcode} in the listing, found ${found?.opcode}`);
      }
      meanings.set(found.offset, { function: index, ...meaning });
    };
    const takeAny = (...opcodes: string[]): void => {
      while (opcodes.includes(listing[next]?.opcode ?? "")) take(listing[next]!.opcode);
    };
    const takeBranch = (opcode: string, meaning: Omit<Meaning, "function"> = {}): void => {
      takeAny("drop", "drop_keep", "catch_drop");
      take(opcode, meaning);
    };
    let depth = 0;
    takeAny("alloca");
    for (const { opcode, nArguments } of body) {
      if (opcode === "block" || opcode === "loop") {
        depth++;
      } else if (opcode === "if") {
        depth++;
        take("br_unless", { outcomes: ["if:taken", "if:not-taken"] });
      } else if (opcode === "end") {
        if (depth-- === 0) takeBranch("return");
      } else if (opcode === "else") {
        take("br", { opcode });
      } else if (opcode === "br_if") {
        take("br_unless", { outcomes: ["br_if:not-taken", "br_if:taken"] });
        takeBranch("br");
      } else if (opcode === "br_table") {
        take(opcode, { opcode });
        for (let i = 0; i < nArguments; i++) takeBranch("br");
      } else if (opcode === "br" || opcode === "return") {
        takeBranch(opcode, { opcode });
      } else if (opcode !== "nop") {
        take(opcode, { opcode });
      }
    }
  });
  if (next !== listing.length)
    throw new Error(`${listing.length - next} internal instructions belong to no opcode`);
  return meanings;
}

/** Reads lines such as `#1.  228: V:3  | br_unless @256, 0`; a trace may be longer than the longest string. */
function countTrace(file: number, exportName: string, meanings: ReadonlyMap<number, Meaning>): Trace {
  const nFunctions = Math.max(-1, ...[...meanings.values()].map((meaning) => meaning.function)) + 1;
  const trace: Trace = { result: "", functions: Array.from({ length: nFunctions }, () => ({})) };
  let running = false;
  for (const line of readLines(file)) {
    if (line.startsWith(">>> running export")) running = line.includes(`"${exportName}"`);
    else if (running && line.startsWith(`${exportName}(`)) trace.result = line;
    if (!running || !line.startsWith("#")) continue;
    const meaning = meanings.get(Number.parseInt(line.slice(line.indexOf(".") + 1), 10));
    if (meaning === undefined) throw new Error(`the listing lacks the instruction of "${line}"`);
    const opcode = meaning.outcomes ? meaning.outcomes[line.endsWith(", 0") ? 0 : 1] : meaning.opcode;
    if (opcode === undefined) continue;
    const histogram = trace.functions[meaning.function]!;
    histogram[opcode] = (histogram[opcode] ?? 0) + 1;
  }
  if (trace.result === "") throw new Error(`wasm-interp did not run the export "${exportName}"`);
  return trace;
}

function* readLines(file: number): Generator<string> {
  const decoder = new StringDecoder("latin1");
  const chunk = Buffer.alloc(1 << 20);
  let rest = "";
  for (let position = 0; ; ) {
    const nBytes = readSync(file, chunk, 0, chunk.length, position);
    if (nBytes === 0) break;
    position += nBytes;
    const lines = (rest + decoder.write(chunk.subarray(0, nBytes))).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function run(tool: string, args: string[]): Buffer {
  const { status, error, stdout, stderr } = spawnSync(tool, args, { maxBuffer: 1 << 28 });
  if (error || status !== 0) throw new Error(`${tool} ${args.join(" ")}: ${error ?? stderr}`);
  return stdout;
}

function inScratchFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "wabt-trace-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
