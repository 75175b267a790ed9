// Talks MLPerf Tiny's text protocol to a device, ours or another one: a command ended by "%", lines back, the last of them
// "m-ready".

import { complain, LiquidEdgeError } from "../errors.ts";
import { printable } from "../network/printable.ts";
import type { Link } from "./link.ts";

/** The public runner's limits: between lines, and while inferences run. */
const LINE_TIMEOUT_MS = 5000;
const INFER_TIMEOUT_MS = 30_000;
/** Bytes of input a command carries: 62 digits and "db " stay below the 64 bytes that one host allows. */
const BYTES_A_COMMAND = 30;
const LONGEST_LINE = 1 << 16;
/** A device that goes on talking must not fill our memory. */
const LONGEST_REPLY = 1 << 20;

/** What a device answers to the command `infer` of MLPerf Tiny. */
export interface MlperfInference {
  /** As the device prints them. */
  results: number[];
  /** Inferences between the two timestamps. */
  iterations: number;
  /** Between the two timestamps; null on a device in energy mode, which marks them by a pin. */
  elapsedUs: number | null;
}

/** A conversation with a device; one command at a time. */
export class MlperfSession {
  readonly #link: Link;
  readonly #onLine: (line: string) => void;
  #pending = "";

  /** `onLine` sees every line the device sends. */
  constructor(link: Link, onLine: (line: string) => void = () => {}) {
    this.#link = link;
    this.#onLine = onLine;
  }

  /**
   * The lines of the reply, without "m-ready".
   * @throws LiquidEdgeError `device-silent`, or `device-refused` for a line "e-[…]"
   */
  async command(text: string, timeoutMs = LINE_TIMEOUT_MS): Promise<string[]> {
    if (text === "" || /[^\x20-\x7e]|%/.test(text)) {
      throw new RangeError(`"text" expected printable ASCII without "%", got ${JSON.stringify(text)}`);
    }
    // What is left of an earlier reply, e.g. the banner of a device that restarted, is none to this command.
    this.#pending = "";
    await this.#link.send(Uint8Array.from(`${text}%`, (character) => character.charCodeAt(0)));
    const lines: string[] = [];
    let characters = 0;
    for (;;) {
      const line = await this.#line(timeoutMs, text);
      if (line === "m-ready") break;
      lines.push(line);
      characters += line.length + 1;
      if (characters > LONGEST_REPLY) {
        throw complain("device-refused", this.#link.name, {
          expected: `a reply to "${text}" of at most ${LONGEST_REPLY} characters`,
          found: "more, and no m-ready",
        });
      }
    }
    const error = lines.find((line) => line.startsWith("e-["));
    if (error === undefined) return lines;
    throw complain("device-refused", this.#link.name, {
      expected: `a device that does "${text}"`,
      found: error,
    });
  }

  /** What the device under test calls itself. */
  async name(): Promise<string> {
    return this.#field(await this.command("name"), /^m-name-dut-\[(.*)\]$/, "m-name-dut-[…]");
  }

  /** Which model the device says that it runs, e.g. `kws01`. */
  async model(): Promise<string> {
    return this.#field(await this.command("profile"), /^m-model-\[(.*)\]$/, "m-model-[…]");
  }

  /** Microseconds; null on a device in energy mode. */
  async timestamp(): Promise<number | null> {
    return lapsOf(await this.command("timestamp"))[0] ?? null;
  }

  /** Sends the input of the inferences to come. */
  async load(input: Uint8Array, onProgress: (sent: number, total: number) => void = () => {}): Promise<void> {
    const expecting = await this.command(`db load ${input.length}`);
    if (!expecting.includes(`m-[Expecting ${input.length} bytes]`)) {
      throw complain("device-refused", this.#link.name, {
        expected: `a device that takes ${input.length} bytes`,
        found: expecting.join(" ") || "no answer",
      });
    }
    let last: string[] = [];
    for (let at = 0; at < input.length; at += BYTES_A_COMMAND) {
      onProgress(at, input.length);
      const part = input.subarray(at, at + BYTES_A_COMMAND);
      last = await this.command(
        `db ${Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join("")}`,
      );
    }
    onProgress(input.length, input.length);
    this.#field(last, /^m-load-(done)$/, "m-load-done");
  }

  /** Runs `iterations` inferences on the input, behind `warmup` ones that are not timed. */
  async infer(iterations: number, warmup: number): Promise<MlperfInference> {
    const lines = await this.command(`infer ${iterations} ${warmup}`, INFER_TIMEOUT_MS);
    const laps = lapsOf(lines);
    const results = this.#field(lines, /^m-results-\[(.*)\]$/, "m-results-[…]")
      .split(",")
      .filter((text) => text.trim() !== "")
      .map(Number);
    if (!results.every(Number.isFinite)) {
      const found = lines.find((line) => line.startsWith("m-results-")) ?? "none";
      throw complain("device-refused", this.#link.name, { expected: "results that are numbers", found });
    }
    // The counter has 32 bits and may go round between the two.
    const elapsedUs = laps.length === 2 ? (laps[1]! - laps[0]! + 2 ** 32) % 2 ** 32 : null;
    return { results, iterations, elapsedUs };
  }

  /** Gives the link back. */
  close(): Promise<void> {
    return this.#link.close();
  }

  #field(lines: readonly string[], pattern: RegExp, expected: string): string {
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match !== null) return match[1]!;
    }
    throw complain("device-refused", this.#link.name, { expected, found: lines.join(" ") || "no answer" });
  }

  async #line(timeoutMs: number, command: string): Promise<string> {
    const deadline = this.#link.nowMs() + timeoutMs;
    for (;;) {
      const end = this.#pending.indexOf("\n");
      if (end >= 0) {
        const line = this.#pending.slice(0, end).replace(/\r$/, "");
        this.#pending = this.#pending.slice(end + 1);
        this.#onLine(line);
        return line;
      }
      const left = deadline - this.#link.nowMs();
      if (left <= 0 || this.#pending.length > LONGEST_LINE) {
        throw new LiquidEdgeError(
          "device-silent",
          `${this.#link.name}: expected a line in reply to "${command}" within ${timeoutMs} ms, found ` +
            (this.#pending === "" ? "nothing" : `"${printable(this.#pending)}"`),
        );
      }
      // Zeros belong to frames.
      for (const byte of await this.#link.receive(left)) {
        if (byte !== 0) this.#pending += String.fromCharCode(byte);
      }
    }
  }
}

/** Times of a counter of 32 bits, microseconds; a line that claims more is none. */
function lapsOf(lines: readonly string[]): number[] {
  const laps = lines.flatMap((line) => /^m-lap-us-(\d{1,10})$/.exec(line)?.[1] ?? []).map(Number);
  return laps.filter((lap) => lap < 2 ** 32);
}
