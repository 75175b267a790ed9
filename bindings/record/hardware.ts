// The file of a bench: which boards there are, emulated or real, where they answer, and what measures their current.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";

const text = z.string().min(1);
const facts = z.record(text, text);
const port = text.meta({ description: "serial port, tcp:HOST:PORT or unix:PATH" });
const marker = text
  .exactOptional()
  .meta({ description: "input that the board's marker pin is wired to; without it windows are timed" });
const baudRate = z.int().positive().exactOptional();

const instrument = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      type: z.literal("ppk2"),
      port,
      mode: z.enum(["source", "ampere"]),
      supplyMv: z.number().min(800).max(5000),
      marker,
    }),
    z.strictObject({
      type: z.literal("lpm01a"),
      port,
      supplyMv: z.number().min(1800).max(3300),
      samplesPerSecond: z.literal([100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500]).default(10_000),
    }),
    z.strictObject({ type: z.literal("meter"), port, baudRate, marker }),
  ],
  "ppk2, lpm01a or meter",
);

const board = z.strictObject({
  board: text.meta({ description: "id, as `liquid-edge board list` shows it" }),
  emulated: z.boolean().default(false).meta({ description: "the emulator of a board that has one" }),
  port: port.exactOptional(),
  baudRate,
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
  for (const [i, { board: id, emulated }] of hardware.boards.entries()) {
    const double = hardware.boards.findIndex((one) => one.board === id && one.emulated === emulated);
    if (double === i) continue;
    throw complain("bad-record", source, {
      field: `boards[${i}].board`,
      expected: "each board once",
      found: `"${printable(id)}" of boards[${double}] again`,
    });
  }
  return hardware;
}

/** JSON Schema (draft 2020-12) of a hardware file. */
export function hardwareJsonSchema(): object {
  return z.toJSONSchema(hardwareFile, { io: "input" });
}
