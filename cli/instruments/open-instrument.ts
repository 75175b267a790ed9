// Instruments behind a port. Which one is said by the user, or by the port's USB ids.

import type { Link } from "../../bindings/device/link.ts";
import type { Instrument } from "../../bindings/measure/instrument.ts";
import {
  LIVE_FORMATS,
  LIVE_INSTRUMENTS,
  type LiveFormat,
  LPM01A_RATE,
  LPM01A_RATES,
} from "../../bindings/measure/live-instruments.ts";
import { Lpm01a } from "../../bindings/measure/lpm01a.ts";
import { Ppk2, type Ppk2Options } from "../../bindings/measure/ppk2.ts";
import { TextMeter } from "../../bindings/measure/text-meter.ts";
import type { HardwareInstrument } from "../../bindings/record/hardware.ts";
import { openLink, parsePort } from "../firmware/open-link.ts";
import type { Io } from "../io.ts";
import { usageError } from "../options.ts";
import { openSerial } from "../serial/serial-link.ts";
import { findUsbId } from "../serial/usb-ids.ts";

export interface InstrumentSettings {
  /** Serial port, `tcp:HOST:PORT` or `unix:PATH`. */
  port: string;
  format?: LiveFormat;
  baud?: number;
  /** Of a PPK2; default `source`. */
  mode?: Ppk2Options["mode"];
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
  const feeds = LIVE_INSTRUMENTS[instrument.type].feedsDevice;
  return feeds === "in source mode" ? "mode" in instrument && instrument.mode === "source" : feeds;
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
  const { port, baud = LIVE_INSTRUMENTS[format].baudRate } = settings;
  expectSupply(format, settings.volts);
  if (format === "lpm01a") expectRate(settings.samplesPerSecond);
  // No reconnection: what an instrument measures meanwhile is lost.
  const link = "serial" in parsePort(port) ? await openSerial(port, baud) : await openLink(port);
  return OPEN[format](link, settings);
}

/** How each is set up, once its settings have been checked. */
const OPEN: Readonly<Record<LiveFormat, (link: Link, settings: InstrumentSettings) => Promise<Instrument>>> =
  {
    ppk2: (link, { mode = "source", volts }) => Ppk2.open(link, { mode, supplyMv: 1000 * volts! }),
    lpm01a: (link, { volts, samplesPerSecond = LPM01A_RATE, marker }) =>
      Lpm01a.open(link, {
        supplyMv: 1000 * volts!,
        samplesPerSecond: samplesPerSecond as (typeof LPM01A_RATES)[number],
        ...(marker === true ? { edge: "fal" } : {}),
      }),
    meter: (link, { volts, shuntOhm, columns, samplesPerSecond }) =>
      TextMeter.open(link, {
        ...(volts === undefined ? {} : { volts }),
        ...(shuntOhm === undefined ? {} : { shuntOhm }),
        ...(columns === undefined ? {} : { columns }),
        ...(samplesPerSecond === undefined ? {} : { samplesPerSecond }),
      }),
  };

async function formatOf(io: Io, path: string): Promise<LiveFormat> {
  const port = (await io.serialPorts().catch(() => [])).find((candidate) => candidate.path === path);
  const id = port === undefined ? undefined : findUsbId(port.vendorId, port.productId)?.instrument;
  const format = LIVE_FORMATS.find((one) => one === id);
  if (format !== undefined) return format;
  throw usageError(
    `--format: expected ${LIVE_FORMATS.join(", ")} with ${path}, whose USB ids name no instrument, found none`,
  );
}

function expectRate(samplesPerSecond = LPM01A_RATE): void {
  if ((LPM01A_RATES as readonly number[]).includes(samplesPerSecond)) return;
  throw usageError(
    `--rate: expected one of ${LPM01A_RATES.join(", ")} with an LPM01A, found ${samplesPerSecond}`,
  );
}

function expectSupply(format: LiveFormat, volts: number | undefined): void {
  const { supplyMv } = LIVE_INSTRUMENTS[format];
  if (supplyMv === null) return;
  const [least, most] = [supplyMv.least / 1000, supplyMv.most / 1000];
  if (volts !== undefined && volts >= least && volts <= most) return;
  throw usageError(
    `--voltage: expected the supply of the device, ${least} to ${most} V with ${format}, found ${volts ?? "none"}`,
  );
}
