// A meter of text lines over a link: a second microcontroller that reads a shunt monitor. Lines as `readTable` takes them.

import type { Link } from "../device/link.ts";
import type { Instrument } from "./instrument.ts";
import { readTable } from "./read-csv.ts";
import { gather, SampleReceiver } from "./receive.ts";
import type { TableOptions } from "./sample-rows.ts";

const HEADER_MS = 3000;
/** Comments, then a line of names: no cell of it is a number, as one is beside the word of an overflow. */
const HEADER =
  /(?:^|\n)((?:#[^\n]*\n)*(?!(?:[^\n]*[,;\t])?\s*[-+]?[.\d]+\s*(?:[,;\t\r]|\n))[^\n#]*[A-Za-z_]{2,}[^\n]*)\r?\n/;

/** What the lines of a meter mean. */
export interface TextMeterOptions extends TableOptions {
  /** Names of the columns, for a meter that does not print them: `t_us,shunt_uV,bus_mV,trig`. */
  header?: string;
}

/** A meter that prints lines of text, over a link. */
export class TextMeter implements Instrument {
  readonly samplesPerSecond: number;
  readonly #link: Link;
  readonly #receiver: SampleReceiver;
  readonly #options: TableOptions;
  readonly #header: string;
  #lines: string[] = [];
  #first = 0;
  #rest: string;

  private constructor(link: Link, header: string, rest: string, options: TableOptions) {
    this.#link = link;
    this.#receiver = new SampleReceiver(link);
    this.#header = header;
    this.#rest = rest;
    this.#options = options;
    this.samplesPerSecond = Number(/\bfs=(\d+)/.exec(header)?.[1] ?? options.samplesPerSecond ?? 1000);
  }

  /**
   * Waits for the meter's header, or takes the one that is given. The link is closed when that fails.
   * @throws LiquidEdgeError `device-silent`, `device-lost`
   */
  static async open(link: Link, { header, ...options }: TextMeterOptions = {}): Promise<TextMeter> {
    try {
      if (header !== undefined) return new TextMeter(link, header, "", options);
      // Our own meter prints its header when it is asked; others pay no heed.
      await link.send(new TextEncoder().encode("?"));
      const text = await gather(link, (received) => HEADER.test(received), HEADER_MS);
      const found = HEADER.exec(text)!;
      return new TextMeter(link, found[1]!, text.slice(found.index + found[0].length), options);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  get name(): string {
    return this.#link.name;
  }

  get sampleCount(): number {
    return this.#first + this.#lines.length;
  }

  /** The meter measures all the time: what it measured before does not count. */
  async start(): Promise<void> {
    await this.poll(0);
    this.#lines = [];
    this.#first = 0;
  }

  async poll(timeoutMs: number): Promise<void> {
    this.#rest += new TextDecoder("latin1").decode(await this.#receiver.receive(timeoutMs));
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      // An edge belongs to the sample before it; comments say nothing of samples.
      if (line.startsWith("E,") && this.#lines.length > 0) this.#lines[this.#lines.length - 1] += `\n${line}`;
      else if (/^[-+.\d]/.test(line)) this.#lines.push(line);
    }
  }

  traceFrom(sample: number) {
    const first = Math.max(sample, this.#first);
    const rows = this.#lines.slice(first - this.#first);
    const text = [this.#header, ...rows, ""].join("\n");
    return { trace: readTable(new TextEncoder().encode(text), this.name, this.#options), first };
  }

  discardBefore(sample: number): void {
    const drop = Math.min(this.#lines.length, sample - this.#first);
    if (drop <= 0) return;
    this.#lines.splice(0, drop);
    this.#first += drop;
  }

  async stop(): Promise<void> {}

  close(): Promise<void> {
    return this.#link.close();
  }

  nowMs(): number {
    return this.#link.nowMs();
  }
}
