// A Nordic PPK2 over a link. It opens at any baud rate; of its two ports the one with the lower interface number measures.

import type { Link } from "../device/link.ts";
import type { Instrument } from "./instrument.ts";
import { LIVE_INSTRUMENTS } from "./live-instruments.ts";
import {
  PPK2_SAMPLES_PER_SECOND,
  Ppk2Decoder,
  type Ppk2Metadata,
  parsePpk2Metadata,
} from "./ppk2-decoder.ts";
import { gather, SampleReceiver, unlessLost, untilQuiet } from "./receive.ts";

const Command = {
  START: 0x06,
  STOP: 0x07,
  DUT_POWER: 0x0c,
  SUPPLY: 0x0d,
  MODE: 0x11,
  METADATA: 0x19,
} as const;
const MODES: Readonly<Record<Ppk2Options["mode"], number>> = { ampere: 1, source: 2 };
const SUPPLY_MV = LIVE_INSTRUMENTS.ppk2.supplyMv;
const QUIET_MS = 100;
const REPLY_MS = 2000;

/** How the PPK2 measures. */
export interface Ppk2Options {
  /** `ampere` measures what another supply feeds, `source` feeds the device itself. */
  mode: "ampere" | "source";
  /** 800 to 5000. In `ampere` mode that of the other supply, which the power is computed with. */
  supplyMv: number;
}

/** Nordic's Power Profiler Kit II over a link. */
export class Ppk2 implements Instrument {
  readonly samplesPerSecond = PPK2_SAMPLES_PER_SECOND;
  /** Calibration of this instrument, as it told it. */
  readonly metadata: Ppk2Metadata;
  readonly #link: Link;
  readonly #options: Ppk2Options;
  readonly #receiver: SampleReceiver;
  #decoder: Ppk2Decoder;

  private constructor(link: Link, options: Ppk2Options, metadata: Ppk2Metadata) {
    this.#link = link;
    this.#receiver = new SampleReceiver(link);
    this.#options = options;
    this.metadata = metadata;
    this.#decoder = new Ppk2Decoder(metadata, options.supplyMv);
  }

  /**
   * Sets the instrument up and switches the device on. The link is closed when that fails.
   * @throws LiquidEdgeError `device-silent`, `device-lost`, `device-refused` for another device
   */
  static async open(link: Link, options: Ppk2Options): Promise<Ppk2> {
    const { mode, supplyMv } = options;
    if (!(supplyMv >= SUPPLY_MV.least && supplyMv <= SUPPLY_MV.most)) {
      throw new RangeError(`"supplyMv" expected ${SUPPLY_MV.least} to ${SUPPLY_MV.most}, got ${supplyMv}`);
    }
    try {
      await link.send(Uint8Array.of(Command.STOP));
      await untilQuiet(link, QUIET_MS);
      await link.send(Uint8Array.of(Command.METADATA));
      const text = await gather(link, (received) => /\bEND\b/.test(received), REPLY_MS);
      const metadata = parsePpk2Metadata(text, link.name);
      // A device must not see the voltage of an earlier run.
      if (mode === "source") await link.send(Uint8Array.of(Command.DUT_POWER, 0));
      await link.send(Uint8Array.of(Command.MODE, MODES[mode]));
      const mv = Math.round(supplyMv);
      await link.send(Uint8Array.of(Command.SUPPLY, mv >> 8, mv & 255));
      await link.send(Uint8Array.of(Command.DUT_POWER, 1));
      return new Ppk2(link, options, metadata);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  get name(): string {
    return this.#link.name;
  }

  get sampleCount(): number {
    return this.#decoder.samples.count;
  }

  async start(): Promise<void> {
    this.#decoder = new Ppk2Decoder(this.metadata, this.#options.supplyMv);
    await this.#link.send(Uint8Array.of(Command.START));
  }

  async poll(timeoutMs: number): Promise<void> {
    this.#decoder.push(await this.#receiver.receive(timeoutMs));
  }

  traceFrom(sample: number) {
    const first = Math.max(sample, this.#decoder.samples.first);
    return { trace: this.#decoder.trace(this.name, first), first };
  }

  discardBefore(sample: number): void {
    this.#decoder.samples.discardBefore(sample);
  }

  async stop(): Promise<void> {
    await this.#link.send(Uint8Array.of(Command.STOP));
    this.#decoder.push(await untilQuiet(this.#link, QUIET_MS));
    this.#decoder.finish();
  }

  async close(): Promise<void> {
    try {
      await unlessLost(this.#link.send(Uint8Array.of(Command.STOP)));
      if (this.#options.mode === "source") {
        await unlessLost(this.#link.send(Uint8Array.of(Command.DUT_POWER, 0)));
      }
    } finally {
      await this.#link.close();
    }
  }

  nowMs(): number {
    return this.#link.nowMs();
  }
}
