// A bench: which boards are connected where, and what measures them. The file is YAML or JSON, `hardware.yaml` by custom.

import * as z from "zod";
import { complaintOf } from "../board/schema-complaint.ts";
import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";

const text = z.string().min(1);
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a name of letters, digits, dots, hyphens and underscores");
const address = text.meta({ description: "serial port, tcp:HOST:PORT or unix:PATH" });
const positive = z.number().positive();

const instrument = z.strictObject({
  port: address,
  format: z.enum(["ppk2", "lpm01a", "meter"]).meta({ description: "what is behind the port" }),
  baud: z.int().positive().exactOptional(),
  mode: z
    .enum(["source", "ampere"])
    .exactOptional()
    .meta({ description: "of a PPK2: feeds the board or not" }),
  supplyV: positive.exactOptional().meta({ description: "of the board: set, or what a meter has to see" }),
  marker: text.exactOptional().meta({ description: "input that the board's marker pin is wired to" }),
  samplesPerSecond: positive.exactOptional().meta({ description: "of an LPM01A" }),
  shuntOhm: positive.exactOptional(),
  columns: text.exactOptional().meta({ description: "of a meter's lines, as `energy --columns`" }),
  zero: text
    .exactOptional()
    .meta({ description: "recording at zero current, relative to this file; shunt monitors need one" }),
});

const hardwareFile = z
  .strictObject({
    $schema: z.string().exactOptional(),
    boards: z
      .array(
        z.strictObject({
          id: name.meta({ description: "what this board is called here" }),
          board: name.meta({ description: "id of the kind of board, as `board list` shows it" }),
          port: address.exactOptional().meta({
            description: "of its UART; default: the serial port where it answers",
          }),
          baud: z.int().positive().exactOptional(),
          tool: text.exactOptional().meta({ description: "that flashes it; default: the first installed" }),
          instrument: instrument.exactOptional(),
        }),
      )
      .min(1),
  })
  .meta({ title: "Bench of Liquid Edge" });

export type Hardware = Omit<z.infer<typeof hardwareFile>, "$schema">;
export type BenchBoard = Hardware["boards"][number];
export type BenchInstrument = NonNullable<BenchBoard["instrument"]>;

/** A bench from its JSON form. Throws `bad-config`; `source` is the file that the message names. */
export function parseHardware(json: unknown, source: string): Hardware {
  const parsed = hardwareFile.safeParse(json);
  if (!parsed.success) throw complaintOf(parsed.error, json, source, "bad-config");
  const { $schema: _, ...hardware } = parsed.data;
  refuseDoubles(hardware.boards, ({ id }) => id, "id", source);
  refuseDoubles(hardware.boards, ({ port }) => port, "port", source);
  refuseDoubles(hardware.boards, (board) => board.instrument?.port, "instrument.port", source);
  return hardware;
}

/** JSON Schema (draft 7, which editors read) of hardware.yaml. */
export function hardwareJsonSchema(): object {
  return z.toJSONSchema(hardwareFile, { target: "draft-7", io: "input" });
}

function refuseDoubles(
  boards: readonly BenchBoard[],
  key: (board: BenchBoard) => string | undefined,
  field: string,
  source: string,
): void {
  const values = boards.map(key);
  const again = values.findIndex((value, i) => value !== undefined && values.indexOf(value) < i);
  if (again < 0) return;
  throw complain("bad-config", source, {
    field: `boards[${again}].${field}`,
    expected: "one that no other board has",
    found: `"${printable(values[again]!)}"`,
  });
}
