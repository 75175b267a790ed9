// `energy`: what an instrument's file says of the energy of an inference.

import { type Command, Option } from "commander";
import { INSTRUMENT_IDS } from "../../bindings/measure/accuracy.ts";
import { LIVE_FORMATS, LIVE_INSTRUMENTS, PPK2_MODES } from "../../bindings/measure/live-instruments.ts";
import { TRACE_FORMATS, type TraceFormat } from "../../bindings/measure/trace-format.ts";
import type { Io } from "../io.ts";
import {
  type CommonOptions,
  choiceOption,
  configOption,
  numberIn,
  precisionOption,
  shareBelowOne,
  wholeFrom,
  withCommon,
} from "../options.ts";

export interface EnergyOptions extends CommonOptions {
  format?: TraceFormat;
  timestamps?: string;
  marker?: string | true;
  threshold?: number;
  whole?: true;
  inferences?: number;
  throughput?: number;
  subtractIdle?: number | true;
  zero?: string;
  voltage?: number;
  shunt?: number;
  shuntTolerance?: number;
  rate?: number;
  columns?: string;
  instrument?: string;
  allowMissing?: number;
  plot?: string;
  strict?: true;
  port?: string;
  baud?: number;
  mode?: (typeof PPK2_MODES)[number];
  seconds?: number;
  save?: string;
  run?: string;
  config?: string;
  precision?: string;
  board?: string;
  boardPort?: string;
  windows?: number;
}

const EXAMPLES = [
  "energy trace1-energy.bin --timestamps trace1-timestamps.json --inferences 150 --throughput 13.323",
  "energy ppk2-export.csv --voltage 3.3 --marker D0 --inferences 100 --subtract-idle",
  "energy scope.csv --columns time=t:ms,current=ch1:mA --voltage 3.3 --threshold 5 --json",
  "energy meter.log --zero unplugged.log --plot power.svg",
  "energy --port /dev/ttyACM0 --voltage 3 --marker D0 --seconds 20 --save run.csv.gz",
  "energy --port /dev/ttyACM0 --voltage 3 --marker D0 --run net.safetensors --board nrf52840",
  "energy --port /dev/ttyUSB1 --format meter --whole --seconds 5 --save unplugged.csv",
];

export function addEnergy(program: Command, io: Io): void {
  const baudRates = LIVE_FORMATS.map((id) => `${LIVE_INSTRUMENTS[id].baudRate} ${id}`);
  const command = program
    .command("energy")
    .summary("energy per window and per inference, from an instrument or its file")
    .description(
      "Reads a trace of current or power, cuts it into windows and prints the energy of each, per inference, with a 90 % " +
        "interval where the instrument's accuracy is known. Windows come from timestamps, a marker input or a power " +
        "threshold. What makes the result doubtful is listed; a window that has no energy to speak of is refused. With --port " +
        "the instrument measures now: a PPK2, an LPM01A or a meter of text lines, alone or while a network runs on a board. " +
        "Ctrl-C ends the recording; what was measured counts.",
    )
    .argument("[trace]", "file of the instrument, also gzipped; docs/measuring.md has the formats")
    .addOption(
      choiceOption(
        "--format <id>",
        `of the file (default: what it looks like); with --port ${LIVE_FORMATS.join(", ")} (default: what its USB ids say)`,
        TRACE_FORMATS,
      ),
    )
    .option("--port <address>", "measure now: serial port of the instrument, tcp:HOST:PORT or unix:PATH")
    .option("--baud <rate>", `of that port (default: ${baudRates.join(", ")})`, wholeFrom(1))
    .addOption(
      choiceOption("--mode <mode>", "of a PPK2: feeds the device or not (default: source)", PPK2_MODES),
    )
    .option("--seconds <n>", "how long to measure without --run (default: 10)", numberIn(0, 3600))
    .option("--save <file>", "keep the recording, .csv or .csv.gz, which this command reads again")
    .option(
      "--run <weights>",
      "run this network on a board meanwhile, in windows with idle time between them",
    )
    .addOption(configOption())
    .addOption(precisionOption())
    .option("-b, --board <id>", "the board that runs it")
    .option("--board-port <address>", "its port (default: the serial port where it answers)")
    .addOption(new Option("--windows <n>", "of inferences on the board (default: 5)").argParser(wholeFrom(1)))
    .option(
      "--timestamps <file>",
      "JSON with times in seconds: mark 0, then start and end of each window; or an even number, pairs",
    )
    .option("--marker [input]", "windows while this input is high (default: the first that toggles)")
    .option("--threshold <mW>", "windows while the power is above it", numberIn(0))
    .option("--whole", "one window over the whole trace")
    .option("--inferences <n>", "in each window (default: 1; with --run as many as take 2 s)", wholeFrom(1))
    .option(
      "--throughput <x>",
      "inferences a second without the instrument, to check the windows against",
      numberIn(0),
    )
    .option(
      "--subtract-idle [mW]",
      "subtract this power, or the mean between the windows",
      numberIn(0, Number.POSITIVE_INFINITY, true),
    )
    .option("--zero <trace>", "capture at zero current by the same instrument, whose mean is subtracted")
    .option("--voltage <V>", "supply, where there are currents only; with --port the one to set", numberIn(0))
    .option("--shunt <ohm>", "shunt resistor, where the file has its voltage", numberIn(0))
    .option("--shunt-tolerance <share>", "of the shunt (default: 0.01)", shareBelowOne)
    .option("--rate <hz>", "samples a second, where the file has no times; of an LPM01A", numberIn(0))
    .option(
      "--columns <list>",
      "what columns of a table mean: time=Zeit:ms,current=I:mA,voltage=U:V,marker=D0",
    )
    .addOption(choiceOption("--instrument <id>", "what took the samples, for the interval", INSTRUMENT_IDS))
    .option(
      "--allow-missing <share>",
      "of a window's samples that may be missing and bridged (default: 0)",
      shareBelowOne,
    )
    .option("--plot <file>", "draw power over time with the windows, SVG")
    .option("--strict", "exit 1 when the result is not valid")
    .action(async (trace: string | undefined, options: EnergyOptions) => {
      const { energy } = await import("../actions/energy.ts");
      await energy(io, trace, options);
    });
  withCommon(command, EXAMPLES);
}
