// `board`: firmware for boards, real and emulated, and networks on them.

import { type Command, Option } from "commander";
import type { ImagePlace } from "../../bindings/estimate/memory-profiler.ts";
import { FLASH_TOOLS } from "../firmware/flash-tools.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  examplesText,
  numberIn,
  precisionOption,
  wholeFrom,
  withCommon,
} from "../options.ts";

export interface BoardListOptions extends CommonOptions {
  probe: boolean;
}

export interface BoardBuildOptions extends CommonOptions {
  out?: string;
  image?: string;
  imageIn: ImagePlace;
  config?: string;
  precision?: string;
  mlperfId?: string;
  energyMode?: true;
  portKernels: boolean;
}

export interface BoardFlashOptions extends CommonOptions {
  tool?: string;
  firmware?: string;
  port?: string;
  dryRun?: true;
}

export interface BoardRunOptions extends CommonOptions {
  board: string;
  emulated?: true;
  port?: string;
  baud?: number;
  meanMs?: number;
  worstMs?: number;
  jitterMs?: number;
  config?: string;
  precision?: string;
  input?: string;
  steps: number;
  inferences?: number;
  warmup: number;
  imageIn: ImagePlace;
}

export interface BoardSetupOptions extends CommonOptions {
  config: string;
  only?: string;
  dryRun?: true;
}

export type BoardVerifyOptions = Omit<BoardSetupOptions, "dryRun">;

const imageInOption = () =>
  choiceOption(
    "--image-in <place>",
    "where the board holds the network: uploaded into RAM, or linked into flash",
    ["ram", "flash"],
  ).default("ram");

const loopOption = (what: string, defaultMs: number) =>
  new Option(
    `--${what}-ms <n>`,
    `loop to keep on silicon: ${what === "worst" ? "worst latency" : what === "mean" ? "mean latency" : "standard deviation"} ` +
      `(default: ${defaultMs}); exit code 1 beyond a bound that is given`,
  ).argParser(numberIn(0));

const EXAMPLES = [
  "board list",
  "board run net.safetensors --board rp2040 --emulated",
  "board flash nrf52840",
];

export function addBoard(program: Command, io: Io): void {
  const board = program
    .command("board")
    .summary("build firmware for a board or an emulated one, and run networks on it")
    .description(
      "Builds firmware for a board or an emulated one, and runs networks on it. The firmware is the core itself, turned " +
        "into C; one firmware runs every network. boards/README.md says what each board needs.",
    )
    .addHelpText("after", examplesText(EXAMPLES));
  addList(board, io);
  addBuild(board, io);
  addFlash(board, io);
  addSetup(board, io);
  addVerify(board, io);
  addRun(board, io);
}

function addList(board: Command, io: Io): void {
  const command = board
    .command("list")
    .summary("list the boards that there is firmware for, and the serial ports")
    .description(
      "Lists the boards that there is firmware for, emulated ones marked as such, and the serial ports of this machine: " +
        "USB ids say what they may be, and what answers there says what it is.",
    )
    .option("--no-probe", "do not open the serial ports")
    .action(async (options: BoardListOptions) => {
      const { boardList } = await import("../actions/board/list.ts");
      await boardList(io, options);
    });
  withCommon(command, ["board list", "board list --json"]);
}

function addBuild(board: Command, io: Io): void {
  const command = board
    .command("build")
    .summary("build the firmware of a board and print what it takes of flash and RAM")
    .description(
      "Builds the firmware of a board and prints what it takes of flash and RAM. Needs make and arm-none-eabi-gcc, in a checkout " +
        "wasm2c as well (Debian package wabt). Without --image and options, the package has firmware: board flash, board run.",
    )
    .argument("<board>", "id of the board")
    .option("-o, --out <folder>", "where the built files go (default: build/firmware/<board>)")
    .addOption(imageInOption())
    .option(
      "--image <weights>",
      "network that is linked in with --image-in flash: a checkpoint, .safetensors",
    )
    .addOption(configOption())
    .addOption(precisionOption())
    .option("--mlperf-id <id>", "what the MLPerf Tiny command profile answers, e.g. kws01 (default: ad01)")
    .option("--no-port-kernels", "leave out the port's own kernels; the core's give the same bits")
    .option("--energy-mode", "MLPerf Tiny timestamps as edges on the marker pin instead of text")
    .action(async (id: string, options: BoardBuildOptions) => {
      const { boardBuild } = await import("../actions/board/build.ts");
      await boardBuild(io, id, options);
    });
  withCommon(command, [
    "board build qemu-m4f",
    "board build qemu-m4f --image-in flash --image net.safetensors --out firmware",
  ]);
}

function addFlash(board: Command, io: Io): void {
  const command = board
    .command("flash")
    .summary("put the firmware on a board with the flashing tool that is installed")
    .description(
      "Puts the firmware of a board there with a tool that is installed (probe-rs, openocd, nrfutil, esptool, " +
        "picotool), or by copying a UF2 file to the drive that the board shows. Prints the command, then what the tool says.",
    )
    .argument("<board>", "id of the board")
    .addOption(choiceOption("--tool <name>", "which one (default: the first that is installed)", FLASH_TOOLS))
    .option(
      "--firmware <file>",
      "a built file instead (ELF; UF2 for the Pico, merged binary for the ESP32-S3)",
    )
    .option("--port <path>", "serial port of an ESP32-S3")
    .option("--dry-run", "only print the command")
    .action(async (id: string, options: BoardFlashOptions) => {
      const { boardFlash } = await import("../actions/board/flash.ts");
      await boardFlash(io, id, options);
    });
  withCommon(command, ["board flash nrf52840", "board flash rp2040 --tool picotool --dry-run"]);
}

const benchOption = () =>
  new Option(
    "--config <file>",
    "the bench, YAML or JSON: boards, their ports, what measures them (docs/board-bench.md)",
  ).makeOptionMandatory();

function addSetup(board: Command, io: Io): void {
  const command = board
    .command("setup")
    .summary("put firmware on every board of a bench, and greet each")
    .description(
      "Puts firmware on every board that the file names as board flash does, and waits for the board's answer. " +
        "A board that fails does not keep the others from being set up; the exit code is 1 then.",
    )
    .addOption(benchOption())
    .option("--only <id>", "one board of the bench")
    .option("--dry-run", "only print the commands")
    .action(async (options: BoardSetupOptions) => {
      const { boardSetup } = await import("../actions/board/setup.ts");
      await boardSetup(io, options);
    });
  withCommon(command, [
    "board setup --config hardware.yaml",
    "board setup --config hardware.yaml --only left-leg --dry-run",
  ]);
}

function addVerify(board: Command, io: Io): void {
  const command = board
    .command("verify")
    .summary("check every connection of a bench, and say how to mend what is wrong")
    .description(
      "Opens instrument and board, greets both, has the board pulse its marker pin, and looks at what the instrument records: " +
        "lost and saturated samples, clocks, supply voltage, pulses on the right input, idle current and noise, a recording at zero " +
        "current where the instrument needs one. Exit code 1 when something is wrong.",
    )
    .addOption(benchOption())
    .option("--only <id>", "one board of the bench")
    .action(async (options: BoardVerifyOptions) => {
      const { boardVerify } = await import("../actions/board/verify.ts");
      await boardVerify(io, options);
    });
  withCommon(command, ["board verify --config hardware.yaml", "board verify --config hardware.yaml --json"]);
}

function addRun(board: Command, io: Io): void {
  const command = board
    .command("run")
    .summary("run a network on a board and compare its outputs with the core on this machine, bit for bit")
    .description(
      "Runs a network on a board, compares outputs and states with the core on this machine bit for bit, and times " +
        "inferences. An emulated board counts what it executes; it says nothing of time or energy.",
    )
    .argument("<weights>", "checkpoint, .safetensors")
    .requiredOption("-b, --board <id>", 'id of the board; "liquid-edge board list" lists them')
    .option("--emulated", "on the emulator of that board")
    .option(
      "--port <address>",
      "firmware that runs already: its serial port (/dev/ttyACM0, COM3), tcp:HOST:PORT or unix:PATH (default: the serial " +
        "port where the board answers)",
    )
    .addOption(new Option("--baud <rate>", "of the serial port (default: 115200)").argParser(wholeFrom(1)))
    .addOption(configOption())
    .addOption(precisionOption())
    .option("-i, --input <file>", "input as for run (default: noise within ±1)")
    .option("--steps <n>", "time steps of noise, without --input", wholeFrom(1), 16)
    .option("--inferences <n>", "inferences that are timed (default: 1000; 100 on an emulator)", wholeFrom(1))
    .option("--warmup <n>", "inferences before them that are not", wholeFrom(0), 10)
    .addOption(loopOption("mean", 10))
    .addOption(loopOption("worst", 15))
    .addOption(loopOption("jitter", 2))
    .addOption(imageInOption())
    .action(async (weights: string, options: BoardRunOptions) => {
      const { boardRun } = await import("../actions/board/run.ts");
      await boardRun(io, weights, options);
    });
  withCommon(command, [
    "board run net.safetensors --board qemu-m4f",
    "board run state_dict.safetensors --config net.json --board rp2040 --emulated --json",
  ]);
}
