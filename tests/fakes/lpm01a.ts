// An ST X-NUCLEO-LPM01A ("PowerShield") as the host sees it: commands end in \r\n, each is answered by
// "PowerShield > ack <command>" or "error <command>" and "Error detail: ...".
//
//   decimal:  6409-07 is 6409e-7; "TimeStamp: 000s 123ms, buff 00%" every 1000 samples; "event 00 ris" per edge
//   binary:   2 bytes big-endian, exponent e in the high nibble, mantissa m below: m * 16^-e
//             F0 F3 <u32 ms> <buffer %> FF FF a time, F0 F2 <text> FF FF a note, F0 F5 FF FF overcurrent, F0 F4 FF FF the end

import type { Current } from "./current.ts";

export interface FakeLpm01aOptions {
  current: Current;
  /** Level of the D7 input. */
  d7?: (seconds: number) => boolean;
  /** Overcurrent is signalled before this sample, in the binary stream. */
  overcurrentAt?: number;
  /** A note in the middle of the binary stream, before this sample. */
  noteAt?: number;
  /** A timestamp is wrong by so many milliseconds from this sample on, as after lost data. */
  slip?: { at: number; ms: number };
}

const FREQUENCIES: Readonly<Record<string, number>> = {
  "100k": 100_000,
  "50k": 50_000,
  "20k": 20_000,
  "10k": 10_000,
  "5k": 5000,
  "2k": 2000,
  "1k": 1000,
  "500": 500,
}; // prettier-ignore
const COMMANDS = new Set(
  "htc hrc lcd pwr acqtime trigdelay trigsrc eventsrc output format freq volt start stop funcmode".split(" "),
);
const STAMP_EVERY = 1000;

export class FakeLpm01a {
  readonly #options: FakeLpm01aOptions;
  #line = "";
  #replies: Buffer[] = [];
  #running = false;
  #sample = 0;
  #d7 = false;
  readonly settings = new Map<string, string>();
  controlled = false;

  constructor(options: FakeLpm01aOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#running;
  }

  receive(bytes: Uint8Array): void {
    this.#line += Buffer.from(bytes).toString("latin1");
    for (let end = this.#line.indexOf("\r\n"); end >= 0; end = this.#line.indexOf("\r\n")) {
      const command = this.#line.slice(0, end);
      this.#line = this.#line.slice(end + 2);
      this.#obey(command);
    }
  }

  produce(n: number): Uint8Array {
    const parts = this.#replies;
    this.#replies = [];
    if (this.#running && n > 0) parts.push(this.#binary ? this.#words(n) : this.#lines(n));
    return Buffer.concat(parts);
  }

  get #binary(): boolean {
    return this.settings.get("format") === "bin_hexa";
  }

  get #rate(): number {
    return FREQUENCIES[this.settings.get("freq") ?? "1k"]!;
  }

  #say(line: string): void {
    this.#replies.push(Buffer.from(`${line}\r\n`, "latin1"));
  }

  #obey(command: string): void {
    const [verb = "", ...values] = command.split(" ");
    if (verb === "powershield") {
      this.#say("PowerShield > PowerShield present");
      this.#say("PowerShield > 203338334D575007001A0036");
      return;
    }
    const refusal = this.#refusal(verb, values);
    if (refusal !== null) {
      this.#say(`PowerShield > error ${command}`);
      this.#say(`Error detail: ${refusal}`);
      return;
    }
    if (verb === "htc") this.controlled = true;
    if (verb === "hrc") this.controlled = false;
    if (verb === "stop") {
      this.#running = false;
      if (this.#binary) this.#replies.push(Buffer.from([0xf0, 0xf4, 0xff, 0xff]));
    }
    this.settings.set(verb, values.join(" "));
    this.#say(`PowerShield > ack ${command}`);
    if (verb === "start") {
      this.#running = true;
      this.#sample = 0;
      this.#d7 = this.#options.d7?.(0) ?? false;
    }
    if (verb === "stop") {
      this.#say("summary beg");
      this.#say("PowerShield > Acquisition completed");
      this.#say("summary end");
    }
  }

  #refusal(verb: string, [value = ""]: string[]): string | null {
    if (!COMMANDS.has(verb)) return "unknown command";
    if (!this.controlled && verb !== "htc") return "host control not taken";
    if (verb === "freq" && !(value in FREQUENCIES)) return "unknown frequency";
    if (verb === "start" && !this.#binary && this.#rate > 10_000) return "frequency too high for ascii_dec";
    if (verb === "volt") {
      const mv = Number(/^(\d+)m$/.exec(value)?.[1]);
      if (!(mv >= 1800 && mv <= 3300)) return "voltage out of range";
    }
    return null;
  }

  /** Amperes, or joules of one sample. */
  #value(sample: number): number {
    const from = sample / this.#rate;
    const { current } = this.#options;
    if (this.settings.get("output") !== "energy") return current.at(from);
    const volts = Number.parseInt(this.settings.get("volt") ?? "3300", 10) / 1000;
    return volts * current.charge(from, from + 1 / this.#rate);
  }

  #edge(sample: number): "ris" | "fal" | null {
    const level = this.#options.d7?.(sample / this.#rate) ?? false;
    if (level === this.#d7) return null;
    this.#d7 = level;
    return level ? "ris" : "fal";
  }

  #milliseconds(sample: number): number {
    const { slip } = this.#options;
    const ms = Math.round((1000 * sample) / this.#rate);
    return slip !== undefined && sample >= slip.at ? ms + slip.ms : ms;
  }

  #lines(n: number): Buffer {
    let text = "";
    for (let i = 0; i < n; i++) {
      const sample = this.#sample++;
      if (sample % STAMP_EVERY === 0) {
        const ms = this.#milliseconds(sample);
        const [s, rest] = [Math.floor(ms / 1000), ms % 1000].map((part) => String(part).padStart(3, "0"));
        text += `TimeStamp: ${s}s ${rest}ms, buff 00%\r\n`;
      }
      const edge = this.#edge(sample);
      if (edge !== null && sample > 0) text += `event 00 ${edge}\r\n`;
      text += `${decimal(this.#value(sample))}\r\n`;
    }
    return Buffer.from(text, "latin1");
  }

  #words(n: number): Buffer {
    const { overcurrentAt, noteAt } = this.#options;
    const parts: number[] = [];
    for (let i = 0; i < n; i++) {
      const sample = this.#sample++;
      if (sample % STAMP_EVERY === 0) {
        const ms = this.#milliseconds(sample);
        parts.push(
          0xf0,
          0xf3,
          (ms >>> 24) & 255,
          (ms >>> 16) & 255,
          (ms >>> 8) & 255,
          ms & 255,
          0,
          0xff,
          0xff,
        );
      }
      if (sample === noteAt)
        parts.push(0xf0, 0xf2, ...Buffer.from("board temperature 31 degC", "latin1"), 0xff, 0xff);
      if (sample === overcurrentAt) parts.push(0xf0, 0xf5, 0xff, 0xff);
      const word = hexadecimal(this.#value(sample));
      parts.push(word >> 8, word & 255);
    }
    return Buffer.from(parts);
  }
}

/** Four digits and the power of ten: 6409-07. */
function decimal(value: number): string {
  if (value <= 0) return "0000-00";
  let exponent = 0;
  let mantissa = value;
  while (mantissa < 999.95 && exponent < 12) {
    mantissa *= 10;
    exponent++;
  }
  return `${String(Math.round(mantissa)).padStart(4, "0")}-${String(exponent).padStart(2, "0")}`;
}

function hexadecimal(value: number): number {
  let exponent = 0;
  let mantissa = Math.max(0, value);
  while (mantissa * 16 < 4095 && exponent < 14) {
    mantissa *= 16;
    exponent++;
  }
  return (exponent << 12) | Math.min(4095, Math.round(mantissa));
}
