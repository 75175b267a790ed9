// Drives our firmware on an emulated board with the public runner of MLPerf Tiny, unchanged, in performance mode: a network that
// takes windows of anomaly detection (640 floats) stands for the model `ad01`. What the runner reports is compared with what
// the core on this machine computes; its latency is the emulator's time and means nothing, and its complaint that ten seconds
// have not passed is about the wall clock, which the emulator's outruns.
//
//   npm run test:runner -- --path DIR        DIR: a checkout of github.com/mlcommons/tiny
//
// Needs Linux, QEMU, and of Python what the runner imports (Debian: python3-serial python3-yaml python3-numpy python3-sklearn
// python3-matplotlib python3-usb); PYTHON names another interpreter.

import { spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findEmulatedBoard } from "../bindings/board/emulated.ts";
import { encodeRow, expectedRows, outputsOf } from "../bindings/device/records.ts";
import { compile } from "../bindings/image/compile.ts";
import { parseConfig } from "../bindings/network/config.ts";
import type { Model, Tensor } from "../bindings/network/model.ts";
import { expectedTensors } from "../bindings/network/tensors.ts";
import { buildFirmware } from "../cli/firmware/build-firmware.ts";
import { QEMU, type QemuBoard, qemuMachine } from "../cli/firmware/qemu.ts";

const BOARD = "qemu-m4f";
/** The runner looks for a board by its USB ids; a pseudo-terminal has none, so it is given these. */
const USB = { vendor: 0x0483, product: 0x374b };
/** A window of ad01 as the runner sends it. */
const FLOATS_A_WINDOW = 640;
const WINDOWS = 5;
const TIMEOUT_MS = 600_000;

const { values } = parseArgs({ options: { path: { type: "string" } } });
const runner = join(resolve(values.path ?? "."), "benchmark", "runner");
if (!existsSync(join(runner, "main.py"))) {
  console.error(
    "--path: expected a checkout of github.com/mlcommons/tiny, found no benchmark/runner/main.py",
  );
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), "mlperf-runner-"));
const compiled = compile(gru(FLOATS_A_WINDOW, 4));
const windows = Array.from({ length: WINDOWS }, (_, k) =>
  Float32Array.from({ length: FLOATS_A_WINDOW }, (_, i) => Math.sin(0.01 * (k + 1) * i)),
);
await writeInputs();
const qemu = await startBoard();
try {
  await runTheRunner(qemu.pty);
  await compareResults();
  console.log("the public runner drove the firmware, and reported the outputs of the core");
} finally {
  qemu.stop();
  await rm(folder, { recursive: true, force: true });
}

/** A GRU whose outputs depend on all inputs. */
function gru(inputs: number, units: number): Model {
  const config = parseConfig(
    { class: "torch.nn.GRU", config: { input_size: inputs, units, output_size: units } },
    "GRU",
  );
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of expectedTensors(config)) {
    const length = shape.reduce((product, n) => product * n, 1);
    const weight = (i: number) => 0.1 * Math.cos(name.length + 7 * i);
    tensors.set(name, { shape, data: Float32Array.from({ length }, (_, i) => weight(i)) });
  }
  return { ...config, tensors };
}

async function writeInputs(): Promise<void> {
  const data = join(folder, "data", "ad01");
  await mkdir(data, { recursive: true });
  const rows: string[] = [];
  for (const [k, window] of windows.entries()) {
    await writeFile(join(data, `${k}.bin`), new Uint8Array(window.buffer));
    rows.push(`${k}.bin,2,${k % 2},${window.byteLength},512`);
  }
  await writeFile(join(data, "y_labels.csv"), `${rows.join("\n")}\n`);
  await writeFile(
    join(folder, "devices.yaml"),
    `- name: liquid-edge\n  type: dut\n  baud: 115200\n  usb:\n    ${USB.vendor}: ${USB.product}\n`,
  );
  // The one thing that a pseudo-terminal needs: to be found.
  await writeFile(
    join(folder, "launch.py"),
    [
      "import runpy, sys, types",
      "from serial.tools import list_ports",
      "pty, runner = sys.argv[1], sys.argv[2]",
      `port = types.SimpleNamespace(device=pty, vid=${USB.vendor}, pid=${USB.product}, description=pty, hwid="")`,
      "list_ports.comports = lambda *a, **k: [port]",
      "sys.path.insert(0, runner)",
      'sys.argv = ["main.py"] + sys.argv[3:]',
      'runpy.run_path(runner + "/main.py", run_name="__main__")',
      "",
    ].join("\n"),
  );
}

/** The firmware with the network in flash, its UART on a pseudo-terminal. */
async function startBoard(): Promise<{ pty: string; stop(): void }> {
  const image = join(folder, "image.bin");
  await writeFile(image, compiled.image);
  const { elf } = await buildFirmware(BOARD, { out: join(folder, "firmware"), image });
  const board = findEmulatedBoard(BOARD) as QemuBoard;
  const child = spawn(QEMU, [...qemuMachine(board), "-monitor", "none", "-serial", "pty", "-kernel", elf!]);
  const pty = await new Promise<string>((settle, reject) => {
    const listen = (chunk: unknown) => {
      const match = /redirected to (\S+)/.exec(String(chunk));
      if (match !== null) settle(match[1]!);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("error", reject);
    child.on("exit", () => reject(new Error("QEMU ended")));
  });
  // The runner closes and opens the port: somebody must hold it meanwhile.
  const held = openSync(pty, constants.O_RDWR | constants.O_NOCTTY);
  return {
    pty,
    stop() {
      closeSync(held);
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
    },
  };
}

async function runTheRunner(pty: string): Promise<void> {
  const args = [
    join(folder, "launch.py"),
    pty,
    runner,
    ...["-d", join(folder, "devices.yaml"), "-t", join(runner, "tests_performance.yaml")],
    ...["-s", join(folder, "data"), "-m", "p"],
  ];
  const child = spawn(process.env.PYTHON ?? "python3", args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const code = await new Promise<number | null>((settle) => child.on("exit", settle));
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the runner ended with ${code}: ${output.slice(-2000)}`);
}

/** The results that stand in the runner's log against the core's. */
async function compareResults(): Promise<void> {
  const sessions = join(folder, "sessions");
  const [session] = await readdir(sessions);
  console.log((await readFile(join(sessions, session!, "results.txt"), "utf8")).trim());
  const results = JSON.parse(await readFile(join(sessions, session!, "results.json"), "utf8")) as {
    infer?: { results: number[] };
  }[];
  // Behind the windows stands an entry for the end of the loop.
  const reported = results.flatMap(({ infer }) => (infer === undefined ? [] : [infer.results]));
  const rows = windows.map((input) => ({
    batch: 1,
    steps: 1,
    features: FLOATS_A_WINDOW,
    input,
    timespans: null,
    initialH: null,
    initialC: null,
  }));
  const expected = await expectedRows(
    compiled,
    rows.map((row) => encodeRow(compiled, row, 0)),
  );
  const wanted = expected.map((row) => outputsOf(compiled, row).map((x) => Number(x.toFixed(3))));
  if (JSON.stringify(reported) !== JSON.stringify(wanted)) {
    throw new Error(`expected results ${JSON.stringify(wanted)}, found ${JSON.stringify(reported)}`);
  }
}
