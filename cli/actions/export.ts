import { basename, join } from "node:path";
import type { Network } from "../../bindings/network.ts";
import { titleOf } from "../../format/summary.ts";
import type { ExportOptions } from "../commands/export.ts";
import { cProject, isPrefix } from "../export/c-project.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { readNetwork } from "../read-network.ts";
import { bytes, table } from "../text.ts";
import { writeFolder } from "../write-folder.ts";

/** Writes a network as source code. */
export async function exportNetwork(io: Io, weights: string, options: ExportOptions): Promise<void> {
  const name = options.name ?? prefixOf(weights);
  if (!isPrefix(name)) {
    throw usageError(
      `--name: expected a C identifier other than core, example, main and wasm_rt, found "${name}"`,
    );
  }
  const network = await readNetwork(io, weights, options.config, options.precision);
  const files = await cProject(network, name);
  await writeFolder(options.out, files, { force: options.force === true });
  const sizes = new Map([...files].map(([file, text]) => [file, Buffer.byteLength(text)]));
  io.print(
    options.json
      ? JSON.stringify(reportOf(network, name, options, [...files.keys()]))
      : describe(network, name, options, sizes, io.colour),
  );
}

/** The file's name as a C identifier. */
function prefixOf(weights: string): string {
  const stem = weights === "-" ? "network" : basename(weights).replace(/\.[^.]*$/, "");
  const name = stem.replace(/[^A-Za-z0-9_]/g, "_");
  return isPrefix(name) ? name : `network_${name}`;
}

function reportOf({ compiled }: Network, name: string, { out, to }: ExportOptions, files: string[]) {
  return {
    name,
    language: to,
    out,
    files,
    precision: compiled.precision,
    inputs: compiled.input.length,
    outputs: compiled.output.length,
    imageBytes: compiled.image.length,
    ramBytes: compiled.arenaBytes,
  };
}

const WHAT: Readonly<Record<string, string>> = {
  "core.c": "the part of the core that it executes",
  "core.h": "",
  "wasm-rt.h": "",
  "example.h": "steps and what they come to",
  "example.json": 'the same for "liquid-edge run"',
  "main.c": "the example",
  "CMakeLists.txt": "a static library, and the example",
  "README.md": "flags, files, memory",
};

function describe(
  network: Network,
  name: string,
  { out }: ExportOptions,
  sizes: ReadonlyMap<string, number>,
  colour: boolean,
): string {
  const { image, arenaBytes } = network.compiled;
  const what = { ...WHAT, [`${name}.c`]: "the image, and the functions", [`${name}.h`]: "the interface" };
  return [
    `${titleOf(network)} as C: image ${bytes(image.length)}, RAM ${bytes(arenaBytes)}`,
    "",
    table(
      [{ title: "file" }, { title: "bytes", align: "right" }, { title: "" }],
      [...sizes].map(([file, size]) => [join(out, file), bytes(size), what[file] ?? ""]),
      colour,
    ),
    "",
    `To try it: cmake -S ${out} -B ${join(out, "build")} && cmake --build ${join(out, "build")} && ${join(out, "build/example")}`,
  ].join("\n");
}
