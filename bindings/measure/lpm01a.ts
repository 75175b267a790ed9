// An ST X-NUCLEO-LPM01A over a link, 3,686,400 baud. It feeds the device, 1.8 to 3.3 V and at most 50 mA.

import type { Link } from "../device/link.ts";
import { complain } from "../errors.ts";
import { printable } from "../network/printable.ts";
import type { Instrument } from "./instrument.ts";
import { LIVE_INSTRUMENTS, type LPM01A_RATES } from "./live-instruments.ts";
import { Lpm01aDecoder } from "./lpm01a-decoder.ts";
import { SampleReceiver, unlessLost, untilQuiet } from "./receive.ts";

const QUIET_MS = 100;
const REPLY_MS = 2000;
const SUPPLY_MV = LIVE_INSTRUMENTS.lpm01a.supplyMv;
/** Text is unlimited in time up to here, numbers beyond. */
const MAX_TEXT_HZ = 5000;

/** How the LPM01A supplies and samples. */
export interface Lpm01aOptions {
  /** What it feeds the device with, millivolts. */
  supplyMv: number;
  /** One of the rates that the instrument has. */
  samplesPerSecond: (typeof LPM01A_RATES)[number];
  /** Which edge of D7 is reported, if any. */
  edge?: "fal" | "ris";
}

/** ST's X-NUCLEO-LPM01A over a link. */
export class Lpm01a implements Instrument {
  readonly samplesPerSecond: number;
  readonly #link: Link;
  readonly #receiver: SampleReceiver;
  #decoder = new Lpm01aDecoder();
  #setUp: readonly string[] = [];

  private constructor(link: Link, samplesPerSecond: number) {
    this.#link = link;
    this.#receiver = new SampleReceiver(link);
    this.samplesPerSecond = samplesPerSecond;
  }

  /**
   * Takes control of the board, sets it up and switches the device on. The link is closed when that fails.
   * @throws LiquidEdgeError `device-silent`, `device-lost`, `device-refused` with what the board answered
   */
  static async open(link: Link, options: Lpm01aOptions): Promise<Lpm01a> {
    const { supplyMv, samplesPerSecond, edge } = options;
    if (!(supplyMv >= SUPPLY_MV.least && supplyMv <= SUPPLY_MV.most)) {
      throw new RangeError(`"supplyMv" expected ${SUPPLY_MV.least} to ${SUPPLY_MV.most}, got ${supplyMv}`);
    }
    const board = new Lpm01a(link, samplesPerSecond);
    const hz = samplesPerSecond >= 1000 ? `${samplesPerSecond / 1000}k` : String(samplesPerSecond);
    board.#setUp = [
      "htc",
      "pwr off",
      "acqtime inf",
      "trigdelay 0",
      "trigsrc sw",
      ...(edge === undefined ? [] : [`eventsrc d7 ${edge}`]),
      "output current",
      `format ${samplesPerSecond > MAX_TEXT_HZ ? "bin_hexa" : "ascii_dec"}`,
      `freq ${hz}`,
      `volt ${Math.round(supplyMv)}m`,
      "pwr on nostatus",
    ];
    try {
      await untilQuiet(link, QUIET_MS);
      for (const command of board.#setUp) await board.#command(command);
      return board;
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
    await this.#command("start");
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
    await this.#link.send(encode("stop"));
    this.#decoder.push(await untilQuiet(this.#link, QUIET_MS));
  }

  async close(): Promise<void> {
    try {
      for (const command of ["stop", "pwr off", "hrc"]) await unlessLost(this.#link.send(encode(command)));
    } finally {
      await this.#link.close();
    }
  }

  nowMs(): number {
    return this.#link.nowMs();
  }

  /** Sends a command and waits for its answer. */
  async #command(command: string): Promise<void> {
    await this.#link.send(encode(command));
    const { lines } = this.#decoder;
    const deadline = this.nowMs() + REPLY_MS;
    for (;;) {
      const answer = lines.findIndex(
        (line) => line === `PowerShield > ack ${command}` || line.startsWith("PowerShield > error"),
      );
      if (answer >= 0) {
        const text = lines[answer]!;
        if (text.includes("> error") && lines.length === answer + 1) {
          // The reason comes on a line of its own.
          this.#decoder.push(await this.#link.receive(QUIET_MS));
        }
        const [, reason] = lines.splice(0).slice(answer);
        if (text.includes("> ack")) return;
        throw complain("device-refused", this.name, {
          field: command,
          expected: "the board's acknowledgement",
          found: printable(reason ?? text),
        });
      }
      const left = deadline - this.nowMs();
      if (left <= 0) {
        throw complain("device-silent", this.name, {
          field: command,
          expected: `an answer of an X-NUCLEO-LPM01A within ${REPLY_MS} ms`,
          found: lines.length === 0 ? "nothing" : `"${printable(lines.at(-1)!)}"`,
        });
      }
      this.#decoder.push(await this.#link.receive(left));
    }
  }
}

function encode(command: string): Uint8Array {
  return new TextEncoder().encode(`${command}\r\n`);
}
