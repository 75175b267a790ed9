// A link over a pair of Node streams: pipes of a process, a socket, a serial port.

import type { Readable, Writable } from "node:stream";
import type { Link } from "../../bindings/device/link.ts";
import { LiquidEdgeError } from "../../bindings/errors.ts";

export interface StreamLinkOptions {
  name: string;
  bytesPerSecond: number;
  /** Ends the streams and what is behind them. */
  close: () => Promise<void>;
  /** What the program behind the streams said before it ended, if anything. */
  lastWords?: () => string;
}

export class StreamLink implements Link {
  readonly name: string;
  readonly bytesPerSecond: number;
  readonly #output: Writable;
  readonly #close: () => Promise<void>;
  readonly #lastWords: () => string;
  #arrived: Uint8Array[] = [];
  #lost: string | null = null;
  #wake: () => void = () => {};

  constructor(
    input: Readable,
    output: Writable,
    { name, bytesPerSecond, close, lastWords = () => "" }: StreamLinkOptions,
  ) {
    this.name = name;
    this.bytesPerSecond = bytesPerSecond;
    this.#output = output;
    this.#close = close;
    this.#lastWords = lastWords;
    input.on("data", (chunk: Uint8Array) => {
      this.#arrived.push(chunk);
      this.#wake();
    });
    for (const event of ["end", "close"]) input.on(event, () => this.#lose("it ended"));
    for (const stream of [input, output]) stream.on("error", (error: Error) => this.#lose(error.message));
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#throwIfLost();
    await new Promise<void>((settle) => {
      this.#output.write(bytes, (error) => {
        if (error != null) this.#lose(error.message);
        settle();
      });
      // A device that is gone may never take the bytes.
      this.#wake = settle;
    });
    this.#throwIfLost();
  }

  async receive(timeoutMs: number): Promise<Uint8Array> {
    if (this.#arrived.length === 0 && this.#lost === null) {
      await new Promise<void>((settle) => {
        const timer = setTimeout(settle, timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          settle();
        };
      });
    }
    // What came before the end counts.
    if (this.#arrived.length === 0) this.#throwIfLost();
    const bytes = Buffer.concat(this.#arrived);
    this.#arrived = [];
    return bytes;
  }

  nowMs(): number {
    return performance.now();
  }

  close(): Promise<void> {
    this.#lose("it was closed");
    return this.#close();
  }

  #lose(reason: string): void {
    this.#lost ??= reason;
    this.#wake();
  }

  #throwIfLost(): void {
    if (this.#lost === null) return;
    const words = this.#lastWords().trim();
    throw new LiquidEdgeError(
      "device-lost",
      `${this.name}: expected a connected device, found that ${this.#lost}${words === "" ? "" : `: ${words}`}`,
    );
  }
}
