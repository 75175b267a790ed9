// Where the commands of a page run: a folder of its own that looks like a checkout to them, is a Git repository, and has the files
// that pages take for granted in their reader's. `liquid-edge` there is the built package.

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ROOT } from "../cli/run-cli.ts";
import { SHARED_DATA } from "../data/shared-data.ts";
import { FULL } from "../firmware/full.ts";
import { freePort, startRedis } from "../redis-server.ts";

/** Files that a page may name without making them: what its reader has trained. */
const READERS_OWN: Record<string, string> = {
  // A state_dict of ncps, an LTC of 19 neurons, 8 inputs, 1 output; its configuration is below.
  "model.safetensors": "tests/golden/ncps/ltc-ncp-19.safetensors",
  "models/steering.safetensors": "tests/golden/ncps/ltc-ncp-19.safetensors",
  "models/steering.json": "tests/golden/ncps/ltc-ncp-19.json",
  // Written by Liquid Edge: an LTC of 16 neurons, 2 inputs, 1 output; inputs for it, and labelled data.
  "net.safetensors": "examples/sine.safetensors",
  "in.json": "examples/sine.input.json",
};

/** What the Python of README writes beside its model. */
const MODEL_JSON =
  '{"class": "ncps.torch.LTC", "config": {"input_size": 8, "units": 19, "wiring": {"type": "AutoNCP", "args": {"units": 19, "output_size": 1}}}}';

/** What matters to the reader. */
const SUITE = `name: my-robot
models:
  - { id: steering, weights: model.safetensors, config: model.json }
platforms: [nrf52840, rp2040]
`;

/** The server of pages, which is one on loopback here. */
const REDIS = "redis://queue.local:6379";

/** Enough for a command on a busy machine, and for a training on the real data sets. */
const TIMEOUT_MS = FULL ? 3_600_000 : 300_000;

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export class Folder {
  readonly #parent = mkdtempSync(join(tmpdir(), "document-"));
  /** Absolute. */
  readonly path = join(this.#parent, "liquid-edge");
  readonly #env: NodeJS.ProcessEnv;
  /** What became of each background process, for whoever waits for it in vain. */
  readonly #background: (() => string)[] = [];
  #redis: { url: string; stop: () => Promise<void> } | null = null;
  readonly #stop: (() => Promise<void>)[] = [];
  /** Where the next line runs: `cd` counts for those after it. */
  #cwd = this.path;

  constructor() {
    mkdirSync(this.path);
    for (const name of ["examples", "baselines"]) {
      cpSync(join(ROOT, name), join(this.path, name), { recursive: true });
    }
    for (const name of ["tests", "boards"]) symlinkSync(join(ROOT, name), join(this.path, name));
    linkModules(this.path);
    this.write("package.json", '{ "name": "readers-own", "private": true, "type": "module" }\n');
    for (const [name, from] of Object.entries(READERS_OWN)) cpSync(join(ROOT, from), join(this.path, name));
    this.write("model.json", MODEL_JSON);
    this.write("suite.yaml", SUITE);
    if (SHARED_DATA !== "") {
      // Beside a checkout, as docs/data.md has it, and where examples/sweeps look for it.
      symlinkSync(resolve(SHARED_DATA), join(this.#parent, "data"));
    }
    const bin = join(this.#parent, "bin");
    mkdirSync(bin);
    const script = (name: string, text: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    const command = `exec '${process.execPath}' '${join(ROOT, "dist/cli.js")}' "$@"`;
    script("liquid-edge", command);
    script("npx", `[ "$1" = liquid-edge ] || { echo "npx: no $1 here" >&2; exit 127; }\nshift\n${command}`);
    const { CI: _, LIQUID_EDGE_FULL: __, ...env } = process.env;
    this.#env = {
      ...env,
      PATH: `${bin}:${process.env.PATH}`,
      HOME: this.#parent,
      NO_COLOR: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      ...Object.fromEntries(
        ["AUTHOR", "COMMITTER"].flatMap((who) => [
          [`GIT_${who}_NAME`, "A reader"],
          [`GIT_${who}_EMAIL`, "reader@example.org"],
        ]),
      ),
    };
  }

  /** Makes the folder a repository whose branch `main` has the baselines. */
  async init(): Promise<void> {
    const { code, stderr } = await this.run(
      "git init -q -b main && git add baselines && git commit -qm Baselines",
    );
    if (code !== 0) throw new Error(`git: ${stderr}`);
  }

  exists(name: string): boolean {
    return existsSync(join(this.path, name));
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  /** What the shell makes of a line, which sees `status` as the exit code of the line before. */
  async run(line: string, status = 0): Promise<Result> {
    const background = /&\s*$/.test(line);
    const url = line.includes(REDIS) ? await this.#redisUrl() : REDIS;
    const script = line.replace(/&\s*$/, "").replaceAll(REDIS, url);
    const place = join(this.#parent, "cwd");
    const whole = background ? `exec ${script}` : `trap 'pwd > "${place}"' EXIT\n(exit ${status})\n${script}`;
    const child = spawn("/bin/sh", ["-c", whole], {
      cwd: this.#cwd,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const result: Result = { code: 0, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (result.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
    const closed = once(child, "close");
    if (background) {
      let state = "runs";
      child.once("close", (code, signal) => (state = `ended with ${code ?? signal}`));
      this.#background.push(() => `in the background: ${line} ${state}\n${result.stdout}${result.stderr}`);
      this.#stop.unshift(async () => {
        child.kill("SIGINT");
        await closed;
      });
      return result;
    }
    // Its children as well, hence the group.
    const timeout = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), TIMEOUT_MS);
    const [code, signal] = await closed;
    clearTimeout(timeout);
    if (signal === "SIGKILL") {
      result.stderr += `liquid-edge: not done after ${TIMEOUT_MS / 1000} s\n`;
      for (const describe of this.#background) result.stderr += describe();
    }
    if (existsSync(place)) this.#cwd = readFileSync(place, "utf8").trimEnd();
    const back = (text: string) => text.replaceAll(url, REDIS);
    return { code: code ?? 1, stdout: back(result.stdout), stderr: back(result.stderr) };
  }

  /** Ends what runs in the background and takes the folder away. */
  async close(): Promise<void> {
    for (const stop of this.#stop) await stop();
    await this.#redis?.stop();
    rmSync(this.#parent, { recursive: true, force: true });
  }

  async #redisUrl(): Promise<string> {
    this.#redis ??= await redisIn(this.#parent);
    return this.#redis.url;
  }
}

/** The packages that this project has, and Liquid Edge where npm would have put it. */
export function linkModules(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, "node_modules")))
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  symlinkSync(ROOT, join(modules, "liquid-edge"));
}

async function redisIn(folder: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const server = await startRedis(folder, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill("SIGKILL");
      await once(server, "close");
    },
  };
}
