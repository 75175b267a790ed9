// Instruments behind a port. Which one is said by the user, or by the port's USB ids.

import type { Instrument } from "../../bindings/measure/instrument.ts";
import { Lpm01a } from "../../bindings/measure/lpm01a.ts";
import { Ppk2 } from "../../bindings/measure/ppk2.ts";
import { TextMeter } from "../../bindings/measure/text-meter.ts";
import type { HardwareInstrument } from "../../bindings/record/hardware.ts";
import type { PPK2_MODES } from "../commands/energy.ts";
import { openLink, parsePort } from "../firmware/open-link.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { openSerial } from "../serial/serial-link.ts";

export const LIVE_FORMATS = ["ppk2", "lpm01a", "meter"] as const;
export type LiveFormat = (typeof LIVE_FORMATS)[number];

export const LPM01A_RATES = [100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500] as const;
const LPM01A_RATE = 10_000;

/** A PPK2 heeds no baud rate; the meter's is that of boards/meter. */
const BAUD: Readonly<Record<LiveFormat, number>> = { ppk2: 115_200, lpm01a: 3_686_400, meter: 921_600 };
const USB_IDS: Readonly<Record<string, LiveFormat>> = { "1915:c00a": "ppk2", "0483:5740": "lpm01a" };
/** Of a PPK2 and of an LPM01A, which feed the device or have to know what does. */
const SUPPLY_V: Readonly<Record<"ppk2" | "lpm01a", { least: number; most: number }>> = {
  ppk2: { least: 0.8, most: 5 },
  lpm01a: { least: 1.8, most: 3.3 },
};

export interface InstrumentSettings {
  /** Serial port, `tcp:HOST:PORT` or `unix:PATH`. */
  port: string;
  format?: LiveFormat;
  baud?: number;
  /** Of a PPK2; default `source`. */
  mode?: (typeof PPK2_MODES)[number];
  /** Supply of the device. */
  volts?: number;
  /** Of an LPM01A; default 10,000. */
  samplesPerSecond?: number;
  /** Of a text meter. */
  shuntOhm?: number;
  shuntTolerance?: number;
  columns?: string;
  /** Whether edges of the marker input are asked for, where an instrument has to be told. */
  marker?: boolean;
}

/** The settings of an instrument that a file of hardware names. */
export function settingsOf(instrument: HardwareInstrument): InstrumentSettings & { format: LiveFormat } {
  const { type, port, zero: _, ...rest } = instrument;
  const { baudRate: baud, supplyMv, marker, ...others } = { baudRate: undefined, marker: undefined, ...rest };
  return {
    ...others,
    port,
    format: type,
    marker: marker !== undefined,
    ...(baud === undefined ? {} : { baud }),
    ...(supplyMv === undefined ? {} : { volts: supplyMv / 1000 }),
  };
}

/** The input that the board's marker pin is wired to. */
export function markerOf(instrument: HardwareInstrument): string | undefined {
  return "marker" in instrument ? instrument.marker : undefined;
}

/** Whether the board has no power unless the instrument is open. */
export function feedsBoard(instrument: HardwareInstrument): boolean {
  return instrument.type === "lpm01a" || (instrument.type === "ppk2" && instrument.mode === "source");
}

/** What a record's environment says of it: figures of another instrument are not comparable. */
export function instrumentText(instrument: HardwareInstrument): string {
  const { type } = instrument;
  const windows = markerOf(instrument) === undefined ? "by time" : "by marker";
  if (type === "meter") return `meter, windows ${windows}`;
  const mode = type === "ppk2" ? `${instrument.mode}, ` : `${instrument.samplesPerSecond} Hz, `;
  return `${type}, ${mode}${instrument.supplyMv} mV, windows ${windows}`;
}

/** Opens, identifies and sets up the instrument; it feeds the device from then on, where it does. Throws in one line. */
export async function openInstrument(io: Io, settings: InstrumentSettings): Promise<Instrument> {
  const format = settings.format ?? (await formatOf(io, settings.port));
  const { port, baud = BAUD[format], mode = "source", samplesPerSecond = LPM01A_RATE } = settings;
  if (format !== "meter") expectSupply(format, settings.volts);
  if (format === "lpm01a" && !isRate(samplesPerSecond))
    throw usageError(
      `--rate: expected one of ${LPM01A_RATES.join(", ")} with an LPM01A, found ${samplesPerSecond}`,
    );
  // No reconnection: what an instrument measures meanwhile is lost.
  const link = "serial" in parsePort(port) ? await openSerial(port, baud) : await openLink(port);
  if (format === "ppk2") return Ppk2.open(link, { mode, supplyMv: 1000 * settings.volts! });
  if (format === "lpm01a") {
    return Lpm01a.open(link, {
      supplyMv: 1000 * settings.volts!,
      samplesPerSecond: samplesPerSecond as (typeof LPM01A_RATES)[number],
      ...(settings.marker === true ? { edge: "fal" } : {}),
    });
  }
  const { volts, shuntOhm, columns } = settings;
  return TextMeter.open(link, {
    ...(volts === undefined ? {} : { volts }),
    ...(shuntOhm === undefined ? {} : { shuntOhm }),
    ...(columns === undefined ? {} : { columns }),
    ...(settings.samplesPerSecond === undefined ? {} : { samplesPerSecond: settings.samplesPerSecond }),
  });
}

function isRate(value: number): boolean {
  return (LPM01A_RATES as readonly number[]).includes(value);
}

async function formatOf(io: Io, path: string): Promise<LiveFormat> {
  const port = (await io.serialPorts().catch(() => [])).find((candidate) => candidate.path === path);
  const format = USB_IDS[`${port?.vendorId}:${port?.productId}`];
  if (format !== undefined) return format;
  throw usageError(
    `--format: expected ${LIVE_FORMATS.join(", ")} with ${path}, whose USB ids name no instrument, found none`,
  );
}

function expectSupply(format: "ppk2" | "lpm01a", volts: number | undefined): void {
  const { least, most } = SUPPLY_V[format];
  if (volts !== undefined && volts >= least && volts <= most) return;
  throw usageError(
    `--voltage: expected the supply of the device, ${least} to ${most} V with ${format}, found ${volts ?? "none"}`,
  );
}
