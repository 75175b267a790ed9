// A bench: which boards there are, emulated or real, where they answer, and what measures their current. The file is YAML or
// JSON, `hardware.yaml` by custom.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { complain } from "../errors.ts";
import {
  LIVE_FORMATS,
  LIVE_INSTRUMENTS,
  type LiveFormat,
  LPM01A_RATE,
  LPM01A_RATES,
  PPK2_MODES,
} from "../measure/live-instruments.ts";
import { printable } from "../network/printable.ts";

const text = z.string().min(1);
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a name of letters, digits, dots, hyphens and underscores");
const facts = z.record(text, text);
const port = text.meta({ description: "serial port, tcp:HOST:PORT or unix:PATH" });
const marker = text
  .exactOptional()
  .meta({ description: "input that the board's marker pin is wired to; without it windows are timed" });
const baudRate = z.int().positive().exactOptional();
const zero = text
  .exactOptional()
  .meta({ description: "recording at zero current, relative to this file; shunt monitors need one" });

const { ppk2, lpm01a } = LIVE_INSTRUMENTS;

/** By the id of the instrument, which is its `type`. */
const instruments = {
  ppk2: z.strictObject({
    type: z.literal("ppk2"),
    port,
    mode: z.enum(PPK2_MODES).meta({ description: "feeds the board or not" }),
    supplyMv: z.number().min(ppk2.supplyMv.least).max(ppk2.supplyMv.most),
    marker,
    zero,
  }),
  lpm01a: z.strictObject({
    type: z.literal("lpm01a"),
    port,
    supplyMv: z.number().min(lpm01a.supplyMv.least).max(lpm01a.supplyMv.most),
    samplesPerSecond: z.literal(LPM01A_RATES).default(LPM01A_RATE),
    zero,
  }),
  meter: z.strictObject({
    type: z.literal("meter"),
    port,
    baudRate,
    supplyMv: z.number().positive().exactOptional().meta({ description: "that the meter has to see" }),
    shuntOhm: z.number().positive().exactOptional(),
    columns: text.exactOptional().meta({ description: "of its lines, as `energy --columns`" }),
    marker,
    zero,
  }),
} satisfies Record<LiveFormat, z.ZodObject>;

type AnInstrument = (typeof instruments)[LiveFormat];
const instrument = z.discriminatedUnion(
  "type",
  Object.values(instruments) as [AnInstrument, ...AnInstrument[]],
  LIVE_FORMATS.join(", ").replace(/, (?=\w+$)/, " or "),
);

const board = z.strictObject({
  id: name.exactOptional().meta({ description: "what this board is called here; default: its kind" }),
  board: text.meta({ description: "id of the kind of board, as `liquid-edge board list` shows it" }),
  emulated: z.boolean().default(false).meta({ description: "the emulator of a board that has one" }),
  port: port.exactOptional(),
  baudRate,
  tool: text.exactOptional().meta({ description: "that flashes it; default: the first installed" }),
  inferences: z.int().positive().exactOptional().meta({ description: "timed; default 1000, emulated 100" }),
  warmup: z.int().nonnegative().default(10),
  readings: z.int().min(2).max(1000).default(10).meta({ description: "of time and of energy" }),
  instrument: instrument.exactOptional(),
  environment: facts.exactOptional().meta({ description: "of this board: silicon revision, toolchain …" }),
});

const hardwareFile = z
  .strictObject({
    $schema: z.string().exactOptional(),
    environment: facts.exactOptional().meta({
      description: "of the bench; figures of different ones are not compared",
    }),
    boards: z.array(board).min(1),
  })
  .meta({ title: "Hardware of Liquid Edge" });

export type Hardware = Omit<z.infer<typeof hardwareFile>, "$schema">;
export type HardwareBoard = z.infer<typeof board>;
export type HardwareInstrument = z.infer<typeof instrument>;

/** Boards and instruments from their JSON form. Throws `bad-record`; `source` is the file that the message names. */
export function parseHardware(json: unknown, source: string): Hardware {
  const parsed = hardwareFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-record");
  const { $schema: _, ...hardware } = parsed.data;
  refuseDoubles(hardware.boards, nameOf, "id", source);
  refuseDoubles(hardware.boards, ({ port }) => port, "port", source);
  refuseDoubles(hardware.boards, (board) => board.instrument?.port, "instrument.port", source);
  return hardware;
}

/** What a board is called. */
export function nameOf({ id, board, emulated }: HardwareBoard): string {
  return id ?? (emulated ? `${board}, emulated` : board);
}

/** JSON Schema (draft 2020-12) of a hardware file. */
export function hardwareJsonSchema(): object {
  return z.toJSONSchema(hardwareFile, { io: "input" });
}

function refuseDoubles(
  boards: readonly HardwareBoard[],
  key: (board: HardwareBoard) => string | undefined,
  field: string,
  source: string,
): void {
  const values = boards.map(key);
  const again = values.findIndex((value, i) => value !== undefined && values.indexOf(value) < i);
  if (again < 0) return;
  throw complain("bad-record", source, {
    field: `boards[${again}].${field}`,
    expected: "one that no other board has",
    found: `"${printable(values[again]!)}"`,
  });
}
