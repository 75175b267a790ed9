// The package as others get it: its manifest, what a bundler makes of the library, and the packed files in an empty project.

import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildShippedFirmware } from "../scripts/build-firmware.ts";
import { bundleSize } from "../scripts/bundle-size.ts";
import { brokenLinks } from "../scripts/docs/links.ts";
import { readPage } from "../scripts/docs/markdown.ts";
import { makeProject, pack } from "../scripts/empty-project.ts";
import { missing } from "../scripts/tools.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Every file that the manifest's entries name; `*` is the platforms. */
function targets(): string[] {
  const boards = readdirSync(join(root, "dist/boards")).filter((name) => name.endsWith(".js"));
  const { exports, bin, main, types } = manifest;
  const paths = Object.values<string | Record<string, string>>(exports).flatMap((entry) =>
    typeof entry === "string" ? [entry] : Object.values(entry),
  );
  return [main, types, ...Object.values<string>(bin), ...paths].flatMap((path) =>
    path.includes("*") ? boards.map((name) => path.replace("*", name.slice(0, -3))) : [path],
  );
}

describe("package.json", () => {
  it("pins every dependency exactly", () => {
    for (const [name, version] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it("names only files that the build makes", () => {
    for (const path of targets()) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it("exports every entry of the library, types first", () => {
    for (const file of readdirSync(join(root, "bindings/entries"))) {
      const name = file.replace(/\.ts$/, "");
      expect(manifest.exports[`./${name}`], name).toEqual({
        types: `./dist/types/bindings/entries/${name}.d.ts`,
        default: `./dist/${name}.js`,
      });
    }
  });

  it("names only scripts that exist", () => {
    for (const command of Object.values<string>(manifest.scripts)) {
      for (const [, path] of command.matchAll(/\b((?:scripts|dist)\/[\w./-]+)/g)) {
        expect(existsSync(join(root, path!)), path).toBe(true);
      }
    }
  });
});

const TYPED = `
import { BoardSimulator, EnergySimulator, type Estimate, Network } from "liquid-edge";
import { Network as CoreNetwork } from "liquid-edge/core";
import { board } from "liquid-edge/boards/nrf52840";
import { Trainer } from "liquid-edge/train";

const network: Network = await CoreNetwork.load("node_modules/liquid-edge/examples/sine.safetensors");
const profile = await network.profileOperations();
const byId: Estimate = new EnergySimulator({ platform: "nrf52840", firmware: false }).estimate(profile, network.memory);
const byBoard: Estimate = new BoardSimulator(board).estimate(profile, network.memory);
console.log(JSON.stringify([byId, byBoard, Network === CoreNetwork, typeof Trainer]));
// @ts-expect-error a platform has a name
new EnergySimulator({ platform: 3 });
`;

describe("the packed package in an empty project", () => {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  const project = join(folder, "a project");
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: project, encoding: "utf8", stdio: "pipe" });

  const lacksCompiler = missing("wasm2c", "make", "arm-none-eabi-gcc");

  beforeAll(async () => {
    if (!lacksCompiler) await buildShippedFirmware(root);
    makeProject(root, project, pack(root, folder));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(missing("wasm2c"))("has the core as C and what C needs beside it", () => {
    for (const path of ["dist/core.wasm2c.c", "boards/common/wasm-rt.h"])
      expect(existsSync(join(project, "node_modules/liquid-edge", path)), path).toBe(true);
  });

  it("is imported with types that a strict compiler accepts, as Node and as bundlers resolve them", () => {
    writeFileSync(join(project, "typed.ts"), TYPED);
    // Compiled code of ours may not ask for more than the page that uses it has.
    const tsc = (resolution: string[]) =>
      run(
        join(root, "node_modules/typescript/bin/tsc"),
        ..."typed.ts --noEmit --strict --target es2022 --lib es2023,dom,esnext.disposable --types".split(" "),
        "",
        ...resolution,
      );
    for (const module of [
      ["--module", "nodenext"],
      ["--module", "esnext", "--moduleResolution", "bundler"],
    ]) {
      try {
        tsc(module);
      } catch (error) {
        expect.fail((error as { stdout: string }).stdout);
      }
    }
  });

  it("estimates by id as on the board that is imported alone, and has every name once", () => {
    const lines = TYPED.split("\n").filter((line) => !/@ts-expect-error|platform: 3/.test(line));
    const code = lines
      .join("\n")
      .replace("type Estimate, ", "")
      .replaceAll(/const (\w+): \w+/g, "const $1");
    writeFileSync(join(project, "use.mjs"), code);
    const [byId, byBoard, same, trainer] = JSON.parse(run("use.mjs"));
    expect(byBoard).toEqual(byId);
    expect(byId.energyUj.typ).toBeGreaterThan(0);
    expect([same, trainer]).toEqual([true, "function"]);
  });

  it("brings the command", () => {
    const estimate = JSON.parse(
      run(
        "node_modules/.bin/liquid-edge",
        ..."estimate node_modules/liquid-edge/examples/steam.safetensors --platform rp2040 --json".split(" "),
      ),
    );
    expect(estimate[0].platform).toBe("rp2040");
  });

  describe.skipIf(lacksCompiler)("with no program but Node beside it", () => {
    const command = join(project, "node_modules/liquid-edge/dist/cli.js");
    const sine = "node_modules/liquid-edge/examples/sine.safetensors";
    const alone = (args: string) =>
      spawnSync(process.execPath, [command, ...args.split(" ")], {
        cwd: project,
        encoding: "utf8",
        env: { PATH: folder, HOME: folder },
      });
    const onRp2040 = `board run ${sine} --board rp2040 --emulated --steps 1 --inferences 1 --json`;

    it("runs a network on an emulated RP2040", () => {
      const { status, stdout, stderr } = alone(onRp2040);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout).outputs.bitIdentical).toBe(true);
    });

    it("says which emulator the others need", () => {
      const { status, stderr } = alone(`board run ${sine} --board qemu-m4f`);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^.*qemu-system-arm.*\n$/)]);
    });

    it("runs it where only the firmware of the meter is another", () => {
      const source = join(project, "node_modules/liquid-edge/boards/meter/meter.c");
      const text = readFileSync(source, "utf8");
      appendFileSync(source, "// changed\n");
      const { status, stderr } = alone(onRp2040);
      writeFileSync(source, text);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });

    it("builds where the firmware's sources are others, and says what that needs", () => {
      const source = join(project, "node_modules/liquid-edge/boards/common/text.h");
      const text = readFileSync(source, "utf8");
      appendFileSync(source, "// changed\n");
      const { status, stderr } = alone(onRp2040);
      writeFileSync(source, text);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^.*make: expected the command on the path.*\n$/),
      ]);
    });
  });

  describe("its pages", () => {
    const own = join(project, "node_modules/liquid-edge");
    const files = (folder: string) =>
      readdirSync(join(own, folder), { recursive: true, encoding: "utf8", withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(own, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));

    it("are inside when a command, a message, a comment of a type or an example names them", () => {
      const named = [...files("dist"), ...files("examples"), ...files("boards")]
        .filter((file) => /\.(js|ts|html|c|h|mk|json|ya?ml)$/.test(file))
        .flatMap((file) => [
          ...readFileSync(join(own, file), "utf8").matchAll(
            /(?<![\w/.-])(?:docs|boards|baselines)\/[\w./-]+\.md\b/g,
          ),
        ])
        .map(([page]) => page);
      expect(named.length).toBeGreaterThan(10);
      expect([...new Set(named)].filter((page) => !existsSync(join(own, page)))).toEqual([]);
    });

    it("link to pages that are inside, and to headings that these have", () => {
      const pages = files("")
        .filter((file) => file.endsWith(".md"))
        .map((file) => readPage(file, readFileSync(join(own, file), "utf8")));
      const toPages = pages.map((page) => ({
        ...page,
        links: page.links.filter((href) => /^[^:]*\.md(#|$)|^#/.test(href)),
      }));
      expect(toPages.flatMap(({ links }) => links).length).toBeGreaterThan(100);
      expect(brokenLinks(own, toPages)).toEqual([]);
    });

    it("are where the help says", () => {
      const [, folder] = /: (.*docs)$/m.exec(run("node_modules/.bin/liquid-edge", "--help"))!;
      expect(existsSync(join(folder!, "quick-start.md"))).toBe(true);
    });
  });

  it("leads from every entry to a module with the names that the whole library has", async () => {
    const all = await import(pathToFileURL(join(root, "dist/index.js")).href);
    const names = new Set<string>();
    for (const file of readdirSync(join(root, "bindings/entries"))) {
      const part = await import(pathToFileURL(join(root, "dist", file.replace(/ts$/, "js"))).href);
      for (const name of Object.keys(part)) {
        expect(part[name], name).toBe(all[name]);
        names.add(name);
      }
    }
    expect([...names].sort()).toEqual(Object.keys(all).sort());
  });
});

describe("a bundle for the browser", () => {
  const everything = (entry: string) =>
    bundleSize(`import * as all from "${entry}"; console.log(all);`, root);
  const page = readFileSync(join(root, "docs/package.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(liquid-edge[\w/]*)` \|.*\| (\d+) \| (\d+) \|$/gm)];

  it("has a row in docs/package.md for every entry", () => {
    const entries = Object.keys(manifest.exports).filter((name) => !/\*|json$|vitest$/.test(name));
    expect(rows.map((row) => row[1]).sort()).toEqual(
      entries.map((name) => name.replace(".", "liquid-edge")).sort(),
    );
  });

  it.each(rows.map(([, name, start, later]) => [name!, Number(start), Number(later)] as const))(
    "%s stays below %i kB at the start and %i kB later, and close to it",
    async (name, startKb, laterKb) => {
      const { startBytes, laterBytes, text, warnings } = await everything(name);
      expect(warnings).toEqual([]);
      expect(text).not.toMatch(/(from|import\(|require\()\s*"node:/);
      expect(startBytes).toBeLessThanOrEqual(startKb * 1000);
      expect(startBytes).toBeGreaterThanOrEqual(startKb * 800);
      expect(laterBytes).toBeLessThanOrEqual(laterKb * 1000);
      expect(laterBytes).toBeGreaterThanOrEqual(laterKb * 800);
    },
  );

  it("keeps the core with one board below 120 kB", async () => {
    for (const entry of ["liquid-edge", "liquid-edge/core"]) {
      const { startBytes } = await bundleSize(
        `import { BoardSimulator, compile, Network, readModel, Session } from "${entry}";
         import { board } from "liquid-edge/boards/nrf52840";
         console.log(BoardSimulator, compile, Network, readModel, Session, board);`,
        root,
      );
      expect(startBytes).toBeLessThan(120_000);
    }
  });

  it("keeps only what is used", async () => {
    const { startBytes } = await bundleSize(
      `import { buildWiring } from "liquid-edge"; console.log(buildWiring);`,
      root,
    );
    expect(startBytes).toBeLessThan(20_000);
  });
});
