// boards, wiring, inspect, doctor, and the program around them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtinBoards } from "../../bindings/board/load.ts";
import { OPTIONAL_TOOLS } from "../../cli/actions/doctor.ts";
import type { Io } from "../../cli/io.ts";
import { buildProgram } from "../../cli/program.ts";
import manifest from "../../package.json" with { type: "json" };
import { TOOLS } from "../../scripts/tools.ts";
import { cli, cliJson, golden, ROOT, SINE, SINE_INPUT } from "./run-cli.ts";
import { doctorJson, inspectNetworkJson, wiringJson } from "./schemas.ts";

const COMMANDS = [
  "run",
  "profile",
  "train",
  "estimate",
  "evaluate",
  "prune",
  "export",
  "boards",
  "wiring",
  "inspect",
  "explore",
  "doctor",
];

describe("the program", () => {
  it.each(COMMANDS)("explains %s with examples that name it", async (command) => {
    const { code, out, err } = await cli([command, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toContain("--json");
    expect(out).toMatch(new RegExp(`Examples:\\n {2}\\$ liquid-edge ${command}`));
  });

  it.each([["board"], ["baseline"]])("explains the commands of %s with examples", async (group) => {
    const { code, out } = await cli([group, "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples:\\n {2}\\$ liquid-edge ${group} `));
  });

  it("explains a command of a group behind help, and all of them behind help alone", async () => {
    expect((await cli(["help", "board", "run"])).out).toBe((await cli(["board", "run", "--help"])).out);
    expect((await cli(["help"])).out).toBe((await cli(["--help"])).out);
    expect((await cli(["help", "help"])).out).toBe((await cli(["--help"])).out);
  });

  it("says what an option lacks whose value is not there", async () => {
    expect((await cli(["profile", SINE, "--steps"])).err).toEqual([
      "liquid-edge: --steps: expected <n>, found nothing (liquid-edge help profile)",
    ]);
  });

  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(await cli(["--version"])).toMatchObject({ code: 0, out: version });
  });

  it("prints its help and exits 2 without a command", async () => {
    const { code, out, err } = await cli([]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.join("\n")).toContain("Usage: liquid-edge");
  });

  it("takes a fault of ours for one: exit 70, a request to report it, the stack with --debug", async () => {
    const files = {
      get "broken.json"(): string {
        throw new TypeError("no such luck");
      },
    };
    const args = ["inspect", "broken.json"];
    const { code, err } = await cli(args, { files });
    expect(code).toBe(70);
    expect(err).toEqual([
      expect.stringMatching(/^liquid-edge: internal error, TypeError: no such luck .*report/),
    ]);
    expect((await cli([...args, "--debug"], { files })).err[1]).toMatch(/^TypeError: no such luck\n +at /);
  });
});

describe("a program of one command", () => {
  const io = { colour: false, print: () => {}, warn: () => {} } as unknown as Io;

  it("knows that command as the whole program does", () => {
    const whole = buildProgram(io);
    for (const command of whole.commands) {
      const alone = buildProgram(io, command.name()).commands;
      expect(alone.map((one) => one.helpInformation())).toEqual([command.helpInformation()]);
    }
  });

  it("is the whole program where a word is no command", () => {
    const names = (word?: string) => buildProgram(io, word).commands.map((command) => command.name());
    for (const word of ["estimates", "help", "--debug", "toString", ""]) expect(names(word)).toEqual(names());
  });
});

describe("boards", () => {
  it("lists every platform with its default operating point", async () => {
    const { out } = await cli(["boards"]);
    for (const { id, core, defaultPoint } of builtinBoards()) {
      const row = out.split("\n").find((line) => line.startsWith(`${id} `));
      expect(row).toContain(core.name);
      expect(row).toContain(defaultPoint);
    }
  });

  it.each(builtinBoards().map(({ id }) => id))(
    "prints %s with all sources, points and options",
    async (id) => {
      const board = builtinBoards().find((b) => b.id === id)!;
      const { out } = await cli(["boards", id]);
      for (const key of Object.keys({ ...board.sources, ...board.cycles.sources }))
        expect(out).toContain(key);
      for (const point of board.operatingPoints) expect(out).toContain(point.description);
      for (const name of Object.keys(board.cycleOptions)) expect(out).toContain(`Option ${name}`);
      for (const [name, figure] of Object.entries(board.cycles.classes)) {
        expect(out).toMatch(
          new RegExp(figure === null ? `not available.*${name}` : `^${name} +[\\d.,e-]+`, "ms"),
        );
      }
    },
  );

  it("prints the boards themselves as JSON", async () => {
    expect(await cliJson(["boards"])).toEqual(builtinBoards());
    expect(await cliJson(["boards", "rp2040"])).toEqual(builtinBoards().find(({ id }) => id === "rp2040"));
  });
});

describe("wiring", () => {
  it("has the synapses that ncps drew", async () => {
    const { weights, config, json } = await golden("ltc-ncp-19");
    const wiring = wiringJson.parse(await cliJson(["wiring", weights, "--config", config]));
    expect(wiring.layers.map(({ neurons }) => neurons)).toEqual(json.wiring.layers);
    // The reference lists source, destination, polarity, one after the other; both lists ascend.
    const pairs = (flat: number[]) => flat.flatMap((x, i) => (i % 3 === 2 ? [] : [x]));
    const of = ({ synapses }: typeof wiring, kind: string, withPolarity: boolean) =>
      synapses
        .filter(({ source }) => source === kind)
        .flatMap(({ from, to, polarity }) => (withPolarity ? [from, to, polarity] : [from, to]));
    const { synapses, sensory_synapses } = json.wiring;
    expect(of(wiring, "neuron", false)).toEqual(pairs(synapses));
    expect(of(wiring, "sensor", false)).toEqual(pairs(sensory_synapses));
    // Drawn from the configuration alone, with the polarities of ncps; those of a checkpoint are trained.
    const drawn = wiringJson.parse(await cliJson(["wiring", "--config", config]));
    expect(of(drawn, "neuron", true)).toEqual(synapses);
    expect(of(drawn, "sensor", true)).toEqual(sensory_synapses);
  });

  it("prints one line a sensor and neuron", async () => {
    const { out } = await cli(["wiring", SINE]);
    expect(out).toMatch(
      /AutoNCP, 2 sensors, 16 neurons, 1 output; 50 synapses \(\d+ excitatory, \d+ inhibitory\)/,
    );
    expect(out.match(/ -> /g)).toHaveLength(2 + 16);
    expect(out).toMatch(/\n {6}0 -> none\n/);
  });

  it("draws every node and synapse, with title, description and legend", async () => {
    const { written, out } = await cli(["wiring", SINE, "--svg", "net.svg"]);
    const svg = written.get("net.svg")!;
    expect(out).toMatch(/^net\.svg: AutoNCP/);
    expect(svg.match(/<circle /g)).toHaveLength(2 + 16);
    // 50 synapses and two in the legend.
    expect(svg.match(/<path class="(excitatory|inhibitory)"/g)).toHaveLength(50 + 2);
    expect(svg).toMatch(/role="img" aria-labelledby="title desc"/);
    expect(svg).toContain('<title id="title">Wiring of sine.safetensors</title>');
    expect(svg).toMatch(
      /<desc id="desc">AutoNCP wiring: 2 sensors, 9 inter, 6 command, 1 motor; 50 synapses, /,
    );
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toContain("NaN");
    expect((await cli(["wiring", SINE, "--svg", "-"])).out).toBe(svg.trimEnd());
  });

  it("escapes the name of the file in the drawing", async () => {
    const files = { "a<b>&\u001b.safetensors": readFileSync(SINE) };
    const { out } = await cli(["wiring", "a<b>&\u001b.safetensors", "--svg", "-"], { files });
    expect(out).toContain("Wiring of a&#60;b&#62;&#38;\\u001b.safetensors");
  });
});

describe("inspect", () => {
  it("describes a network", async () => {
    const finding = inspectNetworkJson.parse(await cliJson(["inspect", SINE]));
    expect(finding).toMatchObject({
      class: "ncps.torch.LTC",
      widths: { inputs: 2, outputs: 1, state: 16, cellMemory: 0 },
      synapses: { recurrent: 39, sensory: 11 },
    });
    expect(finding.bytes).toBe(readFileSync(SINE).length);
    const { out } = await cli(["inspect", SINE]);
    expect(out).toContain("rnn_cell.sparsity_mask");
    expect(out).toContain("39 between neurons, 11 from inputs");
  });

  it("describes a state_dict with and without its configuration", async () => {
    const { weights, config } = await golden("cfc-gelu-8");
    expect(await cliJson(["inspect", weights])).toMatchObject({
      kind: "tensors",
      metadata: { format: "pt" },
    });
    expect(await cliJson(["inspect", weights, "-c", config])).toMatchObject({ kind: "network" });
    expect(await cliJson(["inspect", config])).toMatchObject({ kind: "configuration", input: {} });
  });

  it("tells boards, profiles and inputs apart", async () => {
    const files = { "ops.json": '{"classes": {"f32Add": 3}}' };
    expect(await cliJson(["inspect", "ops.json"], { files })).toMatchObject({
      kind: "operation profile",
      operations: 3,
    });
    expect(await cliJson(["inspect", join(ROOT, "boards/rp2040/board.json")])).toMatchObject({
      kind: "board",
    });
    expect(await cliJson(["inspect", SINE_INPUT])).toMatchObject({ kind: "input", timespans: null });
  });

  it("escapes control characters of names in a file", async () => {
    const header = JSON.stringify({ "a\u001b[31m\n": { dtype: "F32", shape: [0], data_offsets: [0, 0] } });
    const bytes = Buffer.alloc(8 + header.length);
    bytes.writeBigUInt64LE(BigInt(header.length));
    bytes.write(header, 8);
    const { out } = await cli(["inspect", "evil.safetensors"], { files: { "evil.safetensors": bytes } });
    expect(out).toContain("a\\u001b[31m\\u000a");
    expect(out).not.toContain("\u001b");
  });
});

describe("doctor", () => {
  it("says that all builds of the core agree", async () => {
    const report = doctorJson.parse(await cliJson(["doctor"]));
    expect(report).toMatchObject({ ok: true, boards: 12, wasmSimd: true, engine: "simd" });
    expect(report.engines).toEqual({ ok: true, checked: ["simd", "scalar", "counted"], problem: null });
  });

  it("tells installed tools from missing ones, and how to get these", async () => {
    const world = { tools: { "wasm-interp": "1.0.32\n", chromium: "Chromium 131.0" } };
    const { tools } = doctorJson.parse(await cliJson(["doctor"], world));
    const versions = Object.fromEntries(tools.map(({ command, version }) => [command, version]));
    expect(versions).toMatchObject({
      "wasm-interp": "1.0.32",
      chromium: "Chromium 131.0",
      "arm-none-eabi-gcc": null,
    });
    const { out } = await cli(["doctor"], world);
    const packages =
      "wabt make gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm gcc libc6-dev cmake python3";
    expect(out).toContain(`apt-get install ${packages}\n`.trimEnd());
  });

  it("says which npm packages load, and how to get those that do not", async () => {
    const { packages } = doctorJson.parse(await cliJson(["doctor"]));
    const names = packages.flatMap((one) => one.names);
    // What a command that needs more than npm brings by itself asks for.
    expect(names.sort()).toEqual(Object.keys(manifest.optionalDependencies).sort());
    for (const { install } of packages) expect(install).toMatch(/^(@?[\w/-]+@\d+\.\d+\.\d+ ?)+$/);
  });

  it("says how an RP2040 is connected", async () => {
    expect((await cli(["doctor"])).out).toMatch(
      /RP2040: its firmware talks on GP0 \(TX\) and GP1 \(RX\), not on USB/,
    );
  });

  it("knows every tool that the tests need", () => {
    const known = OPTIONAL_TOOLS.map(({ command, debianPackage }) => ({ command, debianPackage }));
    for (const { command, debianPackage } of TOOLS) expect(known).toContainEqual({ command, debianPackage });
  });
});
