// The instruments that measure at a port, and what several places have to know of each: the command, hardware.yaml, the class that
// speaks with it. By how much it may be wrong stands in instruments.json, its USB ids in boards/usb-ids.json.

/** An instrument at a port. */
export interface LiveInstrument {
  /** Of its serial port, unless told otherwise. */
  baudRate: number;
  /** What it feeds the device with, or has to know; null where it measures the supply. */
  supplyMv: { least: number; most: number } | null;
  /** Whether the device has no power unless the instrument is open. */
  feedsDevice: boolean | "in source mode";
}

export const LIVE_INSTRUMENTS = {
  /** Nordic's PPK2, which opens at any baud rate. */
  ppk2: { baudRate: 115_200, supplyMv: { least: 800, most: 5000 }, feedsDevice: "in source mode" },
  /** ST's X-NUCLEO-LPM01A. */
  lpm01a: { baudRate: 3_686_400, supplyMv: { least: 1800, most: 3300 }, feedsDevice: true },
  /** Lines of text, with the baud rate of boards/meter. */
  meter: { baudRate: 921_600, supplyMv: null, feedsDevice: false },
} as const satisfies Readonly<Record<string, LiveInstrument>>;

/** The id of an instrument that measures at a port, and of the format of what it sends. */
export type LiveFormat = keyof typeof LIVE_INSTRUMENTS;
export const LIVE_FORMATS = /* @__PURE__ */ Object.keys(LIVE_INSTRUMENTS) as readonly LiveFormat[];

/** A PPK2 feeds the device itself, or measures what another supply feeds. */
export const PPK2_MODES = ["source", "ampere"] as const;
/** Samples a second that an LPM01A can take. */
export const LPM01A_RATES = [100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500] as const;
/** That it takes where nothing is said. */
export const LPM01A_RATE = 10_000;
