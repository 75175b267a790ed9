// Everything that can be wrong with what a user passes: exit code 2, nothing on standard output, and one line on
// standard error that names the file, the field, what was expected and what was found.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../../bindings/network/safetensors.ts";
import { cli, GOLDEN, ROOT, SINE } from "./run-cli.ts";

const WEIGHTS = "net.safetensors";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const sine = readFileSync(SINE);
const headerBytes = Number(sine.readBigUInt64LE());
const sineHeader: Record<string, Entry> = JSON.parse(sine.subarray(8, 8 + headerBytes).toString());
const sineData = sine.subarray(8 + headerBytes);

/** A safetensors file of a header and data, whether they fit together or not. */
function pack(header: object, data: Uint8Array = sineData): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

/** The bundled network with its header changed. */
function changed(change: (header: Record<string, Entry>) => void, data?: Uint8Array): Uint8Array {
  const header = structuredClone(sineHeader);
  change(header);
  return pack(header, data);
}

function withLength(bytes: bigint): Uint8Array {
  const file = Buffer.from(sine);
  file.writeBigUInt64LE(bytes);
  return file;
}

function withValue(tensor: string, index: number, value: number): Uint8Array {
  const data = Buffer.from(sineData);
  data.writeFloatLE(value, sineHeader[tensor]!.data_offsets[0] + 4 * index);
  return changed(() => {}, data);
}

/** The bundled network without its last tensor. */
function withoutLast(): Uint8Array {
  const [name, { data_offsets }] = Object.entries(sineHeader)
    .filter(([key]) => key !== "__metadata__")
    .sort(([, a], [, b]) => b.data_offsets[1] - a.data_offsets[1])[0]!;
  return changed((header) => delete header[name], sineData.subarray(0, data_offsets[0]));
}

/** A network of one layer, which is its readout, and a prune mask beside it. */
function withMask(name: string, mask: number[]): Uint8Array {
  const description = { class: "liquid-edge.MLP", config: { input_size: 2, layer_sizes: [1] } };
  const tensors = new Map([
    ["layers.0.weight", { shape: [1, 2], data: Float32Array.of(1, 2) }],
    ["layers.0.bias", { shape: [1], data: Float32Array.of(3) }],
    [name, { shape: [1, mask.length], data: Float32Array.from(mask) }],
  ]);
  return writeSafetensors(tensors, { liquid_edge: JSON.stringify({ format: 1, ...description }) });
}

const MLP_OF_ONE_LAYER = withMask("prune_mask.layers.0.weight", [1, 1]);

const board = JSON.parse(readFileSync(join(ROOT, "boards/nrf52840/board.json"), "utf8"));

function boardWith(change: (copy: typeof board) => void): string {
  const copy = structuredClone(board);
  change(copy);
  return JSON.stringify(copy);
}

const tensor = (shape: number[], data: number[]) => ({ shape, data });
const input = (fields: object) => JSON.stringify(fields);
const TWO_STEPS = tensor([1, 2, 2], [1, 2, 3, 4]);

const golden = (file: string) => join(GOLDEN, file);
const RUN = ["run", SINE, "-i", "in.json"];
const OWN_BOARD = ["estimate", SINE, "--board-file", "b.json"];

type Row = [what: string, args: string[], files: Record<string, Uint8Array | string>, line: string | RegExp];

const estimate = ["estimate", WEIGHTS];
const IDS =
  "esp32c3, esp32s3, imxrt1062, nrf52840, nrf5340, rp2040, rp2350, stm32f407, stm32f446, stm32h743, stm32l4r5, stm32u585";

const CHECKPOINTS: Row[] = [
  [
    "an empty file",
    estimate,
    { [WEIGHTS]: "" },
    `${WEIGHTS}: "header length" expected 8 bytes, found a file of 0 bytes`,
  ],
  [
    "a truncated header",
    estimate,
    { [WEIGHTS]: sine.subarray(0, 100) },
    `${WEIGHTS}: "header length" expected at most the 92 bytes that follow it, found ${headerBytes} (the file is truncated)`,
  ],
  [
    "a header length of a terabyte",
    estimate,
    { [WEIGHTS]: withLength(1n << 40n) },
    `${WEIGHTS}: "header length" expected at most 16777216 bytes, found 1099511627776 (is this a safetensors file?)`,
  ],
  [
    "a header that is not JSON",
    estimate,
    { [WEIGHTS]: Buffer.concat([Buffer.from([5, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("a\nb\u001bc")]) },
    /^net\.safetensors: "header" expected JSON, found \P{Cc}+$/u,
  ],
  [
    "another data type",
    estimate,
    { [WEIGHTS]: changed((h) => (h["rnn_cell.gleak"]!.dtype = "F16")) },
    `${WEIGHTS}: "rnn_cell.gleak" expected dtype F32, found F16 (save the state_dict of model.float())`,
  ],
  [
    "another shape",
    estimate,
    { [WEIGHTS]: changed((h) => (h["rnn_cell.gleak"]!.shape = [4, 4])) },
    `${WEIGHTS}: "rnn_cell.gleak" expected shape [16], found [4, 4] (the dimensions are units)`,
  ],
  [
    "a missing tensor",
    estimate,
    { [WEIGHTS]: withoutLast() },
    `${WEIGHTS}: "rnn_cell.output_b" expected a tensor of shape [1] for class ncps.torch.LTC, found no such tensor`,
  ],
  [
    "tensors that overlap",
    estimate,
    {
      [WEIGHTS]: changed(
        (h) =>
          (h["rnn_cell.vleak"]!.data_offsets = [...h["rnn_cell.gleak"]!.data_offsets] as [number, number]),
      ),
    },
    /^net\.safetensors: "rnn_cell\.\w+" expected data that begin at \d+, found an overlap with another tensor/,
  ],
  [
    "a tensor outside the file",
    estimate,
    { [WEIGHTS]: changed((h) => (h["rnn_cell.vleak"]!.data_offsets = [1e9, 1e9 + 64])) },
    `${WEIGHTS}: "rnn_cell.vleak" expected data_offsets within the ${sineData.length} data bytes, found [1000000000, 1000000064] (the file is truncated or its header is wrong)`,
  ],
  [
    "NaN in the weights",
    estimate,
    { [WEIGHTS]: withValue("rnn_cell.mu", 3, Number.NaN) },
    `${WEIGHTS}: "rnn_cell.mu" expected finite values, found NaN at [0, 3]`,
  ],
  [
    "infinity in the weights",
    estimate,
    { [WEIGHTS]: withValue("rnn_cell.mu", 17, Number.POSITIVE_INFINITY) },
    `${WEIGHTS}: "rnn_cell.mu" expected finite values, found Infinity at [1, 1]`,
  ],
  [
    "a configuration that contradicts the tensors",
    ["estimate", golden("ltc-fc-8.safetensors"), "-c", golden("ltc-ncp-19.json")],
    {},
    /ltc-fc-8\.safetensors: "rnn_cell\.gleak" expected shape \[19\], found \[8\] \(the configuration \S+ltc-ncp-19\.json says units = 19, the tensors say 8\)$/,
  ],
  [
    "a state_dict without a configuration",
    ["estimate", golden("ltc-fc-8.safetensors")],
    {},
    /ltc-fc-8\.safetensors: expected a configuration in its metadata, found none \(pass --config /,
  ],
  [
    "a configuration of an unknown class",
    ["estimate", golden("ltc-fc-8.safetensors"), "-c", "c.json"],
    { "c.json": '{"class": "ncps.torch.LTF", "config": {}}' },
    /^c\.json: "configuration\.class" expected one of .*, found "ncps\.torch\.LTF" \(did you mean "ncps\.torch\.LTC"\?\)$/,
  ],
  [
    "a file that is not there",
    ["estimate", "no\nwhere.safetensors"],
    {},
    "no\\u000awhere.safetensors: expected a readable file, found none there",
  ],
  ["a folder", ["estimate", ROOT], {}, `${ROOT}: expected a readable file, found a folder`],
];

const INPUTS: Row[] = [
  [
    "the wrong number of features",
    RUN,
    { "in.json": input({ input: tensor([1, 2, 3], [1, 2, 3, 4, 5, 6]) }) },
    'in.json: "input.shape" expected [batch, steps, 2] or [steps, 2], found [1,2,3]',
  ],
  [
    "a time span of 0",
    RUN,
    { "in.json": input({ input: TWO_STEPS, timespans: tensor([1, 2], [1, 0]) }) },
    'in.json: "timespans.data[1]" expected an elapsed time above 0, found 0',
  ],
  [
    "a negative time span",
    RUN,
    { "in.json": input({ input: TWO_STEPS, timespans: tensor([1, 2], [-0.5, 1]) }) },
    'in.json: "timespans.data[0]" expected an elapsed time above 0, found -0.5',
  ],
  [
    "data that do not fill their shape",
    RUN,
    { "in.json": input({ input: tensor([1, 2, 2], [1, 2, 3]) }) },
    'in.json: "input.data" expected 4 numbers for shape [1,2,2], found 3',
  ],
  ["an input that is not JSON", RUN, { "in.json": "{\n" }, /^in\.json: expected JSON, found \S.*$/],
  [
    "an input that is not text",
    RUN,
    { "in.json": Uint8Array.of(0x7b, 0xff, 0xfe) },
    "in.json: expected text in UTF-8, found bytes that are not",
  ],
];

const NAMES: Row[] = [
  [
    "an unknown platform",
    ["estimate", SINE, "-p", "nrf52841"],
    {},
    `platform: expected one of ${IDS}, found "nrf52841" (did you mean "nrf52840"?)`,
  ],
  [
    "an unknown platform to print",
    ["boards", "stm32h734"],
    {},
    `platform: expected one of ${IDS}, found "stm32h734" (did you mean "stm32h743"?)`,
  ],
  [
    "an unknown operating point",
    ["estimate", SINE, "-p", "nrf52840", "--point", "64mhz-dcdd"],
    {},
    'board nrf52840: expected operating point 64mhz-dcdc, 64mhz-ldo, found "64mhz-dcdd" (did you mean "64mhz-dcdc"?)',
  ],
  [
    "an unknown cycle option",
    ["estimate", SINE, "-p", "rp2040", "--option", "rom-flaot"],
    {},
    'board rp2040: "cycleOptions" expected rom-float or sio-divider, found "rom-flaot" (did you mean "rom-float"?)',
  ],
  [
    "an idle mode without figures",
    ["estimate", SINE, "-p", "nrf52840", "--idle", "stop"],
    {},
    'board nrf52840: "operatingPoints.64mhz-dcdc.idle" expected run or wfi, found stop (no sourced current for this idle mode)',
  ],
  [
    "an unknown operation class",
    ["estimate", "--ops", "ops.json"],
    { "ops.json": '{"classes": {"f32Ad": 3}}' },
    'ops.json: "classes" expected names of operation classes, found "f32Ad" (did you mean "f32Add"?)',
  ],
  [
    "a negative count",
    ["estimate", "--ops", "ops.json"],
    { "ops.json": '{"classes": {"f32Add": -3}}' },
    'ops.json: "classes.f32Add" expected a finite count >= 0, found -3',
  ],
  [
    "an unknown kernel",
    ["estimate", "--ops", "ops.json", "-p", "nrf52840"],
    { "ops.json": '{"macs": [{"kernel": "int8-smald", "count": 3}]}' },
    'board nrf52840: no cycles per MAC for kernel "int8-smald", which the profile executes 3 times (did you mean "int8-smlad"?)',
  ],
  [
    "a kernel that is priced by the row, without rows",
    ["estimate", "--ops", "ops.json", "-p", "nrf52840"],
    { "ops.json": '{"macs": [{"kernel": "port-int8", "count": 3}]}' },
    'board nrf52840: kernel "port-int8" is priced by the row as well, and the profile has 3 MACs of it without "rows"',
  ],
  [
    "rows that are no count",
    ["estimate", "--ops", "ops.json", "-p", "nrf52840"],
    { "ops.json": '{"macs": [{"kernel": "port-int8", "count": 3, "rows": "many"}]}' },
    'ops.json: "macs[0].rows" expected a finite count >= 0, found a value of type string',
  ],
];

const BOARDS: Row[] = [
  [
    "a board file with a missing source",
    OWN_BOARD,
    { "b.json": boardWith((b) => delete b.operatingPoints[0].activeCurrentMa.source) },
    'b.json: "operatingPoints[0].activeCurrentMa.source" expected a key of "sources", found nothing',
  ],
  [
    "a board file with min > max",
    ["boards", "--board-file", "b.json"],
    { "b.json": boardWith((b) => (b.operatingPoints[0].activeCurrentMa.min = 9)) },
    /^b\.json: "operatingPoints\[0\]\.activeCurrentMa" expected min <= typ <= max, found min 9, typ /,
  ],
  [
    "a board file that prices an unknown class",
    ["inspect", "b.json"],
    { "b.json": boardWith((b) => (b.cycles.classes = { f32Divv: null })) },
    'b.json: "cycles.classes.f32Divv" expected an operation class, found "f32Divv" (did you mean "f32Div"?)',
  ],
  ["a board file that is not JSON", OWN_BOARD, { "b.json": "[" }, /^b\.json: expected JSON, found /],
];

const USAGE: Row[] = [
  [
    "more synapses than a drawing holds",
    ["wiring", "-c", "c.json", "--svg", "net.svg"],
    { "c.json": '{"class": "ncps.torch.LTC", "config": {"input_size": 2, "units": 200}}' },
    "c.json: expected at most 20000 synapses in a drawing, found 40400 (--json has them all)",
  ],
  [
    "an argument of several lines",
    ["estimate", SINE, "--point", "64\n\u001b[31m", "-p", "nrf52840"],
    {},
    'board nrf52840: expected operating point 64mhz-dcdc, 64mhz-ldo, found "64\\u000a\\u001b[31m"',
  ],
  [
    "an unknown option",
    ["estimate", SINE, "--platfrom", "all"],
    {},
    "unknown option '--platfrom' (did you mean --platform?)",
  ],
  ["an unknown command that asks for help", ["nosuch", "--help"], {}, "unknown command 'nosuch'"],
  ["help of a command that is none", ["help", "bord"], {}, "unknown command 'bord' (did you mean board?)"],
  ["help of a subcommand that is none", ["help", "board", "paint"], {}, "unknown command 'paint'"],
  [
    "no weights",
    ["board", "run"],
    {},
    "board run: expected --board <id>, found none (liquid-edge help board run)",
  ],
  ["no argument", ["profile"], {}, "profile: expected <weights>, found none (liquid-edge help profile)"],
  [
    "a second network",
    ["profile", SINE, SINE],
    {},
    "profile: expected 1 argument, found 2 (liquid-edge help profile)",
  ],
  [
    "an unknown format of a baseline",
    ["baseline", "export", "yaml"],
    {},
    'format: expected one of github-action-smaller, github-action-bigger, bencher, google-benchmark, openmetrics, csv, found "yaml"',
  ],
  ["an unknown command", ["estimat", SINE], {}, "unknown command 'estimat' (did you mean estimate?)"],
  ["an unknown command of board", ["board", "lst"], {}, "unknown command 'lst' (did you mean list?)"],
  [
    "a silicon board where an emulated one is wanted",
    ["crosscheck", "--suite", "--board", "nrf52840"],
    {},
    'board: expected one of qemu-m33, qemu-m4f, qemu-m7, rp2040js, found "nrf52840", which no emulator executes (qemu-m4f has its core, Arm Cortex-M4F)',
  ],
  [
    "a silicon board where an emulator stands for it",
    ["crosscheck", "--suite", "--board", "rp2040"],
    {},
    'board: expected one of qemu-m33, qemu-m4f, qemu-m7, rp2040js, found "rp2040", which no emulator executes (rp2040js stands for it, Arm Cortex-M0+)',
  ],
  [
    "a silicon board that is not there",
    ["board", "run", SINE, "--board", "rp2040"],
    {},
    "rp2040: expected --port with a silicon board, or one serial port where it answers, found none (rp2040js stands for it, Arm Cortex-M0+)",
  ],
  [
    "--emulated for a board without an emulator",
    ["board", "run", SINE, "--board", "nrf52840", "--emulated"],
    {},
    '--emulated: expected a board with an emulator (rp2040), found "nrf52840" (qemu-m4f has its core, Arm Cortex-M4F)',
  ],
  [
    "an unknown engine",
    ["run", SINE, "-i", "x", "--engine", "smid"],
    {},
    '--engine: expected one of simd, scalar, counted, found "smid" (did you mean "simd"?)',
  ],
  ["no input", ["run", SINE], {}, "run: expected --input <file>, found none (liquid-edge help run)"],
  ["a rate of 0", ["estimate", SINE, "--rate-hz", "0"], {}, '--rate-hz: expected a number > 0, found "0"'],
  [
    "a rate that is not a number",
    ["estimate", SINE, "--rate-hz", "1e"],
    {},
    '--rate-hz: expected a number > 0, found "1e"',
  ],
  [
    "half a step",
    ["profile", SINE, "--steps", "1.5"],
    {},
    '--steps: expected a whole number >= 1, found "1.5"',
  ],
  ["nothing to estimate", ["estimate"], {}, /^estimate: expected a checkpoint or --ops, found neither/],
  [
    "two things to estimate",
    ["estimate", SINE, "--ops", "x"],
    {},
    "estimate: expected a checkpoint or --ops, found both",
  ],
  [
    "a limit for a profile, which has no bytes",
    ["estimate", "--ops", "x", "--ram-limit-kb", "3"],
    {},
    "--image-in, --ram-limit-kb: expected with a checkpoint, found with --ops",
  ],
  [
    "a battery without a voltage",
    ["estimate", SINE, "--battery-mah", "100"],
    {},
    "--battery-mah and --battery-v: expected both or neither, found one",
  ],
  [
    "an evaluation in integers",
    ["evaluate", SINE, "--data", "x.csv", "--precision", "int4"],
    {},
    '--precision: expected fp32 or fp16, found int4; "liquid-edge quantize" makes a network of integers',
  ],
  [
    "a run in integers",
    ["run", SINE, "--input", "x.json", "--precision", "int8"],
    {},
    '--precision: expected fp32 or fp16, found int8; "liquid-edge quantize" makes a network of integers',
  ],
  [
    "an unknown precision",
    ["run", SINE, "--input", "x.json", "--precision", "fp61"],
    {},
    /expected one of fp32, fp16, int8, int4, found "fp61" \(did you mean "fp\d\d"\?\)/,
  ],
  [
    "a precision for a profile from elsewhere",
    ["estimate", "--ops", "x.json", "--precision", "fp16"],
    {},
    "--precision: expected with a checkpoint, found with --ops",
  ],
  [
    "a sparsity that leaves nothing",
    ["estimate", SINE, "--sparsity", "1"],
    {},
    '--sparsity: expected a number from 0 to below 1, found "1"',
  ],
  [
    "a list of sparsities with one beyond 1",
    ["estimate", SINE, "--sparsity", "0,1.5"],
    {},
    '--sparsity: expected a number from 0 to below 1, found "0,1.5"',
  ],
  [
    "a list of sparsities with a hole",
    ["estimate", SINE, "--sparsity", "0,,0.5"],
    {},
    '--sparsity: expected a number from 0 to below 1, found "0,,0.5"',
  ],
  [
    "a sparsity twice",
    ["estimate", SINE, "--sparsity", "0.5,0,0.50"],
    {},
    "--sparsity: expected each value once, found 0.5 again",
  ],
  [
    "an unknown precision in a list",
    ["estimate", SINE, "--precision", "fp32,int9"],
    {},
    '--precision: expected one of fp32, fp16, int8, int4, found "fp32,int9" (did you mean "int8"?)',
  ],
  [
    "no precision",
    ["estimate", SINE, "--precision", ""],
    {},
    '--precision: expected one of fp32, fp16, int8, int4, found ""',
  ],
  [
    "a precision twice",
    ["estimate", SINE, "--precision", "int8,int8"],
    {},
    "--precision: expected each value once, found int8 again",
  ],
  [
    "data for a profile, which cannot run",
    ["estimate", "--ops", "x", "--data", "y"],
    {},
    "--data: expected with a checkpoint, found with --ops",
  ],
  [
    "a part of no data",
    ["estimate", SINE, "--split", "train"],
    {},
    "--dataset, --description, --split: expected with --data, found without",
  ],
  [
    "a sparsity for a profile, which has no weights",
    ["estimate", "--ops", "x", "--sparsity", "0.5"],
    {},
    "--sparsity: expected with a checkpoint, found with --ops",
  ],
  [
    "a sparsity of a network that is all readout",
    ["estimate", WEIGHTS, "--sparsity", "0.5"],
    { [WEIGHTS]: MLP_OF_ONE_LAYER },
    `${WEIGHTS}: expected a network with weights to prune, found liquid-edge.MLP without: a readout is never pruned`,
  ],
  [
    "a network without synapses to draw",
    ["wiring", golden("cfc-gelu-8.safetensors"), "-c", golden("cfc-gelu-8.json")],
    {},
    /cfc-gelu-8\.safetensors: expected a network with a wiring: LTC or wired CfC, found ncps\.torch\.CfC without one$/,
  ],
  [
    "a file of no known kind",
    ["inspect", "x.json"],
    { "x.json": '{"a\\u001b": 1}' },
    /^x\.json: expected a network, .*, found an object with a\\u001b$/,
  ],
];

const PRUNE = ["prune", SINE, "--out", "out.safetensors"];
const PRUNING: Row[] = [
  [
    "a sparsity of 1",
    [...PRUNE, "--sparsity", "1"],
    {},
    '--sparsity: expected a number from 0 to below 1, found "1"',
  ],
  [
    "a negative sparsity",
    [...PRUNE, "--sparsity=-0.5"],
    {},
    '--sparsity: expected a number from 0 to below 1, found "-0.5"',
  ],
  [
    "a sparsity in percent",
    [...PRUNE, "--sparsity", "50%"],
    {},
    '--sparsity: expected a number from 0 to below 1, found "50%"',
  ],
  ["no sparsity", PRUNE, {}, "prune: expected --sparsity, found none"],
  [
    "no target",
    ["prune", SINE, "--sparsity", "0.5"],
    {},
    "prune: expected --out <file>, found none (liquid-edge help prune)",
  ],
  [
    "standard output as a target",
    ["prune", SINE, "--sparsity", "0.5", "--out", "-"],
    {},
    "--out: expected a file, found - for standard output",
  ],
  [
    "an unknown method",
    [...PRUNE, "--sparsity", "0.5", "--method", "neurns"],
    {},
    '--method: expected one of unstructured, 4x1, n:m, neurons, found "neurns" (did you mean "neurons"?)',
  ],
  ["n above m", [...PRUNE, "--method", "n:m", "--n", "5"], {}, "--n: expected at most --m 4, found 5"],
  [
    "an n of 0",
    [...PRUNE, "--method", "n:m", "--n", "0"],
    {},
    '--n: expected a whole number >= 1, found "0"',
  ],
  [
    "a sparsity beside n and m",
    [...PRUNE, "--method", "n:m", "--sparsity", "0.5"],
    {},
    "--sparsity: expected without --method n:m, whose --n and --m say it, found both",
  ],
  [
    "n and m of another method",
    [...PRUNE, "--sparsity", "0.5", "--m", "4"],
    {},
    "--n, --m: expected with --method n:m, found with 4x1",
  ],
  [
    "nothing to prune",
    ["prune", WEIGHTS, "--sparsity", "0.5", "--out", "out.safetensors"],
    { [WEIGHTS]: MLP_OF_ONE_LAYER },
    `${WEIGHTS}: expected a network with weights to prune, found liquid-edge.MLP without: a readout is never pruned`,
  ],
  [
    "neurons that are all outputs",
    ["prune", WEIGHTS, "--method", "neurons", "--sparsity", "0.5", "--out", "out.safetensors"],
    { [WEIGHTS]: MLP_OF_ONE_LAYER },
    /^net\.safetensors: expected a network with neurons that are not its outputs, found liquid-edge\.MLP without \(/,
  ],
  [
    "a prune mask of other values than 0 and 1",
    estimate,
    { [WEIGHTS]: withMask("prune_mask.layers.0.weight", [1, 2]) },
    `${WEIGHTS}: "prune_mask.layers.0.weight" expected a mask of 0 and 1, found 2 at position 1`,
  ],
  [
    "a prune mask of another shape",
    estimate,
    { [WEIGHTS]: withMask("prune_mask.layers.0.weight", [1, 1, 1]) },
    `${WEIGHTS}: "prune_mask.layers.0.weight" expected shape [1, 2], found [1, 3] (the configuration says input_size = 2, the tensors say 3)`,
  ],
  [
    "a prune mask of no matrix",
    estimate,
    { [WEIGHTS]: withMask("prune_mask.layers.1.weight", [1, 1]) },
    `${WEIGHTS}: "prune_mask.layers.1.weight" expected no such tensor for class liquid-edge.MLP with this configuration, found one of shape [1, 2] (only a weight matrix of the network has a prune mask)`,
  ],
];

describe.each([
  ["pruning", PRUNING],
  ["checkpoint", CHECKPOINTS],
  ["input", INPUTS],
  ["name", NAMES],
  ["board", BOARDS],
  ["usage", USAGE],
])("bad %s", (_, rows) => {
  it.each(rows)("answers %s in one line", async (_what, args, files, line) => {
    const { code, out, err } = await cli(args, { files });
    expect(err).toHaveLength(1);
    const message = err[0]!.replace(/^liquid-edge: /, "");
    expect(message).not.toBe(err[0]);
    expect(message).not.toMatch(/\p{Cc}/u);
    if (typeof line === "string") expect(message).toBe(line);
    else expect(message).toMatch(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it.each(rows)("says the same of %s where JSON is wanted", async (_what, args, files) => {
    const [people, programs] = await Promise.all([cli(args, { files }), cli([...args, "--json"], { files })]);
    expect(programs).toEqual(people);
  });
});

describe("--debug", () => {
  it("adds the stack", async () => {
    const { code, err } = await cli(["estimate", SINE, "-p", "nrf52841", "--debug"]);
    expect(code).toBe(2);
    expect(err[1]).toMatch(/^LiquidEdgeError: .*\n +at /);
  });
});
