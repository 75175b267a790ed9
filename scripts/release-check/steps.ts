// The steps of `npm run release:check`.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "../empty-project.ts";
import { versionProblems } from "../release-version.ts";

/** Why a step was not taken. */
export class Skipped extends Error {}

export interface Step {
  name: string;
  what: string;
  /** Throws when it fails; what it returns stands in the table. */
  run: (place: Place) => string;
}

export interface Place {
  /** The repository that is checked. */
  root: string;
  /** For what a step writes. */
  scratch: string;
}

/** What npm says where a registry has no audit. */
const NO_AUDIT = /audit endpoint returned an error|ENOAUDIT|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|40[45]/;

export const STEPS: readonly Step[] = [
  { name: "version", what: "version, CHANGELOG and baseline agree", run: ({ root }) => checkVersion(root) },
  { name: "test", what: "npm cit", run: ({ root }) => must("npm", ["cit"], root) },
  { name: "long", what: "npm run test:long", run: ({ root }) => must("npm", ["run", "test:long"], root) },
  {
    name: "mutation",
    what: "estimate and record: 80 % of mutants noticed",
    run: ({ root }) => scoresIn(outputOf("npm", ["run", "-s", "mutation", "--", "--fresh"], root)),
  },
  {
    name: "fuzz",
    what: "npm run fuzz: a million inputs for each reader",
    run: ({ root }) => must("npm", ["run", "-s", "fuzz"], root),
  },
  {
    name: "api",
    what: "docs/api.report.md",
    run: ({ root }) => must("npx", ["vitest", "run", "tests/api.test.ts"], root),
  },
  { name: "docs", what: "generated pages, the site", run: ({ root }) => documents(root) },
  {
    name: "gate",
    what: "the project's own suite",
    run: ({ root }) => must("npm", ["run", "-s", "gate"], root),
  },
  {
    name: "pack",
    what: "npm pack, installed in an empty folder",
    run: ({ root, scratch }) => installed(packAsPublished(root, scratch), scratch),
  },
  {
    name: "publint",
    what: "publint",
    run: ({ root, scratch }) => must("npx", ["publint", "run", pack(root, scratch), "--strict"], root),
  },
  {
    name: "attw",
    what: "types resolve everywhere (are the types wrong)",
    run: ({ root, scratch }) =>
      must("npx", ["attw", pack(root, scratch), "--profile", "esm-only", "--no-emoji", "-f", "ascii"], root),
  },
  { name: "audit", what: "npm audit", run: ({ root }) => audit(root) },
  {
    name: "nodes",
    what: "Node 22 and 24",
    run: ({ root }) => must("npx", ["tsx", "scripts/test-nodes.ts"], root),
  },
];

function start(command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  return spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** What a command printed; throws with it unless the command ends with 0. */
export function outputOf(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = start(command, args, cwd);
  if (status === 0) return stdout;
  throw new Error(
    `${command} ${args.join(" ")}: exit code ${status}\n${stdout}${stderr}${error?.message ?? ""}`,
  );
}

/** Runs a command that has nothing to tell but its exit code. */
export function must(command: string, args: readonly string[], cwd: string): string {
  outputOf(command, args, cwd);
  return "";
}

/** The line of each folder in the table of mutants. */
function scoresIn(text: string): string {
  const scores = text.matchAll(/^(bindings\/\w+) .* ([\d.]+ %)$/gm);
  return [...scores].map(([, folder, score]) => `${folder} ${score}`).join(", ");
}

function checkVersion(root: string): string {
  const problems = versionProblems(root);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/** The site can be built, and what is generated for it is committed. */
function documents(root: string): string {
  const built = outputOf("npm", ["run", "-s", "docs"], root).trim();
  must("git", ["diff", "--exit-code", "--", "docs"], root);
  return built;
}

/** What `npm publish` would upload: with the package's own scripts, in npm's order. */
function packAsPublished(root: string, scratch: string): string {
  const [{ filename, files }] = JSON.parse(
    // Scripts may print before npm does.
    outputOf("npm", ["pack", "--json", "--pack-destination", scratch], root).replace(
      /^[\s\S]*?^(?=\[$)/m,
      "",
    ),
  );
  const paths: string[] = files.map((file: { path: string }) => file.path);
  for (const path of [
    "dist/cli.js",
    "dist/core.wasm2c.c",
    "dist/firmware/index.json",
    "dist/firmware/nrf52840.elf",
  ])
    if (!paths.includes(path)) throw new Error(`npm pack: expected ${path} in the package, found none`);
  return join(scratch, filename);
}

/** As a user does: install, import, run the command. */
function installed(tarball: string, scratch: string): string {
  const project = mkdtempSync(join(scratch, "project "));
  must("npm", ["init", "-y"], project);
  must("npm", ["install", "--no-audit", "--no-fund", tarball], project);
  const code =
    'import { EnergySimulator, Network } from "liquid-edge"; const network = await Network.load("node_modules/liquid-edge/examples/sine.safetensors");' +
    'console.log(new EnergySimulator({ platform: "rp2040" }).estimate(await network.profileOperations()).energyUj.typ > 0);';
  const { stdout, stderr } = start(process.execPath, ["--input-type=module", "-e", code], project);
  if (stdout.trim() !== "true") throw new Error(`import: expected an estimate, found ${stdout}${stderr}`);
  const steam = "node_modules/liquid-edge/examples/steam.safetensors";
  const command = ["--offline", "--no", "liquid-edge"];
  must("npx", [...command, "estimate", steam, "--platform", "all"], project);
  const onBoard = ["board", "run", steam, "--board", "rp2040", "--emulated", "--inferences", "1"];
  must("npx", [...command, ...onBoard, "--steps", "1"], project);
  return `${Math.round(readFileSync(tarball).length / 1000)} kB packed`;
}

function audit(root: string): string {
  const { status, stdout, stderr } = start("npm", ["audit", "--loglevel=error"], root);
  if (status === 0) return "";
  if (NO_AUDIT.test(stderr) && !/vulnerabilit/.test(stdout))
    throw new Skipped("NOT AUDITED: the registry answers no audit");
  throw new Error(stdout + stderr);
}
