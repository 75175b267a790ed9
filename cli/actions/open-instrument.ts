// The instrument of a bench, opened at its port, as a profiler that measures until it is closed.

import { EnergyProfiler } from "../../bindings/measure/energy-profiler.ts";
import type { Instrument } from "../../bindings/measure/instrument.ts";
import { Lpm01a } from "../../bindings/measure/lpm01a.ts";
import { Ppk2 } from "../../bindings/measure/ppk2.ts";
import { TextMeter } from "../../bindings/measure/text-meter.ts";
import type { HardwareInstrument } from "../../bindings/record/hardware.ts";
import { openLink } from "../firmware/open-link.ts";

/** What the LPM01A talks at: ST UM2243. */
const LPM01A_BAUD = 3_686_400;
/** What the firmware of boards/meter talks at. */
const METER_BAUD = 921_600;

/** Throws what the port or the instrument is refused with. */
export async function openInstrument(instrument: HardwareInstrument): Promise<EnergyProfiler> {
  const opened = await open(instrument);
  const { marker } = "marker" in instrument ? instrument : { marker: undefined };
  return EnergyProfiler.open(opened, marker === undefined ? {} : { marker });
}

async function open(instrument: HardwareInstrument): Promise<Instrument> {
  switch (instrument.type) {
    case "ppk2": {
      const { mode, supplyMv } = instrument;
      return Ppk2.open(await openLink(instrument.port), { mode, supplyMv });
    }
    case "lpm01a": {
      const { supplyMv, samplesPerSecond } = instrument;
      return Lpm01a.open(await openLink(instrument.port, { baudRate: LPM01A_BAUD }), {
        supplyMv,
        samplesPerSecond,
      });
    }
    case "meter":
      return TextMeter.open(await openLink(instrument.port, { baudRate: instrument.baudRate ?? METER_BAUD }));
  }
}

/** What a record's environment says of it: figures of another instrument are not comparable. */
export function instrumentText(instrument: HardwareInstrument): string {
  const { type } = instrument;
  const windows = "marker" in instrument && instrument.marker !== undefined ? "by marker" : "by time";
  if (type === "meter") return `meter, windows ${windows}`;
  const mode = type === "ppk2" ? `${instrument.mode}, ` : `${instrument.samplesPerSecond} Hz, `;
  return `${type}, ${mode}${instrument.supplyMv} mV, windows ${windows}`;
}
